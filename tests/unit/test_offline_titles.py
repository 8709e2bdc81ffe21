"""What the offline author calls a section: a heading without its number, an enumeration, none."""

import pytest

from pipeline.adapters.offline_author.title_text import clean_title, named_by
from pipeline.domain.language import detect_language
from tests.example_files import commission, outline_brief
from tests.unit.test_offline_outline import SAID, SAID_ZH, proposal, titles


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("7 ways to save water", "7 ways to save water"),
        ("7 Ways to Save Water", "7 Ways to Save Water"),
        ("12 months of operation", "12 months of operation"),
        ("3.5 亿元投资", "3.5 亿元投资"),
        ("3.5亿元投资", "3.5亿元投资"),
        ("3 个步骤", "3 个步骤"),
        ("5 大原则", "5 大原则"),
        ("E. coli in the water", "E. coli in the water"),
        ("第三部分 经济影响", "经济影响"),
        ("3 Results", "Results"),
        ("3.5 Pumps", "Pumps"),
        ("12. pumps and seals", "pumps and seals"),
        ("5 大气环境", "大气环境"),
        ("3.2 年度计划", "年度计划"),
        ("2 数据集", "数据集"),
        ("A. 背景", "背景"),
        ("chapter 4: Gates", "Gates"),
        ("2.1 元数据管理", "元数据管理"),
        ("2.2 条码识别", "条码识别"),
        ("2.3 年终盘点", "年终盘点"),
        ("3.1 步态识别", "步态识别"),
        ("2.2 大纲", "大纲"),
        ("3.3 点评", "点评"),
        ("2.1 类脑计算", "类脑计算"),
        ("1.2 月均降水", "月均降水"),
        ("2.1 天体", "天体"),
        ("2.3 亿级并发", "亿级并发"),
        ("2.4 倍频器", "倍频器"),
        ("2.3 Rules", "Rules"),
        ("1.2 Days of operation", "Days of operation"),
        ("2.4 Reasons for failure", "Reasons for failure"),
        ("2.5 years of operation", "2.5 years of operation"),
        ("2.5 million homes", "2.5 million homes"),
        ("3.5 万吨的储量", "3.5 万吨的储量"),
        ("2.5 倍的增长", "2.5 倍的增长"),
        ("1.5 天", "1.5 天"),
    ],
)
def test_a_title_loses_its_number_and_no_amount(heading: str, title: str) -> None:
    assert clean_title(heading) == title


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (["3 Results", "4 Questions and answers"], ["Results", "Questions and answers"]),
        (["1 点餐系统", "2 支付系统"], ["点餐系统", "支付系统"]),
        (["4 大模型", "5 大纲的生成"], ["大模型", "大纲的生成"]),
        (["2 数据集", "3 个步骤"], ["数据集", "3 个步骤"]),
        (["2 数据集", "5 大原则"], ["数据集", "5 大原则"]),
        (
            ["7 Ways to Save Water", "8 Rules of Pipes"],
            ["7 Ways to Save Water", "8 Rules of Pipes"],
        ),
    ],
)
def test_a_whole_number_is_one_where_the_headings_beside_it_are_numbered(
    headings: list[str], expected: list[str]
) -> None:
    said = SAID_ZH if detect_language(headings[0]) == "zh" else SAID
    prompt = "港口" if said == SAID_ZH else "Harbours"
    text = "# Manual\n\n" + "".join(f"## {each}\n\n{said}\n\n" for each in headings)

    told, _ = proposal(outline_brief(commission(prompt), manual=text))

    assert titles(told.nodes) == expected
    assert all(named_by(h) == named_by(t) for h, t in zip(headings, expected, strict=True))


def test_names_keep_their_capital_in_an_enumeration() -> None:
    said = "The harbours keep a record of each storm, and those of Italy of batteries. " * 3
    names = ("Germany", "France", "Italy", "Batteries", "Storms")
    text = "# Coasts\n\n## Countries\n\n" + "".join(f"### {n}\n\n{said}\n\n" for n in names)
    many = [f"{name} {place}" for place in ("West", "East", "North") for name in names]
    wide = "# Coasts\n\n" + "".join(f"## {name}\n\n{said}\n\n" for name in many)

    told, _ = proposal(outline_brief(commission("Coasts", words=400), coasts=text))
    joined, _ = proposal(outline_brief(commission("Coasts", words=9_000), coasts=wide))

    summaries = " ".join(node.content_summary for node in told.nodes)
    assert "Germany, France, Italy, batteries" in summaries
    chapters = " ".join(title for title in titles(joined.nodes) if " and " in title)
    assert "and France" in chapters
    assert "france" not in chapters


LISTS = {
    "Sources": "Moon, A.: Tides of the bay, Journal of Tides, 2017. Sun, B. (2019). Gates.",
    "Copyright": "Copyright 2019 by the county. This text is licensed under CC BY 4.0.",
    "Funding": "This work was funded by the county of the coast under a grant.",
    "Index": "bay, 12\ngate, 3, 14\nmoon, 7",
    "声明": "本文作者声明没有任何利益冲突。",
    "引用": "张伟, 刘洋. 潮汐观测综述. 海洋学报, 2020。王芳. 拦潮坝的造价研究. 水利学报, 2021。",
}


@pytest.mark.parametrize("title", LISTS)
def test_a_chapter_called_like_boilerplate_is_one_where_it_tells_something(title: str) -> None:
    said = SAID_ZH if detect_language(title) == "zh" else SAID
    prompt = "港口" if said == SAID_ZH else "Harbours"
    text = f"# Manual\n\n## Gates\n\n{said}\n\n## {title}\n\n"

    told, _ = proposal(outline_brief(commission(prompt), manual=text + said))
    listed, _ = proposal(outline_brief(commission(prompt), manual=text + LISTS[title] * 9))

    assert titles(told.nodes) == ["Gates", title]
    assert title not in titles(listed.nodes)

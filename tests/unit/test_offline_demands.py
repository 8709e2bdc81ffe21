"""Chapters that a prompt or requirements ask for, in the offline author's outline."""

import pytest

from pipeline.adapters.offline_author.demands import demands_of
from pipeline.domain.briefs import OutlineBrief
from tests.example_files import (
    commission,
    outline_brief,
)
from tests.unit.test_offline_outline import EVALUATION_TEXT, STORAGE_TEXT, proposal, titles


def test_a_chapter_that_the_prompt_asks_for_is_made_of_the_sections_that_answer_it() -> None:
    prompt = "A report on storage with chapters on costs and safety"

    outline, _ = proposal(outline_brief(commission(prompt), storage=STORAGE_TEXT))

    assert titles(outline.nodes)[:2] == ["Costs", "Safety"]


def test_two_chapters_asked_for_as_one_stand_below_it() -> None:
    prompt = "写一份大语言模型评测报告，包括数据集与判分方法"

    outline, _ = proposal(outline_brief(commission(prompt), evaluation=EVALUATION_TEXT))

    assert outline.nodes[0].title == "数据集与判分方法"
    assert titles(outline.nodes[0].children) == ["数据集", "判分方法"]


@pytest.mark.parametrize(
    ("prompt", "asked", "sections", "uncovered"),
    [
        (
            "A plan for Ghent, covering tides, grid electricity and biodiversity",
            "Grid electricity",
            ["Why grids need storage", "Technologies"],
            ["Tides", "Biodiversity"],
        ),
        (
            "写一份城市规划报告，包括高温、大语言模型和生物多样性",
            "大语言模型",
            ["数据集", "判分方法"],
            ["高温", "生物多样性"],
        ),
    ],
)
def test_a_chapter_that_is_asked_for_by_a_files_title_holds_the_chapters_of_that_file(
    prompt: str, asked: str, sections: list[str], uncovered: list[str]
) -> None:
    text, other = (EVALUATION_TEXT, RENEWAL) if "、" in prompt else (STORAGE_TEXT, WIND)

    outline, _ = proposal(outline_brief(commission(prompt), file=text, other=as_file(*other)))

    chapters = {node.title: node for node in outline.nodes}
    assert set(sections) <= set(titles(chapters[asked].children))
    assert not set(sections) & set(chapters)
    assert [node.title for node in outline.nodes if node.is_uncovered] == uncovered


@pytest.mark.parametrize(
    "sentence",
    [
        "Do not include a chapter on prices.",
        "The report must not have a price chapter.",
        "报告不得单独设价格一章。",
        "不需要写价格一章。",
        "The report must not contain a chapter on costs.",
        "It need not contain any overly long chapters on costs.",
        "The report shall not include detailed sections on costs or staff.",
        "A chapter on costs is not required.",
        "A chapter on costs must not be included.",
        "不得设置“成本”章节。",
        "报告不应出现“成本”章节。",
        "应当说明，“成本”一章可以省略。",
        "“成本”章节不需要设置。",
        "必须说明，不要在报告中设成本一章。",
        "无需在报告中列出成本章节。",
    ],
)
def test_a_chapter_that_the_requirements_forbid_is_not_asked_for(sentence: str) -> None:
    assert [demand.chapters for demand in demands_of(sentence)] == [()]


@pytest.mark.parametrize(
    ("sentence", "chapter"),
    [
        ("The report must not only contain a chapter on costs.", "Costs"),
        ("The report must not exceed ten pages and contain a chapter on costs.", "Costs"),
        ("No report is complete without a chapter on costs.", "Costs"),
        ("A chapter on costs must not be longer than ten pages.", "Costs"),
        ("There must be a chapter on why tests are not required.", "Why tests"),
        ("“成本”一章不得省略。", "成本"),
        ("“成本”一章不要超过十页。", "成本"),
        ("报告不仅要设“成本”一章。", "成本"),
        ("应当在报告中列出成本章节。", "成本"),
    ],
)
def test_a_chapter_beside_a_negation_is_asked_for(sentence: str, chapter: str) -> None:
    assert [demand.chapters for demand in demands_of(sentence)] == [(chapter,)]


WIND = (
    "Wind power in Denmark: costs and benefits",
    {
        "Turbines": "Most turbines stand in the shallow sea off the coast, where winds are strong.",
        "Grid connection": "Cables run under the sand to a station that feeds the lines on land.",
        "Jobs": "Three harbours live from the assembly of blades, and two schools train fitters.",
    },
)
RENEWAL = (
    "城市更新的资金与政策",
    {
        "房屋现状": "老旧小区的屋面大多渗漏，管线也已经锈蚀，居民对停车的困难反映得最多。",
        "居民参与": "每个小区成立议事会，居民在会上提出意见，并对改造的方案进行表决。",
        "施工安排": "工程先从地下的管线开始，然后修缮屋面和外墙，最后整理院落和道路。",
    },
)


def as_file(title: str, chapters: dict[str, str]) -> str:
    told = (f"## {name}\n\n{text} {text.replace('，', '。')}" for name, text in chapters.items())
    return f"# {title}\n\n" + "\n\n".join(told)


@pytest.mark.parametrize(
    ("prompt", "asked", "file", "others"),
    [
        ("Write a report covering costs", ["Costs"], WIND, {}),
        ("Write a report covering benefits", ["Benefits"], WIND, {"storage": STORAGE_TEXT}),
        ("写一份报告，包括资金和政策", ["资金", "政策"], RENEWAL, {}),
        ("写一份报告，包括政策", ["政策"], RENEWAL, {"evaluation": EVALUATION_TEXT}),
    ],
)
def test_a_chapter_that_is_asked_for_by_a_word_of_a_files_title_does_not_hold_the_file(
    prompt: str, asked: list[str], file: tuple[str, dict[str, str]], others: dict[str, str]
) -> None:
    outline, _ = proposal(outline_brief(commission(prompt), city=as_file(*file), **others))

    chapters = {node.title: node for node in outline.nodes}
    assert [name for name, node in chapters.items() if node.is_uncovered] == asked
    assert set(file[1]) <= set(chapters)


def test_a_file_beside_one_in_another_language_is_no_chapter_among_several() -> None:
    prompt = "Write a report covering wind power in Denmark"
    files = {"city": as_file(*WIND), "evaluation": EVALUATION_TEXT}

    outline, _ = proposal(outline_brief(commission(prompt), **files))

    assert set(WIND[1]) <= set(titles(outline.nodes))


@pytest.mark.parametrize("asked", ["an introduction", "some background"])
def test_a_file_is_no_introduction_to_itself(asked: str) -> None:
    text = STORAGE_TEXT.replace("# Grid storage", "# An introduction to storage and its background")

    outline, _ = proposal(
        outline_brief(commission(f"Storage, covering {asked} and costs"), storage=text)
    )

    assert "Technologies" in titles(outline.nodes)


@pytest.mark.parametrize(
    ("prompt", "text", "rules", "chapter", "place", "point"),
    [
        (
            "Storage",
            STORAGE_TEXT,
            """The report must have a chapter on insurance.
- Thermal runaway must be explained.
Use at most 20 pages.""",
            "Insurance",
            "Safety",
            "Thermal runaway must be explained.",
        ),
        (
            "大语言模型评测",
            EVALUATION_TEXT,
            "应当单列一章“采购建议”。\n必须说明数据污染的对策。\n字数不少于三千字。",
            "采购建议",
            "数据集",
            "必须说明数据污染的对策。",
        ),
    ],
)
def test_each_requirement_finds_its_place_and_a_demanded_chapter_appears(
    prompt: str, text: str, rules: str, chapter: str, place: str, point: str
) -> None:
    told = commission(prompt).model_copy(update={"requirements": rules})

    outline, _ = proposal(outline_brief(told, file=text))

    summaries = {node.title: node.content_summary for node in outline.nodes}
    assert chapter in summaries
    assert point in summaries[place]
    said = " ".join(summaries.values())
    assert "20 pages" not in said
    assert "三千字" not in said


def test_one_demanded_section_on_two_things_stays_one_beside_the_frame_of_the_report() -> None:
    rules = (
        "At least one section about theft and vandalism is required.\n"
        "There must be chapters on winter, insurance and parking."
    )
    text = "\n\n".join(
        f"## {title}\n\n"
        + f"The {title.lower()} of bikes are known to many people of the town. " * 3
        for title in ("Executive summary", "Use", "Costs", "Docks", "Riders", "Conclusions")
    )
    told = commission("A report on bikes", words=700).model_copy(update={"requirements": rules})

    outline, _ = proposal(outline_brief(told, bikes=f"# Bikes\n\n{text}"))

    found = titles(outline.nodes)
    assert {"Theft and vandalism", "Winter", "Insurance", "Parking"} <= set(found)
    assert (found[0], found[-1]) == ("Executive summary", "Conclusions")


def test_without_material_a_demanded_chapter_appears_too() -> None:
    told = commission("A guide to bees", has_material=False)
    told = told.model_copy(update={"requirements": "There must be a chapter on swarming."})

    outline, _ = proposal(OutlineBrief(commission=told))

    (swarming,) = [node for node in outline.nodes if node.title == "Swarming"]
    assert swarming.content_summary.startswith("Required: There must be a chapter on swarming.")


@pytest.mark.parametrize(
    "demand",
    [
        "必须说明大语言模型的选择依据。",
        "网页必须支持无障碍访问。",
        "必须说明医保目录的调整办法。",
        "应当说明所采用的数据格式。",
        "必须说明十字路口的信号配时。",
        "用户提交的数据必须加密保存。",
        "必须说明以英语为母语的读者的比例。",
        "The report must explain which data format is used.",
        "Web pages must be accessible.",
        "The report must compare three language models.",
        "The profit margins of all plants must be stated.",
        "It must list the permits that an operator has to submit.",
        "The main characters of the novel must be described.",
    ],
)
def test_a_demand_on_pages_formats_or_languages_is_one_on_content(demand: str) -> None:
    assert [found.text for found in demands_of(demand)] == [demand]


@pytest.mark.parametrize(
    "demand",
    [
        "全文必须用中文撰写。",
        "报告应当不少于20页。",
        "正文须使用宋体，字号为小四。",
        "文档应包括目录。",
        "语言应简洁、通俗。",
        "报告须于六月一日前提交。",
        "文件格式须为 PDF。",
        "The report must not exceed twenty pages.",
        "At least 3,000 words are required.",
        "It must be written in plain English.",
        "The report must be submitted as a PDF.",
        "All pages must be numbered.",
        "The document should have a table of contents.",
        "Text should be set in 12 pt with double spacing.",
    ],
)
def test_a_demand_on_the_form_of_the_document_is_left_out(demand: str) -> None:
    assert demands_of(demand) == []

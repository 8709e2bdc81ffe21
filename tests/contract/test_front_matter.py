"""What stands between two lines of dashes at the beginning of a Markdown file."""

import pytest

from pipeline.domain.documents import Publication
from tests.samples.blocks import read_text


@pytest.mark.parametrize(
    "front",
    [
        """---
title: 'Tides, and more'
author: [鲁迅, "Mary Shelley"]
date: 2024-05-17
doi: https://doi.org/10.1000/182
---
""",
        """---
title: Tides, and more
authors:
  - name: 鲁迅
  - Mary Shelley
published: 2024/5/17
doi: 10.1000/182
---
""",
        """+++
title = "Tides, and more"
authors = ["鲁迅", "Mary Shelley"]
date = 2024-05-17
doi = "10.1000/182"
+++
""",
    ],
)
def test_front_matter_says_title_authors_and_date(front: str) -> None:
    reading = read_text(f"{front}# 潮汐\n\n正文。", "a.md")

    assert reading.title == "Tides, and more"
    assert reading.publication == Publication(
        authors=("鲁迅", "Mary Shelley"), issued="2024-05-17", doi="10.1000/182"
    )


@pytest.mark.parametrize(
    "front",
    [
        "title: T\njournal: 水利学报\nvolume: 51\nissue: 6\npages: 700-712\ndate: 2020-06",
        "标题: T\n期刊: 水利学报\n卷: 51\n期: 6\n页码: 700-712\n日期: 2020-06",
        "title: T\njournal: 水利学报\nvolume: '51'\nnumber: 6\npages: 700--712\nyear: 2020-06",
        "title: T\ncontainer-title: 水利学报\nvolume: 51\nissue: 6\npage: 700-712\ndate: 2020-06",
        "标题: T\n刊名: 水利学报\n卷: 51\n期: 6\n页码: 700-712\n日期: 2020-06",
        "标题: T\n期刊名称: 水利学报 # 核心\n卷: 51 # v\n期: 6\n页码: 700-712\n日期: 2020-06 #",
    ],
)
def test_front_matter_of_an_article_says_where_it_appeared(front: str) -> None:
    article = read_text(f"---\n{front}\n---\n\n# 潮汐\n\n正文。", "a.md").publication

    assert article == Publication(
        type="article-journal",
        container="水利学报",
        volume="51",
        issue="6",
        pages="700-712",
        issued="2020-06",
    )


@pytest.mark.parametrize(
    "front",
    [
        "title: T\npages: 230\nnumber: 12\nvolume: 2",
        "title: T\nissue: https://github.com/tides/gates/issues/3",
        "title: T\njournal: false\nissue: 3",
        "title: T\njournal:\nvolume: 51",
        "title: T\njournal: {id: 4}\nvolume: 51",
        "标题: T\n页码: 230\n期: 12\n卷: 2",
        "标题: T\n期刊: 否\n期: 3",
    ],
)
def test_what_names_no_journal_has_no_volume_issue_or_pages(front: str) -> None:
    assert read_text(f"---\n{front}\n---\n\n正文。", "a.md").publication == Publication()


@pytest.mark.parametrize(
    "between",
    [
        "\n## 一、背景\n\n正文：潮汐能。\n",
        "# 一、背景\n\n正文。\n",
        "\ntitle: Tides\n",
        "注: 以下为正文\n\n正文在此。\n",
        "Note: the text follows.\n\nThe Moon raises tides.\n",
        "- one\n- two\n",
        "# 会议\n\n日期: 五月三日\n地点: 港口\n",
        "The following holds: the Moon raises tides.\n",
        "甲:你好\n乙:你好\n",
        "# Weekly meeting\nDate: 2024-05-01\n\n## Decisions\n- Budget approved\n",
        "# Talk: a title\nAuthor: Bob\nDate: 2024-05-01\n",
        "Present at the meeting: Bob\nDate: 2024-05-01\n- Budget approved\n",
        "10:30 Opening\n11:00 Talk\n",
    ],
)
def test_text_between_two_rules_is_no_front_matter(between: str) -> None:
    reading = read_text(f"---\n{between}\n---\n\n## 二、目标\n\n末。\n", "a.md")

    read = "\n".join(block.text for block in reading.blocks)
    for line in between.split("\n"):
        assert line.strip("# ") in read
    assert read.endswith("二、目标\n末。")


@pytest.mark.parametrize(
    "front",
    [
        "title: T\n# a comment\n\nlast edit: today\n'quoted': x\nabstract: |\n  one\n\n  two\n",
        "标题: T\nlist:\n- 甲\n- 乙\nplace: {x: 1,\n  y: 2}\n",
        "date created: 2024-01-01\ntitle: T\ntags: [a]\n",
        "# a comment\ntitle: T\n",
        '"title": T\ndate: 2024-01-01\n',
        "title:T\ntags:[甲]\n",
    ],
)
def test_front_matter_may_hold_more_than_is_understood(front: str) -> None:
    reading = read_text(f"---\n{front}---\n\n正文。", "a.md")

    assert (reading.title, [block.text for block in reading.blocks]) == ("T", ["正文。"])


@pytest.mark.parametrize(
    ("value", "title"),
    [
        ("Tides # a draft", "Tides"),
        ("'潮汐 # 1' # 草稿", "潮汐 # 1"),
        ("Issue #5", "Issue #5"),
        ("C# 入门", "C# 入门"),
    ],
)
def test_a_comment_behind_a_value_is_no_part_of_it(value: str, title: str) -> None:
    assert read_text(f"---\ntitle: {value}\n---\n\n正文。", "a.md").title == title

import pytest

from pipeline.domain.titles import LONGEST_TITLE, title_of


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        (
            "A report on grid storage for a regional board: what there is",
            "Grid storage for a regional board",
        ),
        ("Please write me a short guide to composting.", "Composting"),
        ("Tides", "Tides"),
        (
            "A report that addresses the needs of farmers, fishers, and tourists in the bay",
            "Needs of farmers, fishers, and tourists in the bay",
        ),
        (
            "Write a 1000-word article that focuses on speed, cost and safety of trains",
            "Speed, cost and safety of trains",
        ),
        ("An outline for a report which discusses floods", "Floods"),
        ("A report for the city council, addressing floods and heat", "Floods and heat"),
        ("Write a report covering costs", "Costs"),
        (
            "A report with an overview of wind power in Denmark",
            "Report with an overview of wind power in Denmark",
        ),
        ("A guide for parents that addresses sleep", "Sleep"),
        ("A report on trains that focuses on speed, cost and safety", "Trains"),
        ("Write a user and setup manual for tide gauges", "User and setup manual for tide gauges"),
        ("Theory of tides", "Theory of tides"),
        ("A thesis that addresses soil erosion in Kenya", "Soil erosion in Kenya"),
        ("A case study that discusses floods", "Floods"),
        ("A report for the city council: floods, heat, storms", "Floods, heat, storms"),
        ("Write a report: floods and heat", "Floods and heat"),
        (
            "An article on a council discussing taxes, roads and schools",
            "Council discussing taxes, roads and schools",
        ),
        (
            "A paper on people focusing on work, sleep and food",
            "People focusing on work, sleep and food",
        ),
        (
            "A review of young co-workers focusing on work, sleep and food",
            "Young co-workers focusing on work, sleep and food",
        ),
        ("A report discussing taxes, roads and schools", "Taxes, roads and schools"),
        ("Write a review: no more than 500 words", "Review"),
        ("Write a study: 5 pages", "Study"),
        ("Write a report: use short sentences. It is on tides.", "Report"),
        ("Write a business plan: include a budget", "Business plan"),
        ("Write a report: 2000 words on tidal energy", "Tidal energy"),
        ('Write a report: the title is "Tides"', "Tides"),
        ("Write a report: 1. Background 2. Costs", "Report"),
        ("Write a report: keeping bees", "Keeping bees"),
        ("A report on trains focusing on speed, cost and safety", "Trains"),
    ],
)
def test_an_english_prompt_is_titled_by_its_subject(prompt: str, title: str) -> None:
    assert title_of(prompt, "en") == title


@pytest.mark.parametrize(
    ("prompt", "title"),
    [
        ("写一份关于大语言模型评测方法的综述，面向技术团队", "大语言模型评测方法综述"),
        ("为街道办事处起草一份老旧小区更新方案：现状问题", "老旧小区更新方案"),
        ("请生成一份关于人工智能的技术文档大纲", "人工智能技术文档"),
        ("给市政府的报告：洪水、高温、风暴", "洪水、高温、风暴"),
        ("写一份报告：洪水与高温", "洪水与高温"),
        ("写一份方案：包括背景、目标、预算", "方案"),
        ("写一份研究报告：字数3000字", "研究报告"),
        ("写一份报告：1. 背景 2. 成本", "报告"),
        ("写一份报告：一、背景 二、成本", "报告"),
        ("请写一篇论文：题目是《潮汐》", "潮汐"),
        ("写一份报告：主题是潮汐能，3000字", "潮汐能"),
        ("写一份报告：关于潮汐能", "潮汐能"),
        ("写一份报告：用户增长", "用户增长"),
        ("写一份关于居民讨论税收、道路和学校的报告", "居民讨论税收、道路和学校报告"),
    ],
)
def test_a_chinese_prompt_is_titled_by_its_subject(prompt: str, title: str) -> None:
    assert title_of(prompt, "zh") == title


def test_a_long_title_ends_at_a_word() -> None:
    title = title_of("winds " * 60, "en")

    assert title.endswith("winds…")
    assert len(title) <= LONGEST_TITLE + 1

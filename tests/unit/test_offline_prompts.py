"""What the offline author understands of a prompt."""

import pytest

from components.examples import EXAMPLES, BundledExample
from pipeline.adapters.offline_author.outlines import proposed
from pipeline.adapters.offline_author.query import read_query
from pipeline.adapters.offline_author.sections import LITTLE
from pipeline.domain.briefs import OutlineBrief
from tests.example_files import commission, outline_brief


@pytest.mark.parametrize(
    ("prompt", "title", "genre", "asked"),
    [
        (
            "Please write a detailed report on tidal power, covering sites, costs and the law.",
            "Tidal power",
            "report",
            ("Sites", "Costs", "Law"),
        ),
        ("Write a proposal for a repair workshop", "Repair workshop", "proposal", ()),
        (
            "A guide to sailing\n- Knots\n- Weather\n- Right of way",
            "Sailing",
            "guide",
            ("Knots", "Weather", "Right of way"),
        ),
        ("请生成一份关于人工智能的技术文档大纲", "人工智能技术文档", "article", ()),
        (
            "帮我写一份2000字的潮汐能研究综述，包括选址、成本以及环境影响等方面。",
            "潮汐能研究综述",
            "survey",
            ("选址", "成本", "环境影响"),
        ),
        (
            "写一份 TiDB 备份与恢复技术报告，包括快照备份、日志备份与 PITR、备份存储",
            "TiDB 备份与恢复技术报告",
            "report",
            ("快照备份", "日志备份与 PITR", "备份存储"),
        ),
        (
            "A report for the city council on storage, with a chapter on the cost of fusion",
            "Storage",
            "report",
            ("Cost of fusion",),
        ),
        (
            "一份给市政府的报告：老旧小区更新，大模型评测，以及量子计算机的采购成本",
            "老旧小区更新，大模型评测，以及量子计算机的采购成本",
            "report",
            (),
        ),
        (
            "写一份潮汐能报告，其中一章讲电站的保险",
            "潮汐能报告",
            "report",
            ("电站的保险",),
        ),
    ],
)
def test_a_prompt_says_its_subject_genre_and_sections(
    prompt: str, title: str, genre: str, asked: tuple[str, ...]
) -> None:
    query = read_query(commission(prompt))

    assert (query.title, query.genre, query.asked) == (title, genre, asked)


@pytest.mark.parametrize(
    ("prompt", "title", "asked"),
    [
        (
            "A handbook of heat with an introduction, measures against it and the legal framework",
            "Heat",
            ("Introduction", "Measures against it", "Legal framework"),
        ),
        (
            "Report on solar power that discusses costs, grid connection and recycling",
            "Solar power",
            ("Costs", "Grid connection", "Recycling"),
        ),
        (
            "A 10-page white paper on remote work, focusing on output, health and law",
            "Remote work",
            ("Output", "Health", "Law"),
        ),
        (
            "A handbook for volunteers. Topics: safety, first aid",
            "Volunteers",
            ("Safety", "First aid"),
        ),
        (
            "A thesis chapter about reefs, covering bleaching and policy",
            "Thesis chapter about reefs",
            ("Bleaching", "Policy"),
        ),
        (
            "A report on trains focusing on speed, cost, safety,\nand comfort.",
            "Trains",
            ("Speed", "Cost", "Safety", "Comfort"),
        ),
        (
            "A report on trains,\ncovering speed,\ncost and comfort",
            "Trains",
            ("Speed", "Cost", "Comfort"),
        ),
        ("写一份铁路报告，包括线路、\n车站和票价。", "铁路报告", ("线路", "车站", "票价")),
        ("A report on laws addressing floods and heat", "Laws addressing floods and heat", ()),
        ("A guide to knots. Write in this style: short, clear, calm", "Knots", ()),
        (
            "写一篇新能源汽车的综述，要有电池技术、充电设施、回收利用三章",
            "新能源汽车综述",
            ("电池技术", "充电设施", "回收利用"),
        ),
        (
            "写一份医疗人工智能报告，从影像诊断、药物研发和伦理问题三个方面展开",
            "医疗人工智能报告",
            ("影像诊断", "药物研发", "伦理问题"),
        ),
        ("写一份茶文化报告，主要讲历史、工艺、茶道", "茶文化报告", ("历史", "工艺", "茶道")),
        ("写一份绳结指南。采用以下风格：简短、清楚、平和", "绳结指南", ()),
    ],
)
def test_sections_are_named_in_many_ways_and_are_no_part_of_the_title(
    prompt: str, title: str, asked: tuple[str, ...]
) -> None:
    query = read_query(commission(prompt))

    assert (query.title, query.asked) == (title, asked)


@pytest.mark.parametrize(
    "prompt",
    [
        "Write a report on trains. Do not discuss prices, staff, or food.",
        "Write a report on trains. You don’t need to address prices, staff and food.",
        "Write a report on trains without discussing prices, staff and food.",
        "Write a report on trains. Avoid discussing prices, staff and food.",
        "Write a report on trains. Never focus on prices, staff and food.",
        "Write a report on trains. There is no need to discuss prices, staff and food.",
        "Write a report on trains. Do not include prices or staff, and no sections on food.",
        "Write a report on trains, without a chapter on prices.",
        "Do not write of these things about trains: prices, staff, food.",
        "写一份铁路报告，不要写历史、人物、事件三个部分。",
        "写一份铁路报告，不用从历史、人物、事件三个方面展开。",
        "写一份铁路报告，不必着重分析历史、人物和事件。",
        "写一份铁路报告，无需单独设历史、人物、事件三章。",
        "写一份铁路报告，请勿涉及历史、人物和事件。",
        "写一份铁路报告，别写历史、人物、事件三个部分。",
        "写一份铁路报告，不包括历史、人物和事件。",
        "Write a report on trains. Do not write about:\n- prices\n- staff",
        "Write a report on trains.\n\nLeave out:\n\n1. prices\n2. staff",
        "Write a report on trains.\n- Do not discuss prices\n- Don't mention staff",
        "写一份铁路报告。请不要写：\n- 价格\n- 人员",
        "写一份铁路报告。\n- 不要写价格\n- 请勿涉及人员",
        "Write a report on trains. Do not include any overly long sections on prices.",
        "Write a report on trains. It is not necessary to include prices and staff.",
        "Write a report on trains. Exclude chapters on prices.",
        "Write a report on trains.\nExclude:\n- prices\n- staff",
        "Write a report on trains.\nPlease omit:\n- prices\n- staff",
        "Write a report on trains.\nOut of scope:\n- prices\n- staff",
        "Write a report on trains.\nThe following are not needed:\n- prices\n- staff",
        "Write a report on trains.\nIt must not cover the following topics:\n- prices\n- staff",
        "Write a report on trains, but do not write about:\n- prices\n- staff",
        "写一份铁路报告，不包括：\n- 价格\n- 人员",
        "写一份铁路报告，不包括以下内容：\n- 价格\n- 人员",
        "写一份铁路报告。报告不涉及：\n- 价格\n- 人员",
        "写一份铁路报告。以下内容不需要：\n- 价格\n- 人员",
        "写一份铁路报告。以下内容可以省略：\n- 价格\n- 人员",
        "写一份铁路报告，不要在报告中写历史、人物、事件三个部分。",
        "写一份铁路报告，请不要在报告里包括历史、人物和事件。",
        "写一份铁路报告，不要在正文中涉及历史、人物和事件。",
    ],
)
def test_what_a_prompt_forbids_is_no_chapter(prompt: str) -> None:
    query = read_query(commission(prompt))

    assert (query.asked, query.topics) == ((), ())


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        (
            "A report on trains. Do not discuss prices, but focus on speed, comfort and safety.",
            ("Speed", "Comfort", "Safety"),
        ),
        (
            "A report on trains, not too long, covering speed and comfort, but not prices",
            ("Speed", "Comfort"),
        ),
        (
            "A report on trains. It should not only discuss speed, comfort and safety.",
            ("Speed", "Comfort", "Safety"),
        ),
        (
            "A report on trains with sections on:\n- speed\n- comfort\nDo not include:\n- prices",
            ("Speed", "Comfort"),
        ),
        (
            "A report on trains that must not be long:\n- speed\n- why not to run\n- comfort",
            ("Speed", "Why not to run", "Comfort"),
        ),
        (
            "A report on trains\n- Costs (do not include taxes)\n- Why firms do not cover floods",
            ("Costs (do not include taxes)", "Why firms do not cover floods"),
        ),
        ("写一份铁路报告，不要太长：\n- 线路\n- 车站\n不要写：\n- 票价", ("线路", "车站")),
        ("写一份铁路报告，不要写历史，包括线路和车站。", ("线路", "车站")),
        ("写一份铁路报告，包括线路、车站，不包括票价。", ("线路", "车站")),
        ("写一份铁路报告，特别包括线路和车站。", ("线路", "车站")),
        ("写一份铁路报告，不得不包括线路和车站。", ("线路", "车站")),
        ("写一份铁路报告，不仅要有线路、车站、车辆三章。", ("线路", "车站", "车辆")),
        ("写一份铁路报告，主要分析原因、影响和对策，并说明风险。", ("原因", "影响", "对策")),
        ("写一份电网报告，主要分析发电、输电，并网和储能。", ("发电", "输电", "并网", "储能")),
        ("A report on trains covering speed and comfort, excluding prices", ("Speed", "Comfort")),
        ("A report on trains covering speed, comfort except prices", ("Speed", "Comfort")),
        ("A report on trains covering speed and comfort, not prices", ("Speed", "Comfort")),
        (
            "A report on trains covering speed, comfort, in no more than 3,000 words",
            ("Speed", "Comfort"),
        ),
        ("写一份铁路报告，包括线路、车站，字数不超过3000字", ("线路", "车站")),
        ("写一份铁路报告，包括线路、车站，不超过三页，语言简洁", ("线路", "车站")),
        ("写一份铁路报告，包括线路、车站，除票价外", ("线路", "车站")),
        ("写一份铁路报告，包括线路、车站，同时介绍风险", ("线路", "车站")),
        ("写一份铁路报告，不仅包括线路、车站，还包括票价。", ("线路", "车站", "票价")),
    ],
)
def test_what_is_forbidden_or_said_beside_leaves_the_chapters_that_are_asked_for(
    prompt: str, asked: tuple[str, ...]
) -> None:
    assert read_query(commission(prompt)).asked == asked


@pytest.mark.parametrize(
    ("listed", "asked"),
    [
        (
            "charities, not-for-profit companies and taxes",
            ("Charities", "Not-for-profit companies", "Taxes"),
        ),
        ("how to save, avoid debt and invest", ("How to save", "Avoid debt", "Invest")),
        ("speed, costs excluding tax, and profit", ("Speed", "Costs excluding tax", "Profit")),
        ("30 pages of history, maps and ships", ("30 pages of history", "Maps", "Ships")),
        ("荷马，但丁，莎士比亚和歌德", ("荷马", "但丁", "莎士比亚", "歌德")),
        ("感知，同时定位与建图，规划和控制", ("感知", "同时定位与建图", "规划", "控制")),
        ("菜单，请柬，座位", ("菜单", "请柬", "座位")),
        ("违约，不可抗力，别离", ("违约", "不可抗力", "别离")),
    ],
)
def test_a_listed_title_may_begin_as_what_ends_a_list(listed: str, asked: tuple[str, ...]) -> None:
    covering = "A report covering" if listed.isascii() else "写一份报告，包括"

    assert read_query(commission(f"{covering} {listed}")).asked == asked


@pytest.mark.parametrize(
    "above",
    [
        "Write a guide to Berlin for visitors who do not speak German:",
        "Write a guide to Berlin for people who moved there, but do not speak German:",
        "A report on why schools do not discuss climate change:",
        "A guide for teams that do not write tests:",
        "A guide to letters. Do not write in anger:",
        "A guide to driving. You must not forget:",
        "A report on tests that are not needed:",
        "写一份关于为什么不应该写长报告的分析：",
        "写一份关于不可写存储器的报告：",
        "不谈恋爱的年轻人：",
        "写一份报告，这些内容不能省略：",
        "写一份报告，不仅包括：",
    ],
)
def test_a_negation_beside_what_is_asked_for_forbids_no_list(above: str) -> None:
    below = ("别墅", "交通") if "：" in above else ("Sights", "Food")

    query = read_query(commission("\n- ".join((above, *below))))

    assert query.asked == below


@pytest.mark.parametrize(
    "items",
    [
        ("Do not write in anger", "Never talk to strangers", "No section is complete without data"),
        ("Not covered by insurance", "No parking"),
        ("不可分析的数据", "不可写存储器"),
        ("避免分析偏差", "别墅的布局"),
    ],
)
def test_an_item_with_a_negation_of_its_own_is_a_section(items: tuple[str, ...]) -> None:
    prompt = "写一份报告" if "的" in "".join(items) else "A guide"

    assert read_query(commission("\n- ".join((prompt, *items)))).asked == items


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("写一份芯片报告，分设备、材料、工艺三部分。", ()),
        ("写一份芯片报告，设计、材料、工艺三部分都重要。", ()),
        ("写一份芯片报告，从业人员、材料、工艺三个方面都重要。", ()),
        ("写一份园区报告，园区建设规划、资金和进度三个部分都重要。", ()),
        ("写一份市场报告，假设需求、供给、价格三个部分都已知。", ()),
        ("A report on tides. The council will discuss it with fishers, farmers and tourists.", ()),
        ("A report on tides. The towns address floods, storms and heat.", ()),
        (
            "A report on tides. Please discuss floods, storms and heat.",
            ("Floods", "Storms", "Heat"),
        ),
        ("写一份芯片报告，设设备、材料、工艺三部分。", ("设备", "材料", "工艺")),
        ("写一份芯片报告，设置材料、设备、工艺三章。", ("材料", "设备", "工艺")),
    ],
)
def test_a_verb_that_names_sections_is_not_found_within_a_word(
    prompt: str, asked: tuple[str, ...]
) -> None:
    assert read_query(commission(prompt)).asked == asked


@pytest.mark.parametrize(
    ("prompt", "title", "topics"),
    [
        (
            "A survey of battery recycling: processes, economics, regulation",
            "Battery recycling",
            ("Processes", "Economics", "Regulation"),
        ),
        (
            "写一份城市供水安全方案：水源保护、管网改造、应急预案",
            "城市供水安全方案",
            ("水源保护", "管网改造", "应急预案"),
        ),
        (
            "A report for the city council: floods, heat, storms",
            "Floods, heat, storms",
            ("Floods", "Heat", "Storms"),
        ),
        ("给市政府的报告：洪水、高温、风暴", "洪水、高温、风暴", ("洪水", "高温", "风暴")),
    ],
)
def test_what_stands_behind_a_colon_makes_chapters_only_where_there_are_no_files(
    prompt: str, title: str, topics: tuple[str, ...]
) -> None:
    query = read_query(commission(prompt))

    assert (query.title, query.asked, query.topics) == (title, (), topics)
    alone = proposed(OutlineBrief(commission=commission(prompt)))
    assert set(topics) <= {node.title for node in alone.nodes}


@pytest.mark.parametrize("example", EXAMPLES.values())
def test_a_bundled_example_gets_no_chapter_that_its_file_says_nothing_of(
    example: BundledExample,
) -> None:
    told = commission(example.prompt)

    outline = proposed(outline_brief(told, file=example.content().decode()))

    said = [
        node.content_summary for chapter in outline.nodes for node in (chapter, *chapter.children)
    ]
    assert not [each for each in said if LITTLE[told.language] in each]

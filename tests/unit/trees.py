"""Outlines as tests write them down: titles in nested lists, and texts that mean one."""

from collections.abc import Sequence

from pipeline.domain.documents import OutlineNode, ProposedNode


def shape(nodes: Sequence[OutlineNode]) -> list[object]:
    """Titles as nested lists: a node with others below it is a list of its title and theirs."""
    return [[n.title, shape(n.children)] if n.children else n.title for n in nodes]


def proposed_paths(
    nodes: Sequence[ProposedNode], above: tuple[int, ...] = ()
) -> dict[tuple[int, ...], tuple[str, str]]:
    """Title and summary of each proposed node by its place."""
    found = {}
    for i, node in enumerate(nodes):
        found[*above, i] = (node.title, node.content_summary)
        found |= proposed_paths(node.children, (*above, i))
    return found


OUTLINE_TEXTS: dict[str, tuple[str, list[object]]] = {
    "markdown headings": (
        "# Tides\n\nAbout the sea.\n## Moon ##\n> be brief\n### 1.2 Phase\n## Sun",
        [["Tides", [["Moon", ["Phase"]], "Sun"]]],
    ),
    "markdown list": (
        "- One\n  - Two\n    - Three\n- Four",
        [["One", [["Two", ["Three"]]]], "Four"],
    ),
    "decimal numbers": (
        "1. Intro\n1.1 Scope\n1.1.1 Terms\n2 Method\n2.1 Data",
        [["Intro", [["Scope", ["Terms"]]]], ["Method", ["Data"]]],
    ),
    "chapters": (
        "第一章 绪论\n第一节 背景\n第二节：意义\n第二章方法",
        [["绪论", ["背景", "意义"]], "方法"],
    ),
    "parts": (
        "第一部分 概况\n第一章 背景\n第二部分：方案\n第三部 终章",
        [["概况", ["背景"]], "方案", "终章"],
    ),
    "a name that begins as a part does": (
        "# 第一部分 概况\n## 第三部门的作用\n# 第二部 方案",
        [["概况", ["第三部门的作用"]], "方案"],
    ),
    "han numbers": (
        "一、概述\n（一）背景\n1. 国内\n2. 国外\n（二）意义\n二、方法",
        [["概述", [["背景", ["国内", "国外"]], "意义"]], "方法"],
    ),
    "indented by tabs": (
        "Intro\n\tScope\n\t\tTerms\nMethod",
        [["Intro", [["Scope", ["Terms"]]]], "Method"],
    ),
    "list below plain lines": (
        "Intro\n- Scope\n- Terms\nMethod",
        [["Intro", ["Scope", "Terms"]], "Method"],
    ),
    "titles that begin with numbers": (
        "# 3D printing\n# 2024 in review",
        ["3D printing", "2024 in review"],
    ),
    "titles that begin with amounts": (
        "# 1.5 °C pathways\n## 2.4 GHz networks\n# 2.5 亿吨\n## 2.6 Day",
        [["1.5 °C pathways", ["2.4 GHz networks"]], ["2.5 亿吨", ["Day"]]],
    ),
    "numbers before words that are units elsewhere": (
        "1 绪论\n1.1 背景\n1.2 万维网\n1.3 万物互联\n1.5 °C\n2 方法\n2.1 亿级并发\n7.5 km",
        [["绪论", ["背景", "万维网", "万物互联"]], ["方法", ["亿级并发"]]],
    ),
    "units in a row of numbers": (
        "1.1 Days\n1.2 months and years\n1.3 times\n1.3.1 a\n1.4 hours, days\n3.1 公里\n3.2 千瓦",
        ["Days", "months and years", ["times", ["a"]], "hours, days", "公里", "千瓦"],
    ),
    "headings that are numbered before units": (
        "# 1.1 万维网\n# 1 Water\n## 1.1 times\n## 1.2 hours\n# 3.5 hours",
        ["万维网", ["1 Water", ["times", "hours"]], "3.5 hours"],
    ),
    "lines behind a backslash": (
        "# Scope\n\\1. Europe\n\\\\# No islands\n\\第一章 无\n\\> x\n\\---\n\\word\n2.4 GHz\n# End",
        ["Scope", "End"],
    ),
    "a line that is too long for a title, in characters that take two units in a browser": (
        f"甲{'𠮷' * 500}\n乙",
        [f"甲{'𠮷' * 499}", "乙"],
    ),
}

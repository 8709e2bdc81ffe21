"""The shape of each genre, and what each kind of section must answer, in both languages."""

import re
from typing import Literal

from pipeline.adapters.offline_author.questions import QUESTIONS, Kind
from pipeline.domain.documents import Language

Genre = Literal["report", "proposal", "survey", "guide", "manual", "article"]

_GENRES: tuple[tuple[Genre, str], ...] = (
    ("proposal", r"proposal|business plan|project plan|提案|建议书|立项|计划书|方案"),
    ("survey", r"survey|literature review|state of the art|综述|研究现状|文献"),
    ("manual", r"manual|handbook|runbook|手册|操作规程|运维|说明书"),
    ("guide", r"guide|tutorial|how[- ]to|getting started|教程|指南|入门|上手"),
    ("report", r"report|white ?paper|assessment|analysis|报告|白皮书|分析|评估"),
    ("article", r"article|essay|introduction|document|文章|文档|介绍|科普|论文"),
)

Shape = tuple[tuple[str, Kind, tuple[tuple[str, Kind], ...]], ...]
"""Chapters with their sections; a chapter without sections is written itself."""

_SHAPES: dict[Language, dict[Genre, Shape]] = {
    "en": {
        "report": (
            ("Summary", "summary", ()),
            ("Background", "background", (("Context", "background"), ("Objectives", "goals"))),
            ("Scope and method", "method", ()),
            ("Findings", "findings", (("Main findings", "findings"), ("Evidence", "evaluation"))),
            ("Discussion", "analysis", (("What it means", "analysis"), ("Risks", "risks"))),
            ("Recommendations", "advice", ()),
            ("Conclusion", "conclusion", ()),
        ),
        "proposal": (
            ("Summary", "summary", ()),
            ("The problem", "background", (("Present situation", "background"), ("Need", "goals"))),
            ("Objectives", "goals", ()),
            ("Proposed solution", "solution", (("Approach", "solution"), ("Options", "options"))),
            ("Work plan", "plan", (("Steps and milestones", "plan"), ("Resources", "resources"))),
            ("Budget", "cost", ()),
            ("Risks", "risks", ()),
            ("Expected results", "benefits", ()),
        ),
        "survey": (
            ("Introduction", "intro", ()),
            ("Scope of the survey", "method", ()),
            ("Background and terms", "concepts", ()),
            ("Approaches", "options", (("Families", "options"), ("Comparison", "comparison"))),
            ("Evaluation", "evaluation", ()),
            ("Open problems", "outlook", ()),
            ("Conclusion", "conclusion", ()),
        ),
        "guide": (
            ("What you will achieve", "goals", ()),
            ("Before you start", "setup", ()),
            ("Basic ideas", "concepts", ()),
            ("Step by step", "steps", (("First steps", "steps"), ("A full example", "example"))),
            ("When something goes wrong", "trouble", ()),
            ("Where to go next", "outlook", ()),
        ),
        "manual": (
            ("About this manual", "intro", ()),
            ("Overview", "concepts", ()),
            ("Setting up", "setup", ()),
            ("Daily use", "steps", (("Routine tasks", "steps"), ("Special cases", "example"))),
            ("Maintenance", "operation", ()),
            ("Troubleshooting", "trouble", ()),
            ("Terms", "concepts", ()),
        ),
        "article": (
            ("Introduction", "intro", ()),
            ("Background and basic ideas", "concepts", ()),
            ("How it works", "mechanism", (("Principle", "mechanism"), ("Parts", "solution"))),
            ("Uses", "uses", (("Where it is used", "uses"), ("An example", "example"))),
            ("Benefits and limits", "analysis", (("Benefits", "benefits"), ("Limits", "risks"))),
            ("Outlook", "outlook", ()),
            ("Conclusion", "conclusion", ()),
        ),
    },
    "zh": {
        "report": (
            ("摘要", "summary", ()),
            ("背景", "background", (("现状", "background"), ("目标", "goals"))),
            ("范围与方法", "method", ()),
            ("主要发现", "findings", (("发现", "findings"), ("依据", "evaluation"))),
            ("讨论", "analysis", (("意义", "analysis"), ("风险", "risks"))),
            ("建议", "advice", ()),
            ("结论", "conclusion", ()),
        ),
        "proposal": (
            ("摘要", "summary", ()),
            ("问题", "background", (("现状", "background"), ("需求", "goals"))),
            ("目标", "goals", ()),
            ("解决方案", "solution", (("总体思路", "solution"), ("备选方案", "options"))),
            ("实施计划", "plan", (("步骤与里程碑", "plan"), ("人员与资源", "resources"))),
            ("预算", "cost", ()),
            ("风险与应对", "risks", ()),
            ("预期成果", "benefits", ()),
        ),
        "survey": (
            ("引言", "intro", ()),
            ("综述范围", "method", ()),
            ("背景与术语", "concepts", ()),
            ("主要方法", "options", (("方法分类", "options"), ("方法比较", "comparison"))),
            ("评测", "evaluation", ()),
            ("开放问题", "outlook", ()),
            ("结论", "conclusion", ()),
        ),
        "guide": (
            ("你将学会什么", "goals", ()),
            ("准备工作", "setup", ()),
            ("基本概念", "concepts", ()),
            ("分步操作", "steps", (("最初几步", "steps"), ("完整示例", "example"))),
            ("常见问题", "trouble", ()),
            ("后续学习", "outlook", ()),
        ),
        "manual": (
            ("关于本手册", "intro", ()),
            ("概述", "concepts", ()),
            ("安装与设置", "setup", ()),
            ("日常使用", "steps", (("常规操作", "steps"), ("特殊情况", "example"))),
            ("维护", "operation", ()),
            ("故障排查", "trouble", ()),
            ("术语", "concepts", ()),
        ),
        "article": (
            ("引言", "intro", ()),
            ("背景与基本概念", "concepts", ()),
            ("工作原理", "mechanism", (("基本原理", "mechanism"), ("组成部分", "solution"))),
            ("应用", "uses", (("应用领域", "uses"), ("实例", "example"))),
            ("优势与局限", "analysis", (("优势", "benefits"), ("局限", "risks"))),
            ("展望", "outlook", ()),
            ("结论", "conclusion", ()),
        ),
    },
}


def genre_of(document_type: str, prompt: str) -> Genre:
    """The genre that is named, first by the chosen type, then by the prompt; else an article."""
    for text in (document_type, prompt):
        for genre, pattern in _GENRES:
            if re.search(pattern, text, re.IGNORECASE):
                return genre
    return "article"


def shape(genre: Genre, language: Language) -> Shape:
    return _SHAPES[language][genre]


def kind_of(title: str) -> Kind:
    """What kind of section a title announces; `other` when it does not say."""
    for kind, entry in QUESTIONS.items():
        if entry.announced_by.search(title):
            return kind
    return "other"


def questions(kind: Kind, language: Language, title: str) -> tuple[str, ...]:
    """What a section of this kind must answer."""
    entry = QUESTIONS[kind]
    chosen = entry.zh if language == "zh" else entry.en
    return tuple(question.format(title=title) for question in chosen)

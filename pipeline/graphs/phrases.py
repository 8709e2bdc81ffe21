"""What a running job says to a person, in the job's language."""

from collections.abc import Mapping

from pipeline.domain.documents import Language

PHRASES: Mapping[str, Mapping[Language, str]] = {
    "reading": {
        "en": "Reading “{name}” ({done} of {total} files).",
        "zh": "正在阅读《{name}》（第 {done} 个，共 {total} 个文件）。",
    },
    "searching": {
        "en": "Looking through {passages} passages of your files.",
        "zh": "正在从你的文件中检索 {passages} 个段落。",
    },
    "no_material": {
        "en": "No files to draw on; working from the prompt alone.",
        "zh": "没有可用的文件，仅依据需求进行。",
    },
    "proposing": {"en": "Proposing an outline.", "zh": "正在拟定大纲。"},
    "importing": {
        "en": "Taking over your outline “{name}” as it stands.",
        "zh": "正在原样导入你的大纲《{name}》。",
    },
    "proposed": {
        "en": "The outline is ready: {total} sections.",
        "zh": "大纲已完成，共 {total} 节。",
    },
    "planned": {
        "en": "Writing {total} sections at once.",
        "zh": "正在同时撰写 {total} 个小节。",
    },
    "section_done": {"en": "Wrote {number} {title}.", "zh": "已完成 {number} {title}。"},
    "section_failed": {
        "en": "Could not finish {number} {title}.",
        "zh": "{number} {title} 未能完成。",
    },
    "fused": {"en": "Joined chapter {number} {title}.", "zh": "第 {number} 章 {title} 已通稿。"},
    "not_fused": {
        "en": "Chapter {number} {title} stays as its sections were written: {reason}",
        "zh": "第 {number} 章 {title} 未能通稿，保留各节原文：{reason}",
    },
    "finalizing": {"en": "Putting the document together.", "zh": "正在合成全文。"},
    "bibliography": {
        "en": "Numbering citations and listing sources.",
        "zh": "正在编排引用与参考文献。",
    },
}


def say(language: Language, key: str, **values: str | int) -> str:
    """The sentence for that key, filled in."""
    return PHRASES[key][language].format_map(values)

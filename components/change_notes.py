"""What writing a document again would do: a sentence of counts, with the sections folded."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.messages import Messages
from components.plain import plain
from components.text import Text
from pipeline.domain.changes import Changes, Reason, SectionChange
from pipeline.domain.documents import NodeId

MOST_LISTED = 100
"""Sections of one list; more of them nobody reads in a dialog, and their number is said."""

TEXTS: Mapping[str, Text] = {
    "nothing": Text(
        "Nothing changed since this document was written: every section keeps its text.",
        "自上次写作以来没有改动：所有小节均保留原文。",
    ),
    "written": Text("{number} written", "撰写 {number} 节"),
    "moved": Text("{number} moved with their text", "移动 {number} 节（保留正文）"),
    "kept": Text("{number} kept", "保留 {number} 节"),
    "removed": Text("{number} removed", "删除 {number} 节"),
    "fused": Text("{number} chapters smoothed again", "重新润色衔接 {number} 章"),
    "fused_one": Text("1 chapter smoothed again", "重新润色衔接 1 章"),
    "sections": Text("Sections: {counts}.", "小节：{counts}。"),
    "for_all": Text(
        "Every section is written again, because of a change to: {why}.",
        "所有小节都要重新撰写，因为改动了：{why}。",
    ),
    "web": Text(
        "The web is searched again; what it brings may change more sections.",
        "将重新检索网络；检索结果可能使更多小节需要重写。",
    ),
    "by_hand": Text("your text", "你修改过的正文"),
    "lost": Text(
        "You corrected these sections, and their texts are replaced: {names}. They stay under the "
        "new document, to be put back.",
        "以下小节由你修改过，其正文将被取代：{names}。原文会保留在新文档下方，可随时恢复。",
    ),
    "lost_one": Text(
        "You corrected this section, and its text is replaced: {names}. It stays under the new "
        "document, to be put back.",
        "以下小节由你修改过，其正文将被取代：{names}。原文会保留在新文档下方，可随时恢复。",
    ),
    "keep_by_hand_one": Text(
        "You corrected one of the kept sections; it stays as you left it.",
        "保留的小节中有 1 节由你修改过，将保持原样。",
    ),
    "keep_by_hand": Text(
        "You corrected {number} of the kept sections; they stay as you left them.",
        "保留的小节中有 {number} 节由你修改过，将保持原样。",
    ),
    "over": Text("Write these anew all the same", "仍要重写以下小节"),
    "none": Text("None", "无"),
    "more": Text("and {number} more", "另有 {number} 节"),
    "list.written": Text("Written ({number})", "撰写（{number}）"),
    "list.moved": Text("Moved ({number})", "移动（{number}）"),
    "list.kept": Text("Kept ({number})", "保留（{number}）"),
    "list.removed": Text("Removed ({number})", "删除（{number}）"),
    "list.fused": Text("Chapters smoothed again ({number})", "重新润色衔接的章（{number}）"),
}

REASONS: Mapping[Reason, Text] = {
    "new": Text("new", "新增"),
    "unfinished": Text("has no finished text", "尚无完成的正文"),
    "title": Text("title", "标题"),
    "summary": Text("summary", "摘要"),
    "notes": Text("notes", "备注"),
    "notes_above": Text("notes above it", "上级备注"),
    "length": Text("length", "篇幅"),
    "sources": Text("what its sources say on it", "资料内容"),
    "model": Text("model", "模型"),
    "language": Text("language", "语言"),
    "document_type": Text("kind of document", "文档类型"),
    "audience": Text("readers", "读者"),
    "tone": Text("tone", "语气"),
    "requirements": Text("requirements", "写作要求"),
    "style": Text("style guide", "风格指南"),
    "program": Text("a newer version of Longhand", "Longhand 版本更新"),
    "changed": Text("changed", "有改动"),
    "divided": Text(
        "has sections below it now, and its own text goes", "已下设小节，原有正文将移除"
    ),
}


def change_notes(changes: Changes, m: Messages) -> None:
    """Draw the plan: its counts in one sentence, why, and the sections to be unfolded."""
    if changes.is_empty:
        st.markdown(m.say(TEXTS["nothing"]))
        return
    lists = {
        "written": changes.written,
        "moved": changes.moved,
        "kept": changes.kept,
        "removed": changes.removed,
        "fused": changes.fused,
    }
    counts = [m.counted(name, len(each), TEXTS) for name, each in lists.items() if each]
    st.markdown(m.say(TEXTS["sections"], counts=m("list.comma").join(counts)))
    if changes.for_all:
        st.markdown(m.say(TEXTS["for_all"], why=_why(changes.for_all, m)))
    if changes.searches_web:
        st.markdown(m.say(TEXTS["web"]))
    if changes.lost:
        names = m("list.comma").join(_named(each) for each in changes.lost)
        lost = m.counted("lost", len(changes.lost), TEXTS, names=names)
        st.warning(lost, icon=":material/history:")
    for name, each in lists.items():
        if each:
            with st.expander(m.say(TEXTS[f"list.{name}"], number=len(each))):
                st.markdown(_list(each, m))


def to_write_anew(changes: Changes, m: Messages) -> tuple[NodeId, ...]:
    """Ask which of the author's own texts are not to be kept."""
    own = {section.id: section for section in changes.by_hand}
    if not own:
        return ()
    st.markdown(m.counted("keep_by_hand", len(own), TEXTS))
    chosen = st.multiselect(
        m.say(TEXTS["over"]),
        list(own),
        format_func=lambda each: f"{own[each].number} {own[each].title}",
        placeholder=m.say(TEXTS["none"]),
    )
    return tuple(chosen)


def _list(sections: Sequence[SectionChange], m: Messages) -> str:
    lines = [f"- {_line(section, m)}" for section in sections[:MOST_LISTED]]
    if more := len(sections) - len(lines):
        lines.append(f"- {m.say(TEXTS['more'], number=more)}")
    return "\n".join(lines)


def _line(section: SectionChange, m: Messages) -> str:
    notes = [_why(section.reasons, m)] if section.reasons else []
    if section.by_hand:
        notes.append(m.say(TEXTS["by_hand"]))
    named = _named(section)
    return f"{named} :small[· {' · '.join(notes)}]" if notes else named


def _named(section: SectionChange) -> str:
    return f"{section.number}\u2002{plain(section.title)}".strip()


def _why(reasons: Sequence[Reason], m: Messages) -> str:
    return m("list.comma").join(m.say(REASONS[reason]) for reason in reasons)

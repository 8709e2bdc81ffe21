"""Every text of the pages, English and Chinese, by key; components carry their own labels."""

from collections.abc import Mapping

from components.problems import PROBLEMS
from components.text import Text
from pipeline.domain.documents import Language

TEXTS: Mapping[str, Text] = {
    "nav.new": Text("New document", "新建文档"),
    "nav.outline": Text("Outline", "大纲"),
    "nav.writing": Text("Writing", "写作"),
    "nav.document": Text("Document", "文档"),
    "nav.library": Text("Library", "文档库"),
    "nav.recent": Text("Recent", "最近"),
    "nav.language": Text("Language of the interface", "界面语言"),
    "steps.brief": Text("Brief", "需求"),
    "steps.outline": Text("Outline", "大纲"),
    "steps.writing": Text("Writing", "写作"),
    "steps.document": Text("Document", "文档"),
    "new.title": Text("What do you want to write?", "想写点什么？"),
    "new.lead": Text(
        "Longhand reads your files, proposes an outline for you to edit, "
        "then writes every section with its sources.",
        "Longhand 阅读你的文件，拟出大纲供你修改，再逐节写成有出处的正文。",
    ),
    "new.offline": Text(
        "No model is connected: Longhand writes from your files only. "
        "Set OPENAI_API_KEY (or OPENAI_BASE_URL) and OPENAI_MODEL to connect one.",
        "尚未连接模型：Longhand 只依据你的文件写作。"
        "设置 OPENAI_API_KEY（或 OPENAI_BASE_URL）与 OPENAI_MODEL 即可连接模型。",
    ),
    "new.type": Text("Type", "类型"),
    "new.length": Text("Length", "篇幅"),
    "new.language": Text("Language", "语言"),
    "new.more": Text("More", "更多"),
    "new.audience": Text("Who reads it", "读者"),
    "new.audience_hint": Text("Such as: members of a town council", "例如：市议会成员"),
    "new.tone": Text("Tone", "语气"),
    "new.style": Text("Reference list", "参考文献格式"),
    "new.web_search": Text("Search the web, too", "同时搜索网络"),
    "new.web_search_help": Text(
        "Pages that are found are read, and cited like your files.",
        "搜索到的网页会被读取，并像你的文件一样引用。",
    ),
    "new.second_opinion": Text("Second opinion on citations", "引用的第二意见"),
    "new.second_opinion_help": Text(
        "Asks the model about the sentences whose sources may not carry them. It costs some calls.",
        "就来源可能不足的句子再询问模型，会多用几次调用。",
    ),
    "new.examples": Text("Try an example", "试试示例"),
    "type.report": Text("Report", "报告"),
    "type.survey": Text("Survey", "综述"),
    "type.proposal": Text("Proposal", "方案"),
    "type.guide": Text("Guide", "指南"),
    "type.article": Text("Article", "文章"),
    "length.short": Text("Short, 1,500 words", "短，1,500 字"),
    "length.standard": Text("Standard, 4,000 words", "标准，4,000 字"),
    "length.long": Text("Long, 10,000 words", "长，10,000 字"),
    "length.book": Text("Book, 30,000 words", "书稿，30,000 字"),
    "language.auto": Text("As the prompt", "同需求"),
    "language.en": Text("English", "English"),
    "language.zh": Text("中文", "中文"),
    "tone.neutral": Text("Neutral", "中性"),
    "tone.persuasive": Text("Persuasive", "说服"),
    "tone.academic": Text("Academic", "学术"),
    "tone.plain": Text("Plain", "平实"),
    "style.numeric": Text("Numbered, plain", "编号，简明"),
    "style.gb-t-7714-2015": Text("GB/T 7714—2015", "GB/T 7714—2015"),
    "style.apa": Text("APA", "APA"),
    "style.ieee": Text("IEEE", "IEEE"),
    "style.chicago": Text("Chicago", "芝加哥格式（Chicago）"),
    "outline.title": Text("Outline", "大纲"),
    "outline.lead": Text(
        "Edit the outline until it says what you mean. Nothing is written before you approve it.",
        "请把大纲改到合意为止。在你确认之前不会开始写作。",
    ),
    "outline.write": Text("Write the document", "开始写作"),
    "outline.write_again": Text("Write it again", "重新写作"),
    "outline.planning": Text("Looking for what changed…", "正在查看有哪些改动…"),
    "outline.again_question": Text(
        "There is a document already; sections that did not change keep their text.",
        "已经有一份文档；没有改动的小节保留正文。",
    ),
    "outline.all_anew": Text("Write all anew", "全部重写"),
    "outline.keep": Text("Keep the document", "保留现有文档"),
    "outline.saving": Text("Saving your last changes…", "正在保存最后的修改……"),
    "outline.watch": Text("See it being written", "查看写作进度"),
    "outline.read": Text("Read the document", "阅读文档"),
    "outline.retry": Text("Propose again", "重新拟定"),
    "outline.expired": Text(
        "The proposal's record has expired. Start it again, or write the outline by hand.",
        "拟定记录已过期。可以重新拟定，或手动编写大纲。",
    ),
    "outline.cancelled": Text(
        "The proposal was stopped. What is here is kept; you can go on by hand.",
        "已停止拟定大纲。现有内容已保留，你可以继续手动编辑。",
    ),
    "outline.estimate": Text("Estimate", "预计"),
    "outline.estimate_words": Text("{sections}, {length}", "{sections}，{length}"),
    "outline.estimate_offline": Text(
        "Written offline from your files, in seconds.", "离线依据你的文件写作，数秒完成。"
    ),
    "outline.estimate_scaffold": Text(
        "No files and no model: each section will be a scaffold with questions to answer, not "
        "text. Start anew with files, or connect a model.",
        "没有文件，也没有连接模型：各节只会得到写作框架和待回答的问题，而不是正文。"
        "请附上文件重新开始，或连接模型。",
    ),
    "outline.estimate_short": Text(
        "The aim is about {asked}; your files hold enough for about {length}.",
        "目标约 {asked}；你的文件只够写约 {length}。",
    ),
    "outline.estimate_model": Text(
        "Written by {author}, all sections at once.", "由 {author} 写作，各节同时进行。"
    ),
    "outline.notes": Text("Research notes", "研究笔记"),
    "outline.no_sources": Text("No files were given.", "没有附上文件。"),
    "outline.carries": Text(
        "for {number} of {sections} sections", "用于 {number} 节（共 {sections} 节）"
    ),
    "outline.carries_all_one": Text("for the only section", "用于仅有的一节"),
    "outline.carries_none": Text("for no section yet", "尚未用于任何小节"),
    "outline.found_page": Text("found on the web", "网上找到"),
    "outline.role_requirements": Text("requirements", "要求"),
    "outline.role_style_guide": Text("style guide", "风格规范"),
    "outline.role_outline": Text("your outline", "你的大纲"),
    "outline.uncovered": Text("Your material says nothing on:", "资料中没有提到："),
    "outline.uncovered_more": Text("and {number} more", "另有 {number} 节"),
    "outline.keyboard": Text("Keyboard", "键盘操作"),
    "outline.keys": Text(
        "**Enter** new section · **Tab / Shift+Tab** level · **Alt+↑ ↓** move · "
        "**Shift+Enter** summary · **Ctrl+Z** undo · **Esc** row mode, then **Tab** leaves",
        "**Enter** 新建小节 · **Tab / Shift+Tab** 调整级别 · **Alt+↑ ↓** 移动 · "
        "**Shift+Enter** 摘要 · **Ctrl+Z** 撤销 · **Esc** 行模式，再按 **Tab** 离开",
    ),
    "count.sections": Text("{number} sections", "{number} 节"),
    "count.sections_one": Text("1 section", "1 节"),
    "count.words": Text("{number} words", "{number} 词"),
    "count.words_one": Text("1 word", "1 词"),
    "count.characters": Text("{number} characters", "{number} 字"),
    "count.characters_one": Text("1 character", "1 字"),
    "file.words": Text("{number} words", "{number} 字"),
    "file.words_one": Text("1 word", "1 字"),
    "file.pages": Text("{number} pages", "{number} 页"),
    "file.pages_one": Text("1 page", "1 页"),
    "file.slides": Text("{number} slides", "{number} 张幻灯片"),
    "file.slides_one": Text("1 slide", "1 张幻灯片"),
    "file.read": Text("{size}, {words}", "{size}，{words}"),
    "writing.title": Text("Writing", "写作"),
    "writing.failed": Text("The writing ended early.", "写作提前结束。"),
    "writing.cancelled": Text("You stopped the writing.", "你已停止写作。"),
    "writing.kept": Text(
        "Your outline is kept; finished sections stay readable here while the job is kept.",
        "大纲已保留；任务保留期间，已完成的小节仍可在此阅读。",
    ),
    "writing.finished": Text("See what was finished", "查看已完成的部分"),
    "writing.retry": Text("Try again", "重试"),
    "writing.resume": Text("Go on writing", "继续写作"),
    "writing.more_question": Text(
        "Going on does more than write what is missing.", "继续写作不只是补写缺少的部分："
    ),
    "writing.not_now": Text("Not now", "暂不继续"),
    "writing.to_outline": Text("Back to the outline", "返回大纲"),
    "document.title": Text("Document", "文档"),
    "document.writing": Text(
        "It is being written. This text is from before; it can be edited again when that is done.",
        "正在重新写作。以下是之前的正文，写作完成后即可再次编辑。",
    ),
    "document.being_written": Text("It is being written.", "正在写作。"),
    "document.none": Text(
        "There is no document yet. Approve the outline, and it will be written.",
        "还没有文档。确认大纲之后即可开始写作。",
    ),
    "document.markdown": Text("Markdown", "Markdown"),
    "document.word": Text("Word", "Word"),
    "document.pdf": Text("PDF", "PDF"),
    "document.html": Text("Web page", "网页"),
    "document.epub": Text("E-book (EPUB)", "电子书（EPUB）"),
    "document.latex": Text("LaTeX", "LaTeX"),
    "document.download": Text("Download", "下载"),
    "document.fill_gaps": Text(
        "Write all {number} missing sections", "补写全部 {number} 个缺失的小节"
    ),
    "document.references": Text("References alone", "仅参考文献"),
    "document.bibtex": Text("BibTeX", "BibTeX"),
    "document.ris": Text("RIS", "RIS"),
    "document.csl": Text("CSL-JSON", "CSL-JSON"),
    "document.style": Text("Style of the reference list", "参考文献格式"),
    "document.style_is": Text("References: {style}", "参考文献：{style}"),
    "document.meta": Text("{length}, {sections}", "{length}，{sections}"),
    "document.offline": Text(
        "Written offline: sentences from your files, each with its source.",
        "离线写作：句子均摘自你的文件，并注明出处。",
    ),
    "document.scaffold": Text(
        "Written offline, without files: a scaffold to fill in.",
        "离线写作，没有文件：这是供填写的写作框架。",
    ),
    "offline.not_followed": Text(
        "Not followed offline: {what}. Sentences stay as your files have them; a model follows "
        "what you ask for.",
        "离线写作不遵循：{what}。句子保持你的文件原样；连接模型后才会遵循。",
    ),
    "offline.style": Text("your style guide", "风格规范"),
    "offline.audience": Text("who reads it", "读者"),
    "offline.tone": Text("the tone", "语气"),
    "document.model": Text("Written by {author}.", "由 {author} 撰写。"),
    "list.comma": Text(", ", "、"),
    "document.unfused": Text(
        "Not smoothed, so that they stay as their sections were written: {names}. {why} "
        "“Write it again” on the outline's page does what is missing.",
        "以下各章未能润色衔接，保留各节原文：{names}。{why}可在大纲页点“重新写作”补做。",
    ),
    "document.problem": Text("{name} ({why})", "{name}（{why}）"),
    "document.problems": Text("Could not be read: {names}.", "未能读取：{names}。"),
    "library.title": Text("Library", "文档库"),
    "library.empty": Text(
        "No documents yet. Start with a sentence.", "还没有文档。从一句话开始吧。"
    ),
    "library.kept": Text(
        "Documents are kept for {number} days after their last change.",
        "文档自最后一次修改起保留 {number} 天。",
    ),
    "library.kept_one": Text(
        "Documents are kept for one day after their last change.",
        "文档自最后一次修改起保留一天。",
    ),
    "library.memory": Text(
        "Kept in memory until the app stops. Install Redis, or set REDIS_URL, to keep documents.",
        "内容仅保留在内存中，应用停止即消失。安装 Redis 或设置 REDIS_URL 可长期保存。",
    ),
    "library.search": Text("Search titles", "搜索标题"),
    "library.nothing": Text("No title has “{query}” in it.", "没有标题包含“{query}”。"),
    "library.previous": Text("Previous", "上一页"),
    "library.next": Text("Next", "下一页"),
    "library.shown": Text("{first}–{last} of {number}", "第 {first}–{last} 篇，共 {number} 篇"),
    "library.open": Text("Open", "打开"),
    "library.delete": Text("Delete", "删除"),
    "library.delete_named": Text("Delete “{title}”?", "删除《{title}》？"),
    "library.delete_question": Text(
        "It is removed with its outline, and a job that runs for it is stopped.",
        "文档及其大纲将一并移除，正在运行的任务会被停止。",
    ),
    "library.keep": Text("Keep it", "保留"),
    "library.deleted": Text("“{title}” was deleted.", "《{title}》已删除。"),
    "library.undo": Text("Undo", "撤销"),
    "library.untitled": Text("Untitled", "未命名"),
    "library.changed": Text("Changed {when}", "修改于 {when}"),
    "status.proposing": Text("Outline in progress", "正在拟定大纲"),
    "status.outline": Text("Outline", "大纲"),
    "status.writing": Text("Writing", "写作中"),
    "status.failed": Text("Failed", "失败"),
    "status.done": Text("Done", "已完成"),
    "missing.title": Text("Nothing to show here", "这里没有内容"),
    "missing.document": Text(
        "This document does not exist, or it was deleted.", "该文档不存在，或已被删除。"
    ),
    "missing.job": Text(
        "This job does not exist, or its data has expired.", "该任务不存在，或其数据已过期。"
    ),
    "missing.none": Text("No document is open.", "没有打开的文档。"),
    "missing.new": Text("Start a new document", "新建文档"),
    "missing.library": Text("Go to the library", "前往文档库"),
    "store.gone": Text(
        "The store does not answer. What you typed is kept in this page; trying again…",
        "存储服务暂无响应。你输入的内容仍保留在本页，正在重试……",
    ),
    "store.retry": Text("Try now", "立即重试"),
}


class Messages:
    """The texts in one language; call it with a key."""

    def __init__(self, language: Language) -> None:
        self.language: Language = language

    def __call__(self, key: str, **values: str | int) -> str:
        return self.say(TEXTS[key], **values)

    def say(self, text: Text, **values: str | int) -> str:
        """A text of a component's own table."""
        return self._in(text).format_map(values)

    def counted(
        self, key: str, number: int, texts: Mapping[str, Text] = TEXTS, **values: str | int
    ) -> str:
        """A text with a `{number}` in it, in the singular where it is one and has such a form."""
        text = texts.get(f"{key}_one", texts[key]) if number == 1 else texts[key]
        return self.say(text, number=f"{number:,}", **values)

    def length(self, number: int, written_in: Language) -> str:
        """How long a text is: one in Chinese is measured in characters."""
        return self.counted("count.characters" if written_in == "zh" else "count.words", number)

    def problem(self, code: str, details: Mapping[str, str | int] | None = None) -> str:
        """What happened and what to do, for the code of an error."""
        text = self._in(PROBLEMS.get(code, PROBLEMS["internal"]))
        try:
            return text.format_map(dict(details or {}))
        except KeyError:  # an older event may lack a value of a newer sentence
            return self._in(PROBLEMS["internal"])

    def _in(self, text: Text) -> str:
        return text.zh if self.language == "zh" else text.en

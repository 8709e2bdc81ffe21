"""What a running job says to a person, in English and Chinese, by key."""

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
    "web_unset": {
        "en": "A web search was asked for, but none is configured here; your files are used.",
        "zh": "你要求联网检索，但本站未配置检索服务，仅使用你的文件。",
    },
    "web_searching": {
        "en": "Searching the web ({names}), {number} queries.",
        "zh": "正在联网检索（{names}），共 {number} 个查询。",
    },
    "web_failed": {
        "en": "{name} was searched without success: {reason}",
        "zh": "{name} 检索未成功：{reason}",
    },
    "web_reading": {
        "en": "Reading up to {number} pages that were found.",
        "zh": "正在读取检索到的网页，最多 {number} 个。",
    },
    "web_unread": {
        "en": "{number} of the pages found could not be read, or held nothing new.",
        "zh": "检索到的网页中有 {number} 个无法读取或没有新内容。",
    },
    "web_read": {
        "en": "Pages found on the web and read: {number}.",
        "zh": "已从网上找到并读取 {number} 个网页。",
    },
    "web_nothing": {
        "en": "The web search found no page that could be read.",
        "zh": "联网检索没有找到可读取的网页。",
    },
    "proposing": {"en": "Proposing an outline.", "zh": "正在拟定大纲。"},
    "languages_left_out": {
        "en": "Sources in another language than the document: {number}. "
        "Without a model they cannot be used.",
        "zh": "有 {number} 份资料与文档的语言不同，没有模型时无法使用。",
    },
    "importing": {
        "en": "Taking over your outline “{name}” as it stands.",
        "zh": "正在原样导入你的大纲《{name}》。",
    },
    "matching": {
        "en": "Looking for what your sources hold on {total} sections.",
        "zh": "正在核对 {total} 个小节在资料中的依据。",
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
    "section_kept": {
        "en": "Kept your text of section {number}.",
        "zh": "已保留你修改过的第 {number} 节。",
    },
    "length_refused": {
        "en": "{number} {title} keeps its length: the corrected text was not the better one.",
        "zh": "{number} {title} 保留原有篇幅：修改后的文字并不更好。",
    },
    "length_failed": {
        "en": "{number} {title} keeps its length: it could not be corrected.",
        "zh": "{number} {title} 保留原有篇幅：未能完成修改。",
    },
    "section_left": {
        "en": "Left {number} {title} for later.",
        "zh": "{number} {title} 留待以后再写。",
    },
    "section_failed": {
        "en": "Could not finish {number} {title}.",
        "zh": "{number} {title} 未能完成。",
    },
    "fused": {"en": "Joined chapter {number} {title}.", "zh": "第 {number} 章 {title} 已通稿。"},
    "not_fused": {
        "en": "Chapter {number} {title} stays as its sections were written: {reason}",
        "zh": "第 {number} 章 {title} 未能通稿，保留各节原文：{reason}",
    },
    "requirements_cut": {
        "en": "The requirements have {chars} characters; a model is told the first {limit}.",
        "zh": "要求共 {chars} 个字符，提供给模型的只有前 {limit} 个。",
    },
    "style_cut": {
        "en": "The style guide has {chars} characters; a model is told the first {limit}.",
        "zh": "写作规范共 {chars} 个字符，提供给模型的只有前 {limit} 个。",
    },
    "bound_unread": {
        "en": "{number} {title} is bound to “{name}”, which could not be read; "
        "the other sources are searched.",
        "zh": "{number} {title} 指定的来源《{name}》无法读取，改为检索其他来源。",
    },
    "bound_unread_only": {
        "en": "{number} {title} may draw only on “{name}” and what else you chose for it, "
        "but “{name}” could not be read.",
        "zh": "{number} {title} 只允许使用指定的来源，但其中的《{name}》无法读取。",
    },
    "no_search_terms": {
        "en": "Sources in another language are searched by names and numbers alone: {reason}",
        "zh": "其他语言的资料仅按名称和数字检索：{reason}",
    },
    "words_only": {
        "en": "Passages are found by their words alone: {reason}",
        "zh": "仅按词语检索段落：{reason}",
    },
    "departs": {
        "en": "The document departs from the outline in {number} places; compare its headings.",
        "zh": "全文有 {number} 处与大纲不一致，请核对各级标题。",
    },
    "reviewing": {
        "en": "Cited sentences that the model is asked about: {number}.",
        "zh": "正在就 {number} 个带引用的句子征询模型的意见。",
    },
    "reviewed": {
        "en": "Second opinion: {supported} supported, {unsupported} not, {open} left open.",
        "zh": "第二意见：{supported} 句得到支持，{unsupported} 句未得到支持，{open} 句未定。",
    },
    "too_many_to_review": {
        "en": "{number} more sentences are to be checked; the model sees the first {limit}.",
        "zh": "另有 {number} 句待核对；只就前 {limit} 句征询模型的意见。",
    },
    "not_reviewed": {
        "en": "Sentences left without a second opinion: {number}; {reason}",
        "zh": "有 {number} 句未能取得第二意见：{reason}",
    },
    "no_reviewer": {
        "en": "No second opinion: no model is connected.",
        "zh": "没有第二意见：尚未连接模型。",
    },
    "budget_reached": {
        "en": "The budget holds no further calls of the model; what is finished is kept.",
        "zh": "预算已不足以再次调用模型；已完成的内容会保留。",
    },
    "finalizing": {"en": "Putting the document together.", "zh": "正在合成全文。"},
    "bibliography": {
        "en": "Numbering citations and listing sources.",
        "zh": "正在编排引用与参考文献。",
    },
    "entries_plain": {
        "en": "The reference list is in the plain style: {reason}",
        "zh": "参考文献改用基本格式：{reason}",
    },
    "second_outline": {
        "en": "Left out the outline “{name}”: one job takes over one outline, “{first}”.",
        "zh": "未导入大纲《{name}》：每次只能导入一份大纲，已采用《{first}》。",
    },
}

REASONS: Mapping[str, Mapping[Language, str]] = {
    "budget_reached": {
        "en": "the budget does not hold it.",
        "zh": "预算不足。",
    },
    "ranking_failed": {
        "en": "the service that ranks them by meaning failed, or cannot tell them apart.",
        "zh": "按语义排序的服务出错，或无法区分这些段落。",
    },
    "model_unavailable": {"en": "the model did not answer.", "zh": "模型没有响应。"},
    "model_rate_limited": {
        "en": "the model's provider had too many requests.",
        "zh": "模型服务的请求过多。",
    },
    "model_key_invalid": {
        "en": "the model's provider refused the key.",
        "zh": "模型服务拒绝了密钥。",
    },
    "model_unknown": {
        "en": "the model's provider does not know this model.",
        "zh": "模型服务中没有这个模型。",
    },
    "model_quota_exhausted": {
        "en": "the quota at the model's provider is used up.",
        "zh": "模型服务的额度已用完。",
    },
    "model_context_too_long": {
        "en": "the chapter is too long for this model.",
        "zh": "本章超出了模型的长度限制。",
    },
    "model_base_url_wrong": {
        "en": "the model's address is wrong.",
        "zh": "模型服务的地址有误。",
    },
    "model_rejected": {
        "en": "the model's provider refused the request.",
        "zh": "模型服务拒绝了请求。",
    },
    "search_timeout": {"en": "it took too long.", "zh": "响应超时。"},
    "search_unavailable": {"en": "it did not answer.", "zh": "没有响应。"},
    "search_rate_limited": {"en": "it had too many requests.", "zh": "请求过多。"},
    "search_key_invalid": {"en": "it refused the key.", "zh": "密钥被拒绝。"},
    "search_refused": {"en": "it refused the request.", "zh": "请求被拒绝。"},
    "search_answer_invalid": {
        "en": "its answer could not be understood.",
        "zh": "无法理解返回的结果。",
    },
    "formatting_failed": {
        "en": "the program that formats references failed.",
        "zh": "排版参考文献的程序出错。",
    },
    "model_answer_invalid": {
        "en": "the model's answer could not be used.",
        "zh": "模型的回答无法使用。",
    },
    "internal": {"en": "something went wrong.", "zh": "出现了问题。"},
}
"""Why something could not be done, by the error's code, as the end of a sentence; `internal`
stands for every code that has none."""


def say(language: Language, key: str, values: Mapping[str, str | int]) -> str:
    """The sentence for that key, filled in; its `reason` is given as the code of an error."""
    if "reason" in values:
        why = REASONS.get(str(values["reason"]), REASONS["internal"])
        values = {**values, "reason": why[language]}
    return PHRASES[key][language].format_map(values)

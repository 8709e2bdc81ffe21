"""What the pages say of an error, by its code: what happened and what to do."""

from collections.abc import Mapping

from components.text import Text

PROBLEMS: Mapping[str, Text] = {
    "internal": Text(
        "Something failed on our side. What you have is kept; try again.",
        "内部出现错误。现有内容已保留，请重试。",
    ),
    "prompt_empty": Text(
        "Say what the document is about; a sentence is enough.", "请说明文档的主题，一句话即可。"
    ),
    "prompt_too_long": Text(
        "The description is longer than {limit} characters. Put the rest into a file.",
        "描述超过 {limit} 个字符。请把其余内容放入文件。",
    ),
    "too_many_files": Text("At most {limit} files are taken.", "最多可附 {limit} 个文件。"),
    "file_id_twice": Text("A file is attached twice.", "有文件重复添加。"),
    "no_readable_file": Text(
        "None of the files could be read. Remove them, or give others.",
        "所有文件均无法读取。请移除或更换文件。",
    ),
    "all_left_out": Text(
        "Every section was to be left for later. Choose at least one to be written.",
        "所有小节都被留待以后撰写。请至少选择一节撰写。",
    ),
    "config": Text(
        "The settings contradict each other; the server's log says which.",
        "设置互相矛盾，详见服务器日志。",
    ),
    "invalid_request": Text(
        "This cannot be done as it stands. Check what you entered.",
        "无法照此执行。请检查输入内容。",
    ),
    "invalid_submission": Text(
        "This page is older than the server. Reload it; what you typed is kept.",
        "页面版本已过期。请刷新，输入内容会保留。",
    ),
    "request_too_large": Text(
        "More was sent than is taken at once. Use fewer or smaller files.",
        "发送的内容过大。请减少文件或换用较小的文件。",
    ),
    "file_without_content": Text(
        "A file came without its content. Attach it again.", "有文件缺少内容。请重新附上。"
    ),
    "format_unknown": Text("There is no export in this format.", "不支持导出为此格式。"),
    "event_id_invalid": Text(
        "The place to continue from is not known. Reload the page.", "续读位置无效。请刷新页面。"
    ),
    "illegal_transition": Text("The job still runs. Stop it first.", "任务仍在运行。请先停止。"),
    "not_finished": Text("There is no finished document yet.", "文档尚未完成。"),
    "no_document": Text("This job makes no document.", "该任务不生成文档。"),
    "not_found": Text("It no longer exists.", "内容已不存在。"),
    "expired": Text("Its time is over: it is no longer kept.", "已过保留期限，不再保存。"),
    "keep_too_long": Text("It cannot be kept for so long.", "无法保留这么久。"),
    "queue_full": Text(
        "Too many jobs wait already. Try again in {retry_after_s} s.",
        "等待中的任务过多。请在 {retry_after_s} 秒后重试。",
    ),
    "foreign_origin": Text("The request came from another site.", "请求来自其他网站。"),
    "conflict": Text("It is being written already.", "正在写作中。"),
    "plan_changed": Text(
        "The outline, the brief or the document was changed meanwhile: something else would be "
        "written now. Nothing was begun; look again at what would be written.",
        "大纲、写作要求或文档在此期间有改动，现在要撰写的内容已经不同，因此尚未开始。"
        "请重新查看将撰写的内容。",
    ),
    "outline_title_empty": Text("Give the outline a title.", "请为大纲填写标题。"),
    "outline_empty": Text("Add at least one section.", "请至少添加一个小节。"),
    "outline_too_many_nodes": Text(
        "The outline has more than {limit} sections. Split it into several documents.",
        "大纲超过 {limit} 节。请拆分为多份文档。",
    ),
    "outline_too_deep": Text(
        "Section {number} is deeper than {limit} levels. Move it up.",
        "小节 {number} 超过 {limit} 级。请上移。",
    ),
    "node_title_empty": Text(
        "Section {number} has no title. Give it one, or remove it.",
        "小节 {number} 没有标题。请填写或删除。",
    ),
    "node_title_too_long": Text(
        "The title of section {number} is longer than {limit} characters.",
        "小节 {number} 的标题超过 {limit} 个字符。",
    ),
    "node_id_twice": Text(
        "Two sections share an id. Reload the page.", "两个小节的标识重复。请刷新。"
    ),
    "cancelled": Text("It was stopped.", "已停止。"),
    "deadline_exceeded": Text(
        "It took longer than a job may, and was ended. Try again to go on from what is finished, "
        "or raise JOB_DEADLINE.",
        "任务超过最长运行时间，已结束。可重试以从已完成处继续，或调高 JOB_DEADLINE。",
    ),
    "crashed_too_often": Text(
        "Its process ended unexpectedly each time, so it was given up. Look at the server's log "
        "before you try again.",
        "任务进程每次都意外终止，已放弃。重试前请查看服务器日志。",
    ),
    "budget_reached": Text(
        "This run has used up its budget. What is finished is kept. Trying again writes the rest "
        "and counts from nothing; raise the budget first if it did not hold a single section.",
        "本次运行的预算已用完，已完成的内容会保留。重试会重新计算用量并写完其余部分；"
        "如果预算连一个小节都不够，请先提高预算。",
    ),
    "budget_without_price": Text(
        "A budget in money needs the price of the model. Name the model in MODEL_PRICES, "
        "or give the budget in tokens.",
        "以金额设定预算需要知道模型的价格。请在 MODEL_PRICES 中加入该模型，"
        "或改用词元（token）预算。",
    ),
    "store_unavailable": Text(
        "The store does not answer. Nothing was lost; try again in a moment.",
        "存储服务暂无响应。内容未丢失，请稍后再试。",
    ),
    "formatting_failed": Text(
        "The reference list could not be put into this style. The text is as it was; try again.",
        "参考文献未能排成所选格式。正文没有改动，请重试。",
    ),
    "export_failed": Text(
        "The file could not be built. Try again, or take another format.",
        "文件生成失败。请重试，或选择其他格式。",
    ),
    "ranking_failed": Text(
        "The service that ranks passages by meaning does not answer, or cannot tell them apart. "
        "They are found by words.",
        "按语义排序段落的服务没有响应或无法区分段落，改为按词语检索。",
    ),
    "service_unavailable": Text(
        "A service does not answer. Try again in a moment.", "某项服务暂无响应，请稍后再试。"
    ),
    "model_unavailable": Text(
        "The model does not answer. Try again, or check OPENAI_BASE_URL.",
        "模型没有响应。请重试，或检查 OPENAI_BASE_URL。",
    ),
    "model_rate_limited": Text(
        "The provider says that there are too many requests. Try again in a while.",
        "服务商提示请求过于频繁。请稍后再试。",
    ),
    "model_key_invalid": Text(
        "The provider refuses the API key. Check OPENAI_API_KEY.",
        "服务商拒绝了 API 密钥。请检查 OPENAI_API_KEY。",
    ),
    "model_unknown": Text(
        "The provider does not know this model. Check OPENAI_MODEL.",
        "服务商没有这个模型。请检查 OPENAI_MODEL。",
    ),
    "model_base_url_wrong": Text(
        "No model answers at this address. Check OPENAI_BASE_URL; most end with /v1.",
        "该地址没有模型应答。请检查 OPENAI_BASE_URL，多数以 /v1 结尾。",
    ),
    "model_quota_exhausted": Text(
        "The provider says that the quota is used up.", "服务商提示额度已用完。"
    ),
    "model_context_too_long": Text(
        "The request is too long for this model. Use fewer files, or another model.",
        "请求超出该模型的长度上限。请减少文件或更换模型。",
    ),
    "model_rejected": Text("The provider refused the request.", "服务商拒绝了请求。"),
    "model_answer_invalid": Text(
        "The model's answer could not be used. Try again.", "模型的回答无法使用。请重试。"
    ),
    "file_encrypted": Text("protected by a password", "受密码保护"),
    "file_scanned": Text("scanned, without text", "扫描件，没有文字"),
    "file_damaged": Text("damaged", "已损坏"),
    "file_too_large": Text("too large", "过大"),
    "file_too_long": Text(
        "holds more than one file may, or needs too much memory or time to be read",
        "内容超过单个文件的上限，或读取所需的内存或时间过多",
    ),
    "file_unsupported": Text("a format that cannot be read", "格式无法读取"),
    "file_timeout": Text("took too long to read", "读取超时"),
    "file_empty": Text("empty", "内容为空"),
    "address_refused": Text("not a public address", "不是公开的网址"),
    "page_unavailable": Text("did not answer", "无法访问"),
    "page_unsupported": Text("not a page that can be read", "不是可读取的网页"),
    "page_too_large": Text("too large", "过大"),
    "page_timeout": Text("took too long to answer", "响应超时"),
    "web_off": Text("pages are not fetched by this installation", "本站未开启网页读取"),
}

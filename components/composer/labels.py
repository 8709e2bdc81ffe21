"""Every text of the composer, English and Chinese, by key; `{name}` is filled in the browser."""

from collections.abc import Mapping

from components.text import Text
from pipeline.domain.documents import Language

LABELS: Mapping[str, Text] = {
    "prompt": Text("What the document is about", "文档要写什么"),
    "placeholder": Text(
        "Describe the document: topic, reader, purpose…", "描述要写的文档：主题、读者、目的……"
    ),
    "submit": Text("Propose an outline", "拟定大纲"),
    "submit_reading": Text("Reading files…", "正在读取文件……"),
    "submit_busy": Text("Starting…", "正在开始……"),
    "hint": Text(
        "Attach, drop or paste files, up to {size} each.",
        "可添加、拖入或粘贴文件，每个不超过 {size}。",
    ),
    "shortcut": Text("{keys} to propose", "按 {keys} 拟定"),
    "attach": Text("Attach files", "添加文件"),
    "add_page": Text("Add a web page", "添加网页"),
    "address": Text("Address of a web page", "网页地址"),
    "address_hint": Text("https://…", "https://…"),
    "address_add": Text("Add", "添加"),
    "address_close": Text("Close without adding", "关闭，不添加"),
    "not_an_address": Text(
        "This is no address of a web page. Such an address looks like https://example.org/page.",
        "这不是网页地址。网页地址形如 https://example.org/page。",
    ),
    "pasted_page": Text("Added as a web page to read.", "已作为网页添加，将读取其内容。"),
    "pasted_as_text": Text("Put it into the text instead", "改为放入文字中"),
    "web_page": Text("Web page", "网页"),
    "state_fetching": Text("Web page · Fetching…", "网页 · 正在获取……"),
    "note_encoding_guessed": Text("encoding guessed", "编码为推测"),
    "note_pages_pictured": Text(
        "some pages are pictures, whose text was not read", "部分页面是图片，其中的文字未读取"
    ),
    "note_chapters_unread": Text(
        "some chapters are broken and were not read", "部分章节已损坏，未读取"
    ),
    "note_pages_unread": Text("some pages are broken and were not read", "部分页面已损坏，未读取"),
    "note_hidden_left_out": Text(
        "what is hidden in the file was not read", "文件中隐藏的内容未读取"
    ),
    "note_formats_left_out": Text(
        "some numbers are read without their formats (12% as 0.12)",
        "部分数字未按其格式读取（12% 读作 0.12）",
    ),
    "note_drawings_left_out": Text(
        "what charts and broken diagrams show was not read", "图表及损坏的图示中的内容未读取"
    ),
    "note_nested_left_out": Text("what is nested too deeply was not read", "嵌套过深的内容未读取"),
    "note_headings_guessed": Text("headings guessed from bold lines", "标题由加粗行推测"),
    "address_refused": Text(
        "Not used: this is no public address. Save the page, and attach it as a file.",
        "未采用：这不是公开网址。请保存网页后作为文件添加。",
    ),
    "page_unavailable": Text(
        "Not used: the page did not answer. Check the address, or try again later.",
        "未采用：网页无法访问。请检查网址，或稍后重试。",
    ),
    "page_unsupported": Text(
        "Not used: there is no page with text at this address. Attach what it shows as a file.",
        "未采用：该网址没有可读取的文字网页。请将内容作为文件添加。",
    ),
    "page_too_large": Text(
        "Not used: the page is too large. Attach the part that matters as a file.",
        "未采用：网页过大。请将需要的部分作为文件添加。",
    ),
    "page_timeout": Text(
        "Not used: the page took too long to answer. Try again later.",
        "未采用：网页响应超时。请稍后重试。",
    ),
    "web_off": Text(
        "Not used: this installation fetches no web pages. Save the page, and attach it.",
        "未采用：本站未开启网页读取。请保存网页后添加。",
    ),
    "drop": Text("Drop the files here", "松开即可添加文件"),
    "files": Text("Attached files", "已添加的文件"),
    "counter": Text("{used} / {limit}", "{used} / {limit}"),
    "empty": Text(
        "Write what the document should be about first; a sentence is enough.",
        "请先写下文档要写什么，一句话就够。",
    ),
    "still_reading": Text(
        "Your files are still being read. Wait a moment, or remove them.",
        "文件仍在读取。请稍候，或移除这些文件。",
    ),
    "too_long": Text(
        "The text is too long: {limit} characters are the most. "
        "Shorten it, or attach it as a file.",
        "文字过长，最多 {limit} 个字符。请缩短，或将其作为文件添加。",
    ),
    "no_answer": Text(
        "The server did not answer. Your text is kept here: check the connection and try again.",
        "服务器没有回应，你的文字仍保留在这里。请检查网络连接后重试。",
    ),
    "sent_before": Text("You have sent this before.", "这段内容之前已经提交过。"),
    "clear": Text("Start afresh", "清空重写"),
    "replaced": Text("Replaced by the example.", "已替换为示例。"),
    "filled": Text("Filled in with the example.", "已填入示例。"),
    "undo": Text("Undo", "撤销"),
    "cleared": Text("The box was cleared.", "已清空。"),
    "undone": Text("Your own text is back.", "已恢复你的文字。"),
    "duplicate": Text("{name} is attached already.", "{name} 已经添加过。"),
    "removed": Text("{name} was removed.", "已移除 {name}。"),
    "remove": Text("Remove {name}", "移除 {name}"),
    "retry": Text("Try again", "重试"),
    "retry_named": Text("Try again with {name}", "重试 {name}"),
    "role": Text("What {name} is for", "{name} 的用途"),
    "role_content": Text("Material", "资料"),
    "role_requirements": Text("Requirements", "要求"),
    "role_style_guide": Text("Style guide", "风格规范"),
    "role_outline": Text("Outline", "大纲"),
    "about_content": Text("Facts to draw on and to cite", "供引用的事实与材料"),
    "about_requirements": Text("What the document must fulfil", "文档必须满足的要求"),
    "about_style_guide": Text("How the document must read", "行文与格式须遵循的规范"),
    "about_outline": Text("Your own outline, kept as it is", "你自己的大纲，按原样采用"),
    "state_waiting": Text("Waiting", "等待中"),
    "state_uploading": Text("Uploading, {percent}", "正在上传 {percent}"),
    "state_reading": Text("Reading…", "正在读取……"),
    "pages_one": Text("{n} page", "{n} 页"),
    "pages_other": Text("{n} pages", "{n} 页"),
    "slides_one": Text("{n} slide", "{n} 张幻灯片"),
    "slides_other": Text("{n} slides", "{n} 张幻灯片"),
    "words_one": Text("{n} word", "{n} 字"),
    "words_other": Text("{n} words", "{n} 字"),
    "headings_one": Text("{n} heading", "{n} 个标题"),
    "headings_other": Text("{n} headings", "{n} 个标题"),
    "file_encrypted": Text(
        "Not used: it is protected by a password. Save a copy without one and attach that.",
        "未采用：文件受密码保护。请另存一份不带密码的副本再添加。",
    ),
    "file_scanned": Text(
        "Not used: it holds scanned pictures without text. Run text recognition (OCR) first.",
        "未采用：这是没有文字的扫描件。请先做文字识别（OCR）再添加。",
    ),
    "file_damaged": Text(
        "Not used: the file is damaged. Open it in its program, save it again and attach that.",
        "未采用：文件已损坏。请用原程序打开并重新保存后再添加。",
    ),
    "file_too_large": Text(
        "Not used: it is too large; {size} is the most. Split it, or attach the part that matters.",
        "未采用：文件过大，上限为 {size}。请拆分，或只添加需要的部分。",
    ),
    "file_too_long": Text(
        "Not used: it holds more than one file may (2,000 pages, 5 million characters, 250,000 "
        "paragraphs or lines, or 300 MB unpacked), or reading it needs too much memory or time. "
        "Split it, or attach the part that matters.",
        "未采用：内容超过单个文件的上限（2,000 页、500 万字符、25 万个段落或行，或解压后 300 MB），"
        "或读取所需的内存或时间过多。请拆分，或只添加需要的部分。",
    ),
    "file_unsupported": Text(
        "Not used: this format cannot be read. Save it as PDF, Word, Markdown or plain text.",
        "未采用：无法读取这种格式。请另存为 PDF、Word、Markdown 或纯文本。",
    ),
    "file_timeout": Text(
        "Not used: reading it took too long. Try again, or split the file.",
        "未采用：读取时间过长。请重试，或拆分文件。",
    ),
    "file_empty": Text(
        "Not used: there is nothing in it. Attach a file that holds text.",
        "未采用：文件没有内容。请添加有文字的文件。",
    ),
    "file_not_sent": Text(
        "Not used: it was not sent before the page was reloaded. Attach it again.",
        "未采用：刷新页面前尚未发送完毕，请重新添加。",
    ),
    "folder": Text(
        "Not used: folders cannot be attached. Open it and drop the files in it.",
        "未采用：不能添加文件夹。请打开文件夹，拖入其中的文件。",
    ),
    "network": Text(
        "Not used: the connection broke off. Check it and try again.",
        "未采用：网络连接中断。请检查后重试。",
    ),
    "server": Text(
        "Not used: the server cannot take files at the moment. Try again in a minute.",
        "未采用：服务器暂时无法接收文件。请稍后重试。",
    ),
    "refused": Text(
        "Not used: the server did not accept it. Reload the page and attach it again.",
        "未采用：服务器没有接受这个文件。请刷新页面后重新添加。",
    ),
}


def labels(language: Language) -> dict[str, str]:
    """All texts in one language, by key."""
    return {key: getattr(label, language) for key, label in LABELS.items()}

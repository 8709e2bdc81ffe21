"""The words of the prompts for a section, English and Chinese side by side."""

from dataclasses import dataclass
from typing import Final

from pipeline.adapters.model_author.wording import DATA_EN, DATA_ZH
from pipeline.domain.documents import Language


@dataclass(frozen=True, slots=True)
class SectionWords:
    """What a section's writer is told, and what each piece of its brief is called."""

    role: str
    rules: str
    with_passages: str
    without_passages: str
    data: str
    neighbours: str
    place: str
    summary_above: str
    notes_above: str
    section: str
    summary: str
    notes: str
    length: str
    length_of: str
    length_of_part: str
    written: str
    written_in_short: str
    written_end: str
    task: str
    first_part: str
    next_part: str
    last_part: str
    longer: str
    proceed: str


@dataclass(frozen=True, slots=True)
class ShorterWords:
    """What is asked of a section that came out too long."""

    rules: str
    section: str
    words: str
    task: str


SECTION: Final[dict[Language, SectionWords]] = {
    "en": SectionWords(
        role="You write one section of a longer document.",
        rules=(
            "Rules:\n"
            "- Write in English, in Markdown. What you take from a passage in another language, "
            "put into English.\n"
            "- Write only the text of this section: not its heading, no announcement of what "
            "follows, no summary at the end, no reference list.\n"
            "- Cover what the section's title, summary and notes ask for, and nothing else. Notes "
            "come from the author and go first, those for a whole chapter too; then "
            "<requirements>; then the summary.\n"
            "- <query> and <requirements> speak of the whole document: meet here what concerns "
            "this section. <style_guide> holds throughout.\n"
            "- Others write the other sections at the same time: leave to them what their titles "
            "and summaries name, and don't refer to what stands elsewhere.\n"
            "- Keep to the length given. Sub-headings only in a section of more than 600 words, "
            "as #### lines.\n"
        ),
        with_passages=(
            "- Each sentence that states a fact rests on the passages and carries, before its full "
            "stop, the marker of its passage in square brackets: [S1], or [S1][S3] for two. In a "
            "list or table it stands at the end of the item or cell.\n"
            "- Use only markers of passages that you were given. Never write a reference number, "
            "a web address or a source of your own.\n"
            "- Figures, names, dates and quotations are those of the passages, unchanged.\n"
            "- Where the passages hold nothing on something that is asked for, say in one plain "
            "sentence that the sources don't tell it. Rather stay below the length than make "
            "anything up.\n"
        ),
        without_passages=(
            "- No sources are given: write no citations, reference numbers or web addresses, and "
            "don't make up figures, studies or quotations. Where one is needed, say what has to be "
            "looked up.\n"
        ),
        data=f"- {DATA_EN}",
        neighbours="Other sections of the document; don't tell what they tell:",
        place="Under",
        summary_above='What "{title}", of which it is a part, covers in all',
        notes_above='The author\'s notes to you for all of "{title}"',
        section="Section to write",
        summary="What it covers",
        notes="The author's notes to you",
        length="Length",
        length_of="about {words} words, at least {least} and at most {most}",
        length_of_part="about {words} words now, part {number} of {count}; "
        "the whole section is to have about {all} words",
        written="What you have written of this section so far:",
        written_in_short="What you have written of this section so far, in short:",
        written_end="It ends like this:",
        task='Write the text of the section "{title}" now.',
        first_part='Write part {number} of {count} of the section "{title}" now: what comes first '
        "in it. Leave the rest to the later parts, and write no ending.",
        next_part='Write part {number} of {count} of the section "{title}" now. Go on right after '
        "the end of what is written, with what is not told yet; repeat nothing, don't begin "
        "again, and write no ending.",
        last_part='Write the last part of the section "{title}" now. Go on right after the end of '
        "what is written, with what is not told yet; repeat nothing, and don't begin again.",
        longer='The section "{title}" is too short: it has {have} words of {all}. Write only the '
        "paragraphs that are to be added at its end, about {words} words: what its title, summary "
        "and notes ask for and what is not told yet, first from passages that it does not cite "
        "yet. Repeat nothing of it.",
        proceed="Your text was cut off. Go on right after its last sentence: don't repeat "
        "anything, don't begin again, and bring the section to its end.",
    ),
    "zh": SectionWords(
        role="你负责撰写一篇较长文档中的一个小节。",
        rules=(
            "规则：\n"
            "- 用中文书写，使用 Markdown。取自其他语言段落的内容要译成中文。\n"
            "- 只写这一小节的正文：不写小节标题，不预告下文，结尾不总结，不列参考文献。\n"
            "- 小节的标题、摘要和备注要求写的都要写到，除此之外不写。备注来自作者本人，"
            "整章的备注也一样，最先遵循；其次是 <requirements>；再次是摘要。\n"
            "- <query> 和 <requirements> 针对整篇文档：在这里落实与本节有关的部分。"
            "<style_guide> 全文都要遵守。\n"
            "- 其他小节由别人同时撰写：它们的标题和摘要所涉及的内容留给它们，"
            "也不要提及别处写了什么。\n"
            "- 遵守给定的篇幅。只有超过 600 字的小节才可以使用小标题，并写成 #### 形式。\n"
        ),
        with_passages=(
            "- 每个陈述事实的句子都要以给出的段落为依据，并在句末标点之前用方括号写上该段落的标记，"
            "例如 [S1]；依据两个段落时写 [S1][S3]。列表和表格中写在条目或单元格末尾。\n"
            "- 只能使用给出的段落的标记。绝不自行编写文献编号、网址或来源。\n"
            "- 数字、名称、日期和引语都照段落原样，不得改动。\n"
            "- 要求写而段落没有提到的内容，用一句话直接说明资料中没有。宁可少写，不要编造。\n"
        ),
        without_passages=(
            "- 没有给出资料：不要写引用、文献编号或网址，也不要编造数字、研究或引语。"
            "需要这些内容时，写明应当查证什么。\n"
        ),
        data=f"- {DATA_ZH}",
        neighbours="文档的其他小节；它们写的内容不要重复：",
        place="所属章节",
        summary_above="其所属的“{title}”整体所写的内容",
        notes_above="作者给“{title}”全部内容的备注",
        section="要写的小节",
        summary="内容",
        notes="作者给你的备注",
        length="篇幅",
        length_of="约 {words} 字，不少于 {least} 字，不超过 {most} 字",
        length_of_part="现在写约 {words} 字，这是第 {number} 部分，共 {count} 部分；"
        "整个小节一共约 {all} 字",
        written="这一小节你已经写好的内容：",
        written_in_short="这一小节你已经写好的内容，概要如下：",
        written_end="结尾如下：",
        task="现在请撰写小节“{title}”的正文。",
        first_part="现在请撰写小节“{title}”的第 {number} 部分（共 {count} 部分）："
        "先写应当在前的内容。其余的留给后面的部分，不要收尾。",
        next_part="现在请撰写小节“{title}”的第 {number} 部分（共 {count} 部分）。"
        "紧接已写内容的结尾，写还没有写到的内容；不要重复，不要重新开头，不要收尾。",
        last_part="现在请撰写小节“{title}”的最后一部分。"
        "紧接已写内容的结尾，写还没有写到的内容；不要重复，不要重新开头。",
        longer="小节“{title}”太短：应为 {all} 字，现有 {have} 字。请只写要添加在末尾的段落，"
        "约 {words} 字：写标题、摘要和备注要求而还没有写到的内容，先用还没有引用过的段落。"
        "不要重复已写的内容。",
        proceed="你的文字被截断了。请紧接最后一句继续写：不要重复，不要重新开头，把这一小节写完。",
    ),
}

SHORTER: Final[dict[Language, ShorterWords]] = {
    "en": ShorterWords(
        rules=(
            "You tighten one section of a document that came out too long.\n"
            "Rules:\n"
            "- Write in English, in Markdown: the whole section again, and nothing else.\n"
            "- Shorten sentences and join them, and leave out what says the same again or matters "
            "least. Add nothing.\n"
            "- Each marker like [S1] stays, at least once, with the statement that it belongs to. "
            "Code, formulas and tables stay as they are; figures, names and quotations too.\n"
            f"- {DATA_EN}"
        ),
        section="Section",
        words="It has {have} words; it may have about {words}, at least {least} and at most {most}",
        task="Write the tightened section now.",
    ),
    "zh": ShorterWords(
        rules=(
            "你负责压缩文档中篇幅过长的一个小节。\n"
            "规则：\n"
            "- 用中文书写，使用 Markdown：写出压缩后的整个小节，不写别的。\n"
            "- 缩短、合并句子，删去重复的和最次要的内容。不增加任何内容。\n"
            "- [S1] 这样的标记每个至少保留一次，并跟在它所属的陈述后面。"
            "代码、公式、表格保持原样，数字、名称和引语也一样。\n"
            f"- {DATA_ZH}"
        ),
        section="小节",
        words="现有 {have} 字；应约 {words} 字，不少于 {least} 字，不超过 {most} 字",
        task="现在请写出压缩后的小节。",
    ),
}

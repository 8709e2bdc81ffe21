"""Parts of a Word file that its library has no call for: fields, bookmarks, fonts, numbering."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import cast

from docx.document import Document as Docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.table import _Row
from docx.text.paragraph import Paragraph
from docx.text.run import Run

LATIN_BODY, LATIN_HEADING, LATIN_CODE = "Cambria", "Calibri", "Consolas"
HAN_BODY, HAN_HEADING = "SimSun", "Microsoft YaHei"
"""Fonts that come with Word on both systems; others are replaced by what is there."""

CONTENTS: Mapping[str, str] = {"en": "Contents", "zh": "目录"}

CONTENTS_DEPTH = 3
"""Levels in the table of contents; more make it longer than a reader scans."""

XML_SPACE = "{http://www.w3.org/XML/1998/namespace}space"

_INK = RGBColor(0x1F, 0x29, 0x37)
_LINK = RGBColor(0x0B, 0x57, 0xD0)


def element(name: str, attributes: Mapping[str, str] | None = None) -> BaseOxmlElement:
    """A new XML element; attributes by their prefixed names."""
    new = cast("BaseOxmlElement", OxmlElement(name))
    for key, value in (attributes or {}).items():
        new.set(XML_SPACE if key == "xml:space" else qn(key), value)
    return new


def xml_of(part: Paragraph | Run | _Row) -> BaseOxmlElement:
    """The XML behind a part; the library has no public way to it."""
    return cast("BaseOxmlElement", part._element)  # noqa: SLF001


def prepare_styles(docx: Docx, language: str) -> None:
    """Give every style a Latin and a Chinese font, and the document its language and page."""
    section = docx.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.6)
    section.top_margin = section.bottom_margin = Cm(2.5)
    code = docx.styles.add_style("Code", WD_STYLE_TYPE.PARAGRAPH)
    text = docx.styles.add_style("Code Text", WD_STYLE_TYPE.CHARACTER)
    link = docx.styles.add_style("Link", WD_STYLE_TYPE.CHARACTER)
    for style in docx.styles:
        if style.type in {WD_STYLE_TYPE.PARAGRAPH, WD_STYLE_TYPE.CHARACTER}:
            _set_fonts(style)
    link.font.color.rgb, link.font.underline = _LINK, True
    text.font.name = code.font.name = LATIN_CODE
    code.font.size = Pt(9)
    _shade(code)
    code.paragraph_format.left_indent = Cm(0.4)
    _set_body(docx, language)
    for level, size in enumerate((16, 13.5, 12, 11, 11, 11, 11, 11, 11), start=1):
        heading = docx.styles[f"Heading {level}"]
        heading.font.size, heading.font.color.rgb = Pt(size), _INK
    docx.styles["Title"].font.size = Pt(24)
    docx.styles["Title"].font.color.rgb = _INK


def add_contents(docx: Docx, outline: Sequence[tuple[int, str]], language: str) -> None:
    """A table of contents as a field that Word updates, filled with the headings till then."""
    listed = [(level, title) for level, title in outline if level <= CONTENTS_DEPTH]
    if not listed:
        return
    head = docx.add_paragraph(CONTENTS.get(language, CONTENTS["en"]))
    head.runs[0].bold = True
    begin = element("w:fldChar", {"w:fldCharType": "begin", "w:dirty": "true"})
    code = element("w:instrText", {"xml:space": "preserve"})
    code.text = f' TOC \\o "1-{CONTENTS_DEPTH}" \\h \\z \\u '
    paragraph = docx.add_paragraph()
    for part in (begin, code, element("w:fldChar", {"w:fldCharType": "separate"})):
        xml_of(paragraph.add_run()).append(part)
    for number, (level, title) in enumerate(listed):
        if number:
            paragraph = docx.add_paragraph()
        paragraph.paragraph_format.left_indent = Cm(0.6 * (level - 1))
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.add_run(title)
    xml_of(paragraph.add_run()).append(element("w:fldChar", {"w:fldCharType": "end"}))
    paragraph.add_run().add_break()
    _ask_for_update(docx)


def add_footer(docx: Docx) -> None:
    """The page number, centred at the foot of every page."""
    paragraph = docx.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    field = element("w:fldSimple", {"w:instr": "PAGE"})
    field.append(xml_of(paragraph.add_run("1")))
    xml_of(paragraph).append(field)


def add_bookmark(paragraph: Paragraph, name: str, number: int) -> None:
    """Mark the start of a paragraph, so that links inside the document can lead to it."""
    mark = {"w:id": str(number)}
    xml_of(paragraph).append(element("w:bookmarkStart", {**mark, "w:name": name}))
    xml_of(paragraph).append(element("w:bookmarkEnd", mark))


def restarted_numbering(docx: Docx, style: str, start: int) -> int:
    """The id of a new numbering like the style's own, that counts from `start`."""
    numbering = docx.part.numbering_part.element
    own = docx.styles[style].element.pPr.numPr.numId.val
    like = next(num for num in numbering.num_lst if num.numId == own)
    new = deepcopy(like)
    number = max(num.numId for num in numbering.num_lst) + 1
    new.numId = number
    for override in new.findall(qn("w:lvlOverride")):
        new.remove(override)
    override = element("w:lvlOverride", {"w:ilvl": "0"})
    override.append(element("w:startOverride", {"w:val": str(start)}))
    new.append(override)
    numbering.num_lst[-1].addnext(new)
    return int(number)


def _ask_for_update(docx: Docx) -> None:
    """Have Word offer to fill the fields when it opens the file; the schema fixes the place."""
    settings = docx.settings.element
    later = {qn(f"w:{name}") for name in ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat")}
    update = element("w:updateFields", {"w:val": "true"})
    after = next((child for child in settings if child.tag in later), None)
    if after is None:
        settings.append(update)
    else:
        after.addprevious(update)


def _set_body(docx: Docx, language: str) -> None:
    body = docx.styles["Normal"]
    body.font.size = Pt(11)
    body.paragraph_format.space_after = Pt(8)
    body.paragraph_format.line_spacing = 1.35 if language == "zh" else 1.2
    properties = body.element.get_or_add_rPr()
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    spoken = {"w:val": "en-US", "w:eastAsia": "zh-CN"}
    properties.append(element("w:lang", spoken))


def _set_fonts(style: ParagraphStyle) -> None:
    is_heading = style.name is not None and style.name.startswith(("Heading", "Title", "Subtitle"))
    latin, han = (LATIN_HEADING, HAN_HEADING) if is_heading else (LATIN_BODY, HAN_BODY)
    style.font.name = latin
    fonts = style.element.rPr.rFonts
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    fonts.set(qn("w:eastAsia"), han)
    fonts.set(qn("w:cs"), latin)


def _shade(style: ParagraphStyle) -> None:
    shade = {"w:val": "clear", "w:color": "auto", "w:fill": "F3F4F6"}
    style.element.get_or_add_pPr().append(element("w:shd", shade))

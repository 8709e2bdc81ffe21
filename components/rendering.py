"""Markdown of a section to HTML that is safe to show, with its citations as buttons."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markdown_it.helpers import parseLinkLabel
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_inline import StateInline, emphasis, image
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from components.marking import Env, Mark, allow_marks, marks_in
from pipeline.domain.documents import PassageId

LOWEST_HEADING = 6
"""HTML has no heading below h6."""

KEPT_SECTIONS = 512
"""Rendered sections kept in memory: a page that runs again renders only what changed."""

_MARKER = re.compile(r"\[@([^\[\]\s@]{1,128})\]")
"""A citation as it stands in a section's text: `[@passage]`."""

_CHINESE = re.compile(r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]")
"""A Han character or a full-width punctuation mark."""

_ADDRESS = re.compile(r"(?<![<(\w/])https?://[^\s<>\u3000-\u303f\uff00-\uffef]+")
_BEHIND_ADDRESS = re.compile(r"[.,;:!?'\")\]*\\]+$")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")

_TAGS = {
    *("p", "br", "hr", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td", "h2", "h3", "h4", "h5", "h6"),
    *("a", "button", "div", "mark"),
}
_ATTRIBUTES = {
    "a": {"href"},
    "ol": {"start"},
    "th": {"style"},
    "td": {"style"},
    "button": {"data-passage"},
    "mark": {"data-marks"},
}
_CLASSES = {"button": {"lr-cite"}, "div": {"lr-scroll"}, "mark": {"lr-mark"}}
_FIXED = {
    "a": {"target": "_blank"},
    "button": {"type": "button"},
    "div": {"tabindex": "0"},
    "pre": {"tabindex": "0"},
}
_SCHEMES = {"http", "https", "mailto"}


def section_html(
    markdown: str,
    *,
    level: int,
    numbers: Mapping[PassageId, int],
    marks: Sequence[Mark] = (),
) -> str:
    """Render a section's Markdown; HTML in it is shown as text, and nothing in it can run.

    Args:
        markdown: The text without the section's own heading.
        level: The section's level; headings inside the text are set below it.
        numbers: The number of each passage that may be cited. A marker that names another
            passage is no citation, and stays as it is written.
        marks: Stretches of the Markdown whose text gets `<mark data-marks="name other">`; in
            blocks of code there are none.
    """
    cited = {PassageId(m) for m in _MARKER.findall(markdown)} & numbers.keys()
    return _rendered(markdown, level, tuple(sorted((p, numbers[p]) for p in cited)), tuple(marks))


@lru_cache(maxsize=KEPT_SECTIONS)
def _rendered(
    markdown: str,
    level: int,
    numbers: tuple[tuple[PassageId, int], ...],
    marks: tuple[Mark, ...],
) -> str:
    env: Env = {"numbers": dict(numbers), **marks_in(markdown, marks)}
    tokens = _MARKDOWN.parse(markdown, env)
    _lower_headings(tokens, under=level + 1)
    html: str = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, env)
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        allowed_classes=_CLASSES,
        set_tag_attribute_values=_FIXED,
        filter_style_properties={"text-align"},
        url_schemes=_SCHEMES,
        url_relative="deny",
    )


@lru_cache(maxsize=KEPT_SECTIONS)
def entry_html(markdown: str) -> str:
    """Render an entry of the reference list: emphasis, and addresses as links."""
    html = _ENTRIES.renderInline(_ADDRESS.sub(_linked, markdown))
    return nh3.clean(
        html,
        tags={"a", "em", "strong"},
        attributes={"a": {"href"}},
        set_tag_attribute_values={"a": _FIXED["a"]},
        url_schemes=_SCHEMES,
        url_relative="deny",
    )


def _linked(address: re.Match[str]) -> str:
    """An address as Markdown knows it; what is escaped in a text needs no escape in there."""
    behind = _BEHIND_ADDRESS.search(address[0])
    end = behind.start() if behind else len(address[0])
    plain = _ESCAPED.sub(r"\1", address[0][:end])
    return f"<{plain}>{address[0][end:]}"


def _lower_headings(tokens: Sequence[Token], *, under: int) -> None:
    """Set headings below h`under`, without a gap between two levels."""
    headings = [t for t in tokens if t.type in {"heading_open", "heading_close"}]
    used = sorted({t.tag for t in headings})
    for token in headings:
        token.tag = f"h{min(LOWEST_HEADING, under + 1 + used.index(token.tag))}"


def _citation(state: StateInline, silent: bool) -> bool:
    """Take a marker of a passage that may be cited.

    It is taken in a silent call, too, which looks for the end of a link's text: what stands around
    a citation is no link, as nothing is that stands around a link.
    """
    match = _MARKER.match(state.src, state.pos, state.posMax)
    if match is None or match[1] not in state.env["numbers"]:
        return False
    if not silent:
        token = state.push("citation", "button", 0)
        token.content = match[1]
    state.pos = match.end()
    return True


def _image(state: StateInline, silent: bool) -> bool:
    """Take an image, of which only the description is shown, if no citation stands in that."""
    if not state.src.startswith("![", state.pos):
        return False
    end = parseLinkLabel(state, state.pos + 1)
    found = _MARKER.finditer(state.src, state.pos + 1, end + 1)
    return all(each[1] not in state.env["numbers"] for each in found) and image(state, silent)


def _reference(state: StateBlock, first: int, last: int, silent: bool) -> bool:
    """Take a line for the address of links; a note, `[^a]: …`, is a text that is to be read."""
    begin = state.bMarks[first] + state.tShift[first]
    return not state.src.startswith("[^", begin) and reference(state, first, last, silent)


def _emphasis(state: StateInline, silent: bool) -> bool:
    """Let `**` open and close beside Chinese, which puts no spaces around its words.

    CommonMark alone leaves the stars of "**注意：**请看" standing.
    """
    start, known = state.pos, len(state.delimiters)
    if not emphasis.tokenize(state, silent):
        return False
    before = state.src[start - 1 : start]
    after = state.src[state.pos : state.pos + 1]
    if state.src[start] == "*" and (_CHINESE.match(before) or _CHINESE.match(after)):
        for delimiter in state.delimiters[known:]:
            delimiter.open = delimiter.open or not (after.isspace() or not after)
            delimiter.close = delimiter.close or not (before.isspace() or not before)
    return True


def _draw_citation(
    _renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    _options: OptionsDict,
    env: Env,
) -> str:
    passage = tokens[index].content
    number = env["numbers"][passage]
    quoted = passage.replace("&", "&amp;").replace('"', "&quot;")
    return f'<button class="lr-cite" data-passage="{quoted}">[{number}]</button>'


def _draw_image(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: OptionsDict,
    env: Env,
) -> str:
    """An image of another host would tell it who reads: show the image's description."""
    return renderer.renderInlineAsText(tokens[index].children, options, env)


def _open_table(*_: object) -> str:
    return '<div class="lr-scroll"><table>'


def _close_table(*_: object) -> str:
    return "</table></div>"


def _markdown() -> MarkdownIt:
    markdown = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    markdown.inline.ruler.before("link", "citation", _citation)
    markdown.inline.ruler.at("image", _image)
    markdown.inline.ruler.at("emphasis", _emphasis)
    markdown.block.ruler.at("reference", _reference)
    markdown.add_render_rule("citation", _draw_citation)
    markdown.add_render_rule("image", _draw_image)
    markdown.add_render_rule("table_open", _open_table)
    markdown.add_render_rule("table_close", _close_table)
    allow_marks(markdown)
    return markdown


def _entries() -> MarkdownIt:
    rules = ["emphasis", "escape", "entity", "autolink"]
    markdown = MarkdownIt("zero", {"html": False}).enable(rules)
    markdown.inline.ruler.at("emphasis", _emphasis)
    return markdown


_MARKDOWN = _markdown()
_ENTRIES = _entries()

"""A document as a web page, an e-book or LaTeX, by pandoc: citations lead to their entries."""

import json
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Literal, cast
from zipfile import ZIP_DEFLATED, ZipFile

from pipeline.adapters.export_docx import CITATION, SAFE_LINK, UNFIT
from pipeline.adapters.export_formulas import is_mathematics
from pipeline.adapters.export_signs import Formula, Signed, signed, unguarded
from pipeline.adapters.pandoc import run_pandoc, run_pandoc_bytes
from pipeline.domain.language import HAN
from pipeline.errors import ExportFailed, FormattingFailed

Form = Literal["html", "epub", "latex", "pdf"]
Node = dict[str, Any]
"""An element of pandoc's tree: its type `t`, and its content `c`."""

EPOCH = b"1970-01-01T00:00:00Z"

LIMIT_S = 60.0
"""The longest documents take some 3 s; a busy machine takes its time."""

_READER = "--from=commonmark+pipe_tables+strikeout+tex_math_dollars+east_asian_line_breaks"
_WRITERS = {
    "html": ("--to=html5", "--mathml"),
    "epub": ("--to=epub3", "--mathml"),
    "latex": ("--to=latex",),
}
_CONTENTS = {"en": "Contents", "zh": "目录"}
_ENTRY = re.compile(r"\[(\d{1,4})\]")

_at_once = threading.BoundedSemaphore(2)
"""Each takes up to half a gigabyte; who comes while two run waits."""


class PandocExporter:
    """Builds one form. Raw HTML and TeX stay text, and only web and mail links are live."""

    def __init__(self, form: Form, now: Callable[[], datetime]) -> None:
        self._form = form
        self._now = now

    def export(self, markdown: str, *, title: str, language: str) -> bytes:
        """The file's bytes.

        Raises:
            ExportFailed: pandoc failed, or took too long.
        """
        with building():
            tree = document_tree(markdown, title, self._form)
            options = ["--from=json", *_WRITERS[self._form], *_options(self._form, language)]
            options += _class(markdown, language) if self._form == "latex" else []
            data = run_pandoc_bytes(options, json.dumps(tree), limit_s=LIMIT_S)
        return _dated(data, self._now()) if self._form == "epub" else data


@contextmanager
def building() -> Iterator[None]:
    """Wait for a turn, and tell what fails as `ExportFailed`."""
    try:
        with _at_once:
            yield
    except FormattingFailed as error:
        raise ExportFailed(f"The document could not be put into a file. {error}") from error
    except RecursionError as error:
        raise ExportFailed(
            "The document has lists or quotations in each other, hundreds deep, which "
            "no file can show. Take some out."
        ) from error


def document_tree(markdown: str, title: str, form: Form) -> Node:
    """Pandoc's tree of a document: its title apart, citations that lead to their entries."""
    text = signed(UNFIT.sub("", markdown))
    tree: Node = json.loads(run_pandoc([_READER, "--to=json"], text.text, limit_s=LIMIT_S))
    _Rewriter(tree, text, UNFIT.sub("", title), form).rewrite()
    return tree


def _options(form: Form, language: str) -> Sequence[str]:
    name = _CONTENTS["zh" if language == "zh" else "en"]
    options = ["--standalone", "--toc", "--toc-depth=3", "--wrap=none"]
    if form != "latex":  # there, the class says both in its language
        tag = "zh-CN" if language == "zh" else "en"
        options += [f"--metadata=lang={tag}", f"--metadata=toc-title={name}"]
    return options


def _class(text: str, language: str) -> Sequence[str]:
    """The class of LaTeX that sets the script; `ctexart` needs XeLaTeX or LuaLaTeX."""
    if language == "zh":
        return ["--variable=documentclass=ctexart"]
    if re.search(f"[{HAN}]", text):
        return ["--variable=documentclass=ctexart", "--variable=classoption=scheme=plain"]
    return ["--variable=documentclass=article"]


class _Rewriter:
    """Makes of pandoc's tree of a text the tree of a document, in place."""

    def __init__(self, tree: Node, text: Signed, title: str, form: Form) -> None:
        self._tree = tree
        self._signed = text
        self._title = title
        self._form = form
        self._headings = 0
        # of blocks that begin with the same number the last one: the list stands at the end
        self._entries = {number: block for block in tree["blocks"] if (number := _number(block))}

    def rewrite(self) -> None:
        blocks: list[Node] = self._tree["blocks"]
        title = [_text(self._title)]
        if blocks and blocks[0]["t"] == "Header" and blocks[0]["c"][0] == 1:
            title = blocks.pop(0)["c"][2] or title
        self._tree["meta"]["title"] = {"t": "MetaInlines", "c": self._walk(title, is_linked=True)}
        self._tree["blocks"] = [new for block in blocks for new in self._block(block)]

    def _block(self, block: Node) -> Iterator[Node]:
        number = _number(block)
        if number is None or self._entries[number] is not block:
            yield from self._walk([block], is_linked=False)
        else:
            entry = self._walk([block], is_linked=True)
            yield {"t": "Div", "c": [[f"reference-{number}", ["reference"], []], entry]}

    def _walk(self, items: Sequence[Any], *, is_linked: bool) -> list[Any]:
        """The same with each element as it is to be; inside of links there are no citations."""
        found: list[Any] = []
        for item in items:
            if isinstance(item, list):
                found.append(self._walk(item, is_linked=is_linked))
            elif isinstance(item, dict) and "t" in item:
                found += self._element(item, is_linked=is_linked)
            else:
                found.append(self._signed.plain(item) if isinstance(item, str) else item)
        return found

    def _element(self, node: Node, *, is_linked: bool) -> Sequence[Node]:
        kind, content = node["t"], node.get("c", "")
        match kind:
            case "Str":
                return list(self._string(content, is_linked=is_linked))
            case "Math":
                return list(self._math(content, is_linked=is_linked))
            case "RawInline" | "RawBlock":
                raw = _text(self._signed.plain(content[1]))
                return [raw if kind == "RawInline" else {"t": "Para", "c": [raw]}]
            case "Link":
                return self._link(content)
            case "Image":
                new = {"t": "Emph", "c": self._walk(content[1], is_linked=is_linked)}
            case "Header":
                new = self._header(content)
            case _ if isinstance(content, list):
                new = {**node, "c": self._walk(content, is_linked=is_linked)}
            case _:
                new = node
        return [new]

    def _string(self, text: str, *, is_linked: bool) -> Iterator[Node]:
        for part in self._signed.parts(text):
            if isinstance(part, Formula):
                yield self._formula(part)
            elif is_linked:
                yield _text(unguarded(part))
            else:
                yield from self._citations(part)

    def _math(self, content: Sequence[Any], *, is_linked: bool) -> Iterator[Node]:
        """What pandoc alone takes for a formula; it is none where one of ours lies in it."""
        is_display, inside = content[0]["t"] == "DisplayMath", str(content[1])
        mark = "$$" if is_display else "$"
        written = f"{mark}{inside}{mark}"
        if self._signed.plain(inside) == unguarded(inside):
            yield self._formula(Formula(unguarded(written), unguarded(inside), is_display))
        else:
            yield from self._string(written, is_linked=is_linked)

    def _formula(self, formula: Formula) -> Node:
        """The formula; in LaTeX, which would run what is in it, only one of mathematics."""
        if self._form == "latex" and not is_mathematics(formula.inside):
            return {"t": "Code", "c": [["", [], []], formula.written]}
        kind = "DisplayMath" if formula.is_display else "InlineMath"
        return {"t": "Math", "c": [{"t": kind}, formula.inside]}

    def _citations(self, text: str) -> Iterator[Node]:
        position = 0
        for match in CITATION.finditer(text):
            if match[1] not in self._entries:
                continue
            if match.start() > position:
                yield _text(unguarded(text[position : match.start()]))
            yield _linked([_text(match[0])], f"#reference-{match[1]}")
            position = match.end()
        if position < len(text):
            yield _text(unguarded(text[position:]))

    def _link(self, content: Sequence[Any]) -> Sequence[Node]:
        inner = self._walk(content[1], is_linked=True)
        target = self._signed.plain(str(content[2][0]))
        return [_linked(inner, target)] if SAFE_LINK.match(target) else inner

    def _header(self, content: Sequence[Any]) -> Node:
        """Chapters, `##` in the Markdown, are the first level; on a page the title is above it."""
        self._headings += 1
        lift = 0 if self._form == "html" else 1
        level = max(2 - lift, int(content[0]) - lift)
        inner = self._walk(content[2], is_linked=False)
        return {"t": "Header", "c": [level, [f"section-{self._headings}", [], []], inner]}


def _dated(book: bytes, now: datetime) -> bytes:
    """The e-book with the time at which it was made; in its sandbox pandoc knows no clock."""
    file = BytesIO()
    made = f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}".encode()
    with ZipFile(BytesIO(book)) as source, ZipFile(file, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():  # the first is `mimetype`, and stays the first
            data = source.read(entry)
            if entry.filename.endswith(".opf"):
                data = data.replace(EPOCH, made)
            target.writestr(entry, data, compress_type=entry.compress_type)
    return file.getvalue()


def _number(block: Node) -> str | None:
    """The number of a reference list's entry, which begins with it in brackets."""
    if block["t"] != "Para" or len(block["c"]) < 2:
        return None
    first, second = cast("list[Node]", block["c"][:2])
    match = _ENTRY.fullmatch(first["c"]) if first["t"] == "Str" else None
    return match[1] if match and second["t"] in {"Space", "SoftBreak"} else None


def _text(text: str) -> Node:
    return {"t": "Str", "c": text}


def _linked(inner: Sequence[Node], target: str) -> Node:
    return {"t": "Link", "c": [["", [], []], list(inner), [target, ""]]}

"""A document as PDF: pandoc makes a text of Typst, which sets it with fonts of both scripts."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.adapters.export_pandoc import LIMIT_S, building, document_tree
from pipeline.adapters.pandoc import TextRefused, run_formatter, run_pandoc

CHILD = Path(__file__).with_name("pdf_child.py")
"""Not imported here: Typst takes 80 MB."""

SETTING_S = 180.0
"""A core sets some 40,000 characters a second with dense citations: 500,000 words fit,
where nothing else runs."""

# Quotation marks in Chinese text are wide, in English narrow: hence `covers`. There is no bold
# Chinese font: a stroke around each character makes one.
_STYLE = """
#let horizontalrule = align(center, line(length: 30%, stroke: 0.5pt))
#let latin = (name: "Libertinus Serif", covers: "latin-in-cjk")
#set document(title: {title})
#set page(paper: "a4", margin: (x: 26mm, y: 28mm), numbering: "1")
#set text(font: ({latin}, "Noto Serif SC"), size: 11pt, lang: "{lang}")
#set par(justify: true, leading: {leading}em, spacing: 1.1em)
#set smartquote(enabled: false)
#show raw: set text(font: ("DejaVu Sans Mono", "Noto Sans SC"), size: 9pt)
#show raw.where(block: true): it => block(
  fill: luma(245), inset: 8pt, radius: 3pt, width: 100%, it)
#show heading: set text(font: ({latin}, "Noto Sans SC"))
#show heading: set block(above: 1.6em, below: 0.9em)
#let bold(it) = {{
  show regex("\\\\p{{Han}}+"): set text(stroke: 0.025em)
  it
}}
#show strong: bold
#show heading: bold
#show link: set text(fill: rgb("#1d4f91"))
#show figure: set block(breakable: true)
#set table(stroke: (x: none, y: 0.5pt + luma(180)), inset: 6pt)
#align(center, block(width: 100%, below: 2em, bold(
  text(size: 20pt, weight: "bold", font: ({latin}, "Noto Sans SC"), {title}))))
#outline(title: {contents}, depth: 3)
#v(1.5em)
"""
_CONTENTS = {"en": "Contents", "zh": "目录"}


class PdfExporter:
    """Keeps the `Exporter` port. Raw HTML and TeX stay text; only web and mail links are live."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def export(self, markdown: str, *, title: str, language: str) -> bytes:
        """The file's bytes.

        Raises:
            ExportFailed: pandoc or Typst failed, or took too long.
        """
        with building():
            tree = document_tree(markdown, title, "pdf")
            head = _head(_said(tree["meta"]["title"]), "zh" if language == "zh" else "en")
            made_at = int(self._now().timestamp())
            body = _body(tree)
            try:
                return _set(head + body, made_at)
            except TextRefused:
                # a formula that Typst does not understand: it stands there as it was written
                return _set(head + _body(_with_formulas_as_code(tree)), made_at)


def _head(title: str, language: str) -> str:
    latin = "latin" if language == "zh" else '"Libertinus Serif"'
    return _STYLE.format(
        title=_quoted(title),
        latin=latin,
        lang=language,
        leading="0.9" if language == "zh" else "0.7",
        contents=_quoted(_CONTENTS[language]),
    )


def _body(tree: Mapping[str, Any]) -> str:
    return run_pandoc(
        ["--from=json", "--to=typst", "--wrap=none"], json.dumps(tree), limit_s=LIMIT_S
    )


def _said(node: Any) -> str:
    """The plain text of a part of pandoc's tree."""
    if isinstance(node, list):
        return "".join(map(_said, node))
    if not isinstance(node, dict):
        return ""
    if node.get("t") in {"Space", "SoftBreak", "LineBreak"}:
        return " "
    content = node.get("c", "")
    if node.get("t") == "Math":
        return str(content[1])
    return content if node.get("t") == "Str" else _said(content)


def _quoted(text: str) -> str:
    """A string of Typst."""
    plain = " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'


def _with_formulas_as_code(node: Any) -> Any:
    if isinstance(node, list):
        return [_with_formulas_as_code(each) for each in node]
    if not isinstance(node, dict):
        return node
    if node.get("t") == "Math":
        return {"t": "Code", "c": [["", [], []], node["c"][1]]}
    return {key: _with_formulas_as_code(value) for key, value in node.items()}


def _set(text: str, made_at: int) -> bytes:
    with TemporaryDirectory() as root:
        command = [sys.executable, "-I", str(CHILD), root, str(made_at)]
        return run_formatter("Typst", command, text, limit_s=SETTING_S)

"""The formats of a document: a file is built when asked for, and what fails is said in words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.assets import component
from components.messages import Messages
from components.text import Text

TEXTS: Mapping[str, Text] = {
    "building": Text("Building the file…", "正在生成文件…"),
    "offline": Text("The server did not answer. Try again.", "服务器没有响应，请重试。"),
}

PROBLEMS = ("internal", "export_failed", "not_found", "format_unknown", "store_unavailable")
"""Why there is no file; for any other reason, the first is said."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format to take the document away in; `key` is of its label."""

    key: str
    form: str
    icon: str = "draft"


WHOLE = (
    Format("document.word", "docx"),
    Format("document.pdf", "pdf"),
    Format("document.markdown", "md"),
    Format("document.html", "html"),
    Format("document.epub", "epub"),
    Format("document.latex", "latex"),
)
REFERENCES = (
    Format("document.bibtex", "bibtex", "book_2"),
    Format("document.ris", "ris", "book_2"),
    Format("document.csl", "csl-json", "book_2"),
)


def downloads(
    m: Messages, *, key: str, address: str, names: Mapping[str, str], has_references: bool
) -> None:
    """Draw a button for each format; the browser fetches the file without a run of the page.

    Args:
        m: The texts of the interface.
        key: One per document.
        address: Relative address of the files; each is at `<address>/<form>`.
        names: What the file of each form is called.
        has_references: Whether they can be taken away alone, too.
    """
    groups = [{"title": "", "formats": _shown(WHOLE, names, m)}]
    if has_references:
        title = m("document.references")
        groups.append({"title": title, "formats": _shown(REFERENCES, names, m)})
    data = {
        "address": address,
        "language": m.language,
        "groups": groups,
        "labels": {name: m.say(text) for name, text in TEXTS.items()},
        "problems": {code: m.problem(code) for code in PROBLEMS},
    }
    component("downloads")(key=key, data=json.dumps(data, ensure_ascii=False))


def _shown(
    formats: Sequence[Format], names: Mapping[str, str], m: Messages
) -> list[dict[str, str]]:
    return [
        {"form": each.form, "label": m(each.key), "icon": each.icon, "name": names[each.form]}
        for each in formats
    ]

"""Formulas and raised numbers as one line of text: 10⁶ is not 106, and a half is not 12."""

from collections.abc import Callable, Mapping, Sequence

from lxml import etree

DEEPEST = 60
"""Formulas inside each other; what is deeper is taken as it stands."""

_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_LEFT_OUT = {"annotation", "annotation-xml", "mphantom", "maligngroup", "malignmark"}


def raised(text: str) -> str:
    """A superscript as characters that say so, where it has a number; `th` stays as it is."""
    text = text.strip()
    if not any(c.isdigit() for c in text):
        return text
    shown = text.translate(_RAISED)
    return shown if not any(c.isascii() for c in shown) else _power(text)


def linear(formula: etree._Element, depth: int = 0) -> str:
    """A formula of Word (OMML) or of a web page (MathML) as text: `(a + b)/2`, `x²`, `∑_i^n`."""
    tag = etree.QName(formula).localname if isinstance(formula.tag, str) else ""
    if not tag or tag in _LEFT_OUT or tag.endswith("Pr"):
        return ""
    children = [c for c in formula if isinstance(c.tag, str) and not c.tag.endswith("Pr")]
    if tag == "t" or not children or depth > DEEPEST:
        text = "".join(map(str, formula.itertext()))
        return text if tag == "t" else text.strip()
    parts = [linear(child, depth + 1) for child in children]
    if tag == "nary":
        return _sign(formula) + _SHAPES["nary"](parts)
    return _SHAPES.get(tag, "".join)(parts)


def _power(text: str) -> str:
    if not text:
        return ""
    shown = text.translate(_RAISED)
    return shown if not any(c.isascii() for c in shown) else f"^{_grouped(text)}"


def _index(text: str) -> str:
    return f"_{_grouped(text)}" if text else ""


def _grouped(text: str) -> str:
    text = text.strip()
    return text if text.isalnum() or len(text) < 2 else f"({text})"


def _sign(formula: etree._Element) -> str:
    """The sign of a sum or product of Word; an integral names none."""
    named = next((c for c in formula.iter("{*}chr")), None)
    return "∫" if named is None else str(next(iter(named.attrib.values()), "∫"))


def _at(parts: Sequence[str], place: int) -> str:
    return parts[place] if place < len(parts) else ""


def _raised_to(parts: Sequence[str]) -> str:
    return parts[0] + _power(_at(parts, 1))


def _indexed(parts: Sequence[str]) -> str:
    return parts[0] + _index(_at(parts, 1)) + _power(_at(parts, 2))


def _share(parts: Sequence[str]) -> str:
    return f"{_grouped(parts[0])}/{_grouped(_at(parts, 1))}"


def _square_root(parts: Sequence[str]) -> str:
    return f"√({''.join(parts)})"


def _root_of_page(parts: Sequence[str]) -> str:
    return f"{_power(_at(parts, 1))}√({parts[0]})"


def _root_of_word(parts: Sequence[str]) -> str:
    return f"{_power(''.join(parts[:-1]))}√({parts[-1]})"


def _summed(parts: Sequence[str]) -> str:
    return f"{_index(parts[0])}{_power(_at(parts, 1))} {_at(parts, 2)}"


def _fenced(parts: Sequence[str]) -> str:
    return f"({', '.join(parts)})"


def _grid(parts: Sequence[str]) -> str:
    return f"[{'; '.join(parts)}]"


_SHAPES: Mapping[str, Callable[[Sequence[str]], str]] = {
    **dict.fromkeys(("sSup", "msup", "mover", "limUpp"), _raised_to),
    **dict.fromkeys(("sSub", "msub", "munder", "limLow"), _indexed),
    **dict.fromkeys(("sSubSup", "msubsup", "munderover"), _indexed),
    **dict.fromkeys(("f", "mfrac"), _share),
    **dict.fromkeys(("d", "mfenced"), _fenced),
    **dict.fromkeys(("m", "mtable"), _grid),
    **dict.fromkeys(("mr", "mtr"), ", ".join),
    "func": " ".join,
    "rad": _root_of_word,
    "mroot": _root_of_page,
    "msqrt": _square_root,
    "nary": _summed,
}

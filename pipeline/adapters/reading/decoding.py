"""Bytes to text: byte order mark, UTF-8, UTF-16, and the old encodings by their statistics."""

import codecs
import re
from dataclasses import dataclass

from charset_normalizer import from_bytes

from pipeline.domain.language import HAN
from pipeline.errors import UnreadableFile

SAMPLE_BYTES = 100_000
"""Enough text to guess by; the guess costs time for every byte."""

OLD_ENCODINGS = ["gb18030", "big5hkscs", "cp1252"]
"""What Chinese and Western files are in when they are not Unicode. Among few, guesses are right."""

PLAUSIBLE = 0.9
"""Share of everyday characters from which on a text without mark is taken for UTF-16."""

SPOILT = 0.01
"""A UTF-8 file with fewer broken bytes than this is still UTF-8."""

STRAY_CONTROLS = 5
"""Some control characters are left in texts by accident; one in a hundred is no text."""

GUESSED = "encoding_guessed"

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_EVERYDAY = re.compile(rf"[\t\n\r -~\u00a0-\u00ff‘’“”—…\u3000-\u30ff\uff00-\uffef{HAN}]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded text, with the codes of what a reader should know about it."""

    text: str
    notes: list[str]


def decode(name: str, data: bytes, declared: str = "") -> Text:
    """The text of a file. `declared` is what the file itself says its encoding is.

    Raises:
        UnreadableFile: `file_unsupported` when it is no text in any encoding.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return Text(_text_only(name, data[len(mark) :].decode(encoding, "replace")), [])
    if b"\0" in data:
        return _utf16_without_mark(name, data)
    try:
        return Text(_text_only(name, data.decode("utf-8")), [])
    except UnicodeDecodeError:
        pass
    if declared and (text := _as_declared(data, declared)) is not None:
        return Text(_text_only(name, text), [])
    return _guessed(name, data)


def _as_declared(data: bytes, declared: str) -> str | None:
    """The text in its declared encoding, or None if it is another one after all."""
    encoding = "gb18030" if declared.lower() in {"gb2312", "gbk"} else declared
    try:
        return data.decode(encoding)
    except (LookupError, ValueError):
        return None


def _utf16_without_mark(name: str, data: bytes) -> Text:
    sample = data[: SAMPLE_BYTES - SAMPLE_BYTES % 2]
    shares = {
        encoding: _everyday_share(sample.decode(encoding, "replace"))
        for encoding in ("utf-16-le", "utf-16-be")
    }
    best = max(shares, key=lambda encoding: shares[encoding])
    if len(data) % 2 or shares[best] < PLAUSIBLE or _is_spoilt_ascii(sample):
        raise _no_text(name)
    return Text(_text_only(name, data.decode(best, "replace")), [GUESSED])


def _is_spoilt_ascii(sample: bytes) -> bool:
    """Whether it is Latin text with some NULs, which as UTF-16 would pass for Chinese."""
    nuls = sample.count(0)
    latin = sum(1 for byte in sample if 0x20 <= byte <= 0x7E)
    return nuls < 0.3 * len(sample) and latin > 0.8 * (len(sample) - nuls)


def _everyday_share(text: str) -> float:
    return len(_EVERYDAY.findall(text)) / max(1, len(text))


def _guessed(name: str, data: bytes) -> Text:
    text = data.decode("utf-8", "replace")
    if text.count("\ufffd") < SPOILT * max(100, sum(1 for c in text if c > "\x7f")):
        return Text(_text_only(name, text), [GUESSED])
    if len(data) % 2 == 0 and _looks_like_utf16(data):
        return _utf16_without_mark(name, data)
    best = from_bytes(_whole_lines(data), cp_isolation=OLD_ENCODINGS).best()
    encoding = best.encoding if best else "gb18030"
    return Text(_text_only(name, data.decode(encoding, "replace")), [GUESSED])


def _looks_like_utf16(data: bytes) -> bool:
    """Chinese without any Latin character has no NUL in UTF-16, but most bytes name its rows."""
    sample = data[:SAMPLE_BYTES]
    return any(
        sum(1 for byte in sample[start::2] if 0x4E <= byte <= 0x9F or byte in {0x30, 0xFF})
        > 0.98 * (len(sample) // 2)
        for start in (0, 1)
    ) and any(
        _everyday_share(sample.decode(encoding, "replace")) >= PLAUSIBLE
        for encoding in ("utf-16-le", "utf-16-be")
    )


def _whole_lines(data: bytes) -> bytes:
    """A sample that does not end in the middle of a character, where it has lines."""
    if len(data) <= SAMPLE_BYTES:
        return data
    end = data.rfind(b"\n", 0, SAMPLE_BYTES)
    return data[: end if end > 0 else SAMPLE_BYTES]


def _text_only(name: str, text: str) -> str:
    sample = text[:SAMPLE_BYTES]
    strange = len(_CONTROL.findall(sample))
    if "\0" in text or strange > max(STRAY_CONTROLS, 0.01 * len(sample)):
        raise _no_text(name)
    return text


def _no_text(name: str) -> UnreadableFile:
    return UnreadableFile(
        "file_unsupported",
        f"{name!r} is not text and not a format that can be read. Save it as PDF, DOCX, HTML, "
        "Markdown or plain text.",
    )

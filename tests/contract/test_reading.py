import struct
import sys
import time

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.reading import Limits, read_bytes
from pipeline.adapters.reading.recognise import told_by_name
from tests.samples.blocks import refusal
from tests.samples.docx import entity_bomb, foreign_entity, make_docx, make_zip, paragraph, zip_bomb
from tests.samples.pdf import Text, make_pdf

CHINESE = "中华人民共和国国家标准规定了信息与文献的著录规则。\n潮汐能是一种可再生能源。\n"
PROSE = "The Moon raises tides by its pull on the near and on the far side of the sea."


def test_a_program_that_calls_itself_a_pdf_is_called_a_program() -> None:
    error = refusal("潮汐.pdf", b"MZ\x90\x00" + b"\0" * 500)

    assert error.code == "file_unsupported"
    assert str(error).startswith("This is a program, not a PDF.")


DOCX = make_docx(paragraph("潮汐"))
PDF = make_pdf([[Text(PROSE)]])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", make_pdf([[Text(PROSE)]], encrypted=True), "file_encrypted"),
        ("a.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "file_encrypted"),
        ("a.pdf", make_pdf([[], [Text("7")]]), "file_scanned"),
        ("a.pdf", PDF[:300], "file_damaged"),
        ("a.pdf", b"%PDF-1.7\n" + b"rubbish" * 50, "file_damaged"),
        ("a.pdf", "这不是PDF".encode(), "file_damaged"),
        ("a.docx", DOCX[:-40], "file_damaged"),
        ("a.docx", make_zip({"x.txt": "潮汐"}), "file_damaged"),
        ("a.docx", make_docx(parts={"word/document.xml": "<w:p>not closed"}), "file_damaged"),
        ("a.docx", make_docx(), "file_empty"),
        ("a.txt", b"", "file_empty"),
        ("a.md", b" \n\t\r\n", "file_empty"),
        ("a.html", b"<html><body> </body></html>", "file_empty"),
        ("a.txt", b"text \0 with \0 NUL " * 20, "file_unsupported"),
        ("a.txt", bytes(range(256)) * 40, "file_unsupported"),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "file_unsupported"),
        ("a.doc", OLE, "file_unsupported"),
        ("a.zip", make_zip({"x.txt": "潮汐"}), "file_unsupported"),
        (
            "a.odt",
            make_zip({"mimetype": "application/x", "content.xml": "<a/>"}),
            "file_unsupported",
        ),
        ("a.rtf", rb"{\rtf1 text}", "file_unsupported"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_bad_file_is_refused_with_its_own_code(name: str, data: bytes, code: str) -> None:
    error = refusal(name, data)

    assert error.code == code
    assert len(str(error)) > 30  # a sentence with what to do, not a code


def test_a_file_above_the_limit_is_refused_unread() -> None:
    assert refusal("a.exe", b"MZ\0" * 100, Limits(file_bytes=10)).code == "file_too_large"


def test_too_many_pages_or_characters_are_refused() -> None:
    three = make_pdf([[Text(PROSE)]] * 3)

    assert refusal("a.pdf", three, Limits(pages=2)).code == "file_too_long"
    assert refusal("a.pdf", three, Limits(chars=100)).code == "file_too_long"
    assert refusal("a.txt", CHINESE.encode(), Limits(chars=10)).code == "file_too_long"


def test_a_file_of_more_blocks_than_the_app_may_hold_is_refused() -> None:
    lines = b"12.34\n" * (Limits().blocks + 1)

    assert refusal("a.txt", lines).code == "file_too_long"
    assert len(read_bytes("a.txt", b"12.34\n" * 9, Limits(blocks=9)).blocks) == 9


def test_what_only_the_name_says_is_told_without_looking_into_a_packed_file() -> None:
    entry = b"PK\x01\x02" + b"\0" * 42  # of a directory that takes the whole file
    size = len(entry) * 200_000
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, 1, 1, size, 4, 0)
    with thread_cost() as cost:
        told = told_by_name("a.docx", b"PK\x03\x04" + entry * 200_000 + end)

    assert told == ""
    assert cost.seconds < 0.1
    assert {told_by_name(name, DOCX) for name in ("a.docx", "a.md", "a.csv", "a")} == {""}


def test_a_zip_bomb_is_refused_at_once() -> None:
    bomb = zip_bomb(megabytes=400)
    began = time.monotonic()

    error = refusal("a.docx", bomb, Limits(memory_bytes=300_000_000))

    assert error.code == "file_too_long"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("data", [entity_bomb(), foreign_entity("file:///etc/hostname")])
def test_entities_of_a_word_file_are_never_resolved(data: bytes) -> None:
    error = refusal("a.docx", data, Limits(memory_bytes=300_000_000))

    assert error.code == "file_damaged"


def test_tables_inside_tables_without_end_are_refused() -> None:
    deep = "<w:tbl><w:tr><w:tc>" * 20_000 + paragraph("潮") + "</w:tc></w:tr></w:tbl>" * 20_000

    assert refusal("a.docx", make_docx(deep)).code == "file_damaged"


def test_a_reading_that_takes_too_long_is_stopped() -> None:
    error = refusal("潮汐.pdf", PDF, Limits(wall_s=0.01))

    assert error.code == "file_timeout"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no CPU limit for a process")
def test_a_reading_that_takes_too_much_cpu_is_stopped() -> None:
    rows = "".join(f"<p>row {n} 潮汐</p>" for n in range(400_000)).encode()

    assert refusal("a.html", rows, Limits(cpu_s=1)).code == "file_timeout"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits address space")
def test_a_reading_that_takes_too_much_memory_is_stopped() -> None:
    rows = "".join(f"<p>row {n} 潮汐</p>" for n in range(400_000)).encode()

    error = refusal("a.html", rows, Limits(memory_bytes=150_000_000))

    assert error.code in {"file_too_long", "file_damaged"}


def test_the_child_gets_none_of_this_process_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONSTARTUP", "/nonexistent")
    monkeypatch.setenv("PYTHONHOME", "/nonexistent")  # a child that inherits it does not start

    assert read_bytes("a.pdf", PDF).pages == 1


def test_a_text_about_pdf_is_still_a_text() -> None:
    assert read_bytes("潮汐.txt", b"A PDF begins with %PDF-1.7.").language == "en"
    assert read_bytes("no suffix", PDF).pages == 1

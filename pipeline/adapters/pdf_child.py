"""Sets a text of Typst as PDF, in a process of its own; run as a script, by `export_pdf`.

Typst cannot be stopped in a thread, and reads and fetches what a text names: here it can be
killed, and its root is an empty folder.
"""

import sys
from datetime import UTC, datetime
from pathlib import Path

import typst
from pylopdf_fonts_zh_cn import sans_path


def main(root: str, made_at: str) -> None:
    """Text from standard input, PDF to standard output."""
    compiler = typst.Compiler(
        root=Path(root), font_paths=[sans_path().parent], ignore_system_fonts=True
    )
    made = datetime.fromtimestamp(int(made_at), UTC)
    text = sys.stdin.buffer.read()
    data = compiler.compile(text, format="pdf", timestamp=made)
    if not isinstance(data, bytes):  # a list of pages, when it makes pictures
        raise TypeError("Typst made no PDF.")
    sys.stdout.buffer.write(data)


if __name__ == "__main__":
    main(*sys.argv[1:])

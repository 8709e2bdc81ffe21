"""Make docs/configuration.md from the settings: `python docs/configuration.py`."""

import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from pipeline.config import Settings

PAGE = Path(__file__).with_name("configuration.md")

HEAD = """# Configuration

Every setting is an environment variable, or a line of `.env` beside `app.py`; none is needed.
Durations are seconds (`3600`) or ISO 8601 (`PT1H`). This page is made from `pipeline/config.py`
by `python docs/configuration.py`.

| variable | default | meaning |
| --- | --- | --- |
"""


def page() -> str:
    """The whole page as Markdown."""
    rows = [
        f"| `{name.upper()}` | {shown(field.default)} | {one_line(field.description or '')} |\n"
        for name, field in Settings.model_fields.items()
    ]
    return HEAD + "".join(rows)


def one_line(text: str) -> str:
    return " ".join(text.split())


def shown(value: object) -> str:
    if value is None or value == ():
        return "unset"
    if isinstance(value, timedelta):
        return f"`{int(value.total_seconds())}`"
    return f"`{value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")

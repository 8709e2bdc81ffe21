"""Where the author is: times on the pages are those of the browser."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import streamlit as st


def author_zone() -> tzinfo:
    """The browser's time zone."""
    return zone_of(st.context.timezone)


def zone_of(name: str | None) -> tzinfo:
    """The zone of that name; UTC for one that is not known, as a browser without a zone tells."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC

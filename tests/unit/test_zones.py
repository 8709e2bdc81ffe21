from datetime import UTC, datetime

import pytest

from components.zones import zone_of

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "hour"),
    [
        ("Asia/Shanghai", 20),
        ("Europe/Berlin", 13),
        (None, 12),
        ("", 12),
        ("Etc/Unknown", 12),
        ("../../etc/passwd", 12),
        ("America", 12),
        ("上海", 12),
    ],
)
def test_times_are_those_of_the_browser_and_utc_where_its_zone_is_not_known(
    name: str | None, hour: int
) -> None:
    assert NOON.astimezone(zone_of(name)).hour == hour

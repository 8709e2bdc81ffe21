"""A store of readings in memory."""

from pipeline.domain.documents import Reading


class Readings:
    """Keeps the port `ReadingStore`."""

    def __init__(self) -> None:
        self.stored: dict[str, Reading] = {}

    def load_reading(self, sha256: str) -> Reading | None:
        return self.stored.get(sha256)

    def save_reading(self, reading: Reading) -> None:
        self.stored[reading.sha256] = reading

"""Short names for sources: models get S1, never an id, and name sources by these only."""

import re
from collections.abc import Sequence

from pipeline.domain.documents import SourceId

NONE = "none"
"""What a model says in place of a name when no source holds anything on a part."""

_BETWEEN = re.compile(
    r"[\s,，、;；:：|&+和与及\[\]【】()（）\"'“”]+|(?<=\d)/(?=[Ss]\d)|[.。](?!\w)"
)
_NAME = re.compile(r"[Ss](\d{1,4})")
_DENIALS = frozenset({NONE, "无", "没有"})


class SourceNames:
    """The names of one prompt: S1 is the first source that was given."""

    def __init__(self, sources: Sequence[SourceId] = ()) -> None:
        self._sources = list(dict.fromkeys(sources))
        self._names = {source: f"S{i}" for i, source in enumerate(self._sources, start=1)}

    def name(self, source: SourceId) -> str:
        return self._names[source]

    def sources(self, said: Sequence[str]) -> tuple[SourceId, ...]:
        """The sources that an answer names, each once; names that were not given are dropped."""
        numbers = (int(found[1]) for each in _words(said) if (found := _NAME.fullmatch(each)))
        given = (n for n in numbers if 1 <= n <= len(self._sources))
        return tuple(dict.fromkeys(self._sources[n - 1] for n in given))

    def is_denied(self, said: Sequence[str]) -> bool:
        """Whether an answer says that there is no source, and names none."""
        is_said = any(each.casefold() in _DENIALS for each in _words(said))
        return bool(self._sources) and is_said and not self.sources(said)


def _words(said: Sequence[str]) -> list[str]:
    return [word for each in said for word in _BETWEEN.split(each) if word]

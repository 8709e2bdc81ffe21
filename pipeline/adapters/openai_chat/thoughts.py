"""Keeps a model's thinking out of what it says, however the answer is cut into pieces."""

OPEN, CLOSE = "<think>", "</think>"


class Thoughts:
    """Feed it the pieces of one answer; it gives back what is not thinking.

    Some templates put the opening tag into the prompt, so that only `</think>` appears: then
    all before it was thinking, and `retracted` is set until it is read.
    """

    def __init__(self) -> None:
        self._held = ""
        self._before = ""
        self._inside = False
        self._begun = False
        self._retracted = False

    def feed(self, piece: str) -> str:
        """The part of the answer that is now known to be text; often the piece itself."""
        if not (self._held or self._inside or "<" in piece) and self._begun:
            self._before = piece[-1:] or self._before
            return piece
        self._held += piece
        text = ""
        while self._held:
            if self._inside:
                done = self._skip_thinking()
            else:
                found, done = self._take_text()
                text = found if self._retracted and not done else text + found
            if done:
                break
        return self._from_the_start(text)

    def rest(self) -> str:
        """What was held back because it might have been the start of a tag."""
        text = "" if self._inside else self._held
        self._held = ""
        return self._from_the_start(text)

    def was_retracted(self) -> bool:
        """Whether what was given back before turned out to be thinking; asking clears it."""
        retracted, self._retracted = self._retracted, False
        return retracted

    def _skip_thinking(self) -> bool:
        _, tag, after = self._held.partition(CLOSE)
        self._held = after if tag else self._held[-(len(CLOSE) - 1) :]
        self._inside = not tag
        return self._inside

    def _take_text(self) -> tuple[str, bool]:
        opened, closed = self._find(OPEN), self._find(CLOSE)
        if closed >= 0 and (opened < 0 or closed < opened):
            self._held = self._held[closed + len(CLOSE) :]
            self._retracted, self._begun = True, False
            return "", False
        if opened >= 0:
            text, self._held = self._held[:opened], self._held[opened + len(OPEN) :]
            self._inside = True
            return text, False
        end = len(self._held) - _possible_start(self._held)
        text, self._held = self._held[:end], self._held[end:]
        self._before = text[-1:] or self._before
        return text, True

    def _find(self, tag: str) -> int:
        """Where a tag stands; one in code quotes is written about, not used."""
        at = self._held.find(tag)
        while at >= 0 and (self._held[at - 1] if at else self._before) == "`":
            at = self._held.find(tag, at + 1)
        return at

    def _from_the_start(self, text: str) -> str:
        if not self._begun:
            text = text.lstrip()
            self._begun = bool(text)
        return text


def without_thoughts(text: str) -> str:
    """A whole answer without its thinking."""
    thoughts = Thoughts()
    said = thoughts.feed(text)
    return said + thoughts.rest()


def _possible_start(text: str) -> int:
    """How many characters at the end may be the start of a tag."""
    at = text.rfind("<", max(0, len(text) - len(CLOSE) + 1))
    if at < 0 or not (OPEN.startswith(text[at:]) or CLOSE.startswith(text[at:])):
        return 0
    return len(text) - at

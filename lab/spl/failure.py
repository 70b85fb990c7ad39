"""An SPL text that the lab refuses, with the place shown as the person who typed it would want to see it."""

from __future__ import annotations

from dataclasses import dataclass

_WIDTH = 100


@dataclass(frozen=True)
class Place:
    """A position in a search: character ``offset`` of ``text`` (the text after macros were filled in)."""

    text: str
    offset: int

    @property
    def line(self) -> int:
        return self.text.count("\n", 0, self.offset) + 1

    @property
    def column(self) -> int:
        return self.offset - (self.text.rfind("\n", 0, self.offset) + 1) + 1

    def shown(self) -> str:
        """The line with a caret under the place; of a long line only the part around it."""
        start = self.text.rfind("\n", 0, self.offset) + 1
        line = self.text[start:].split("\n", 1)[0]
        at = self.offset - start
        left = max(0, at - _WIDTH // 2)
        piece = line[left : left + _WIDTH]
        visible = "".join(char if char.isprintable() else "�" for char in piece)
        return f"{visible}\n{' ' * (at - left)}^"

    def moved(self, by: int) -> Place:
        return Place(self.text, min(self.offset + by, len(self.text)))


class SplError(Exception):
    """A search that cannot be run as written: ``text`` says what is wrong and what is supported, ``place`` where."""

    def __init__(self, text: str, place: Place | None = None) -> None:
        self.text, self.place = text, place
        where = f" (line {place.line}, column {place.column})\n{place.shown()}" if place else ""
        super().__init__(text + where)

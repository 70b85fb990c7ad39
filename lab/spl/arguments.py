"""The words and options of a command that is read as such (rule ``arguments`` of spl.lark)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from lark import Token

from lab.spl.failure import Place, SplError
from lab.spl.parsing import Node, Segment, Subsearch, place_of, unquoted

_TRUE, _FALSE = frozenset(("true", "t", "1", "yes")), frozenset(("false", "f", "0", "no"))


@dataclass(frozen=True)
class Word:
    """A word; ``quoted``: it stood in double quotes."""

    text: str
    quoted: bool
    place: Place

    def means(self, *keywords: str) -> bool:
        """Whether it is one of these keywords, whatever its case."""
        return not self.quoted and self.text.lower() in keywords


@dataclass(frozen=True)
class Option:
    name: str
    value: str
    place: Place


@dataclass(frozen=True)
class Arguments:
    """What stands after a command's name, each kind in its order."""

    segment: Segment
    syntax: str
    words: Sequence[Word]
    options: Sequence[Option]
    subsearches: Sequence[Subsearch]

    @classmethod
    def of(cls, node: Node, segment: Segment, syntax: str, allowed: str) -> Arguments:
        """Reads a tree. allowed: the names of the options, separated by blanks. Raises SplError for any other option."""
        words, options, inner = [], [], []
        for child in node.children:
            if isinstance(child, Token):
                continue
            if child.data == "word":
                token = child.children[0]
                words.append(Word(unquoted(token), str(token).startswith('"'), place_of(segment, token)))
            elif child.data == "option":
                options.append(read_option(child, segment))
            elif child.data == "subsearch_":
                inner.append(segment.subsearches[int(str(child.children[0]).strip("[] \t\r\n"))])
        arguments = cls(segment, syntax, words, options, inner)
        for option in options:
            if option.name not in allowed.split():
                arguments.refuse(f"{option.name}={option.value[:40]} is not supported", option.place)
        return arguments

    def refuse(self, what: str, place: Place | None = None) -> NoReturn:
        """Raises SplError: what is wrong, where, and the syntax."""
        raise SplError(f"{self.segment.name}: {what}. Syntax: {self.syntax}", place or self.segment.at)

    def option(self, name: str) -> Option | None:
        """The last option of that name."""
        return next((each for each in reversed(self.options) if each.name == name), None)

    def text(self, name: str, default: str) -> str:
        option = self.option(name)
        return default if option is None else option.value

    def flag(self, name: str, default: bool) -> bool:
        option = self.option(name)
        if option is None:
            return default
        if option.value.lower() not in _TRUE | _FALSE:
            self.refuse(f"{name} must be true or false", option.place)
        return option.value.lower() in _TRUE

    def number(self, name: str, default: int, least: int = 0) -> int:
        option = self.option(name)
        if option is None:
            return default
        return self.whole(option.value, option.place, least)

    def whole(self, text: str, place: Place, least: int = 0) -> int:
        """A whole number of at most nine digits."""
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text) >= least):
            self.refuse(f"{text[:40]!r} must be a whole number from {least}", place)
        return int(text)

    def one_of(self, name: str, values: Sequence[str]) -> str:
        """The option's value, the first of ``values`` by default."""
        option = self.option(name)
        if option is None:
            return values[0]
        if option.value.lower() not in values:
            self.refuse(f"{name} must be {' or '.join(values)}", option.place)
        return option.value.lower()

    def only(self, name: str, value: str) -> None:
        """Accepts the option when it says what the lab does anyway, whichever word it uses for true or false."""
        option = self.option(name)
        same = {"true": _TRUE, "false": _FALSE}.get(value, frozenset((value,)))
        if option is not None and option.value.lower() not in same:
            self.refuse(f"{name} is always {value} in the lab", option.place)

    def exactly(self, least: int, most: int) -> list[str]:
        """The words, between ``least`` and ``most`` of them."""
        if not least <= len(self.words) <= most:
            self.refuse("a field is missing or one is too many", self.words[most].place if len(self.words) > most else None)
        return [word.text for word in self.words]

    def pipeline(self) -> Subsearch:
        """The one text in [ ]."""
        if len(self.subsearches) != 1:
            self.refuse("it needs one pipeline in [ ]")
        return self.subsearches[0]


def read_option(node: Node, segment: Segment) -> Option:
    """An ``option`` node."""
    name = str(node.children[0]).rstrip("= \t\r\n")
    return Option(name, unquoted(node.children[1]), place_of(segment, node.children[0]))


def option_nodes(node: Node, segment: Segment) -> list[Option]:
    """The options that are direct children of a node."""
    return [read_option(child, segment) for child in node.children if not isinstance(child, Token) and child.data == "option"]

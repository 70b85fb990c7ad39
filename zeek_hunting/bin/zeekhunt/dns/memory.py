"""Answers met lately, for questions that come many at a time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import compress, islice, repeat
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Memory(Generic[Question, Answer]):
    """``of(questions)`` gives the answer to each; those it does not remember are answered together, each once.

    answered: gives one answer per question, each of them true. held: answers remembered at most; when they are more, the quarter
    that came first is forgotten. short: which of some questions may be remembered: a log may hold texts of any length.
    """

    def __init__(
        self,
        answered: Callable[[Sequence[Question]], Sequence[Answer]],
        held: int,
        short: Callable[[Sequence[Question]], Iterable[bool]],
    ) -> None:
        self._answered, self._held, self._short = answered, held, short
        self._known: dict[Question, Answer] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, questions: Sequence[Question]) -> list[Answer]:
        known = self._known
        found = list(map(known.get, questions))
        if all(found):
            return found  # type: ignore[return-value]  # no None among them
        new = list(dict.fromkeys([question for question, answer in zip(questions, found) if answer is None]))
        answers = self._answered(new)
        if len(new) == len(questions):  # all are new, and in this order
            found = list(answers)
        else:
            fresh = dict(zip(new, answers))
            found = [fresh[question] if answer is None else answer for question, answer in zip(questions, found)]
        known.update(compress(zip(new, answers), self._short(new)))
        if len(known) > self._held:
            for question in list(islice(known, max(self._held // 4, len(known) - self._held))):
                del known[question]
        return found  # type: ignore[return-value]


def up_to(length: int) -> Callable[[Sequence[str]], Iterable[bool]]:
    """Which texts are no longer than this."""

    def short(texts: Sequence[str]) -> Iterable[bool]:
        if max(map(len, texts)) <= length:
            return repeat(True)
        return [len(text) <= length for text in texts]

    return short

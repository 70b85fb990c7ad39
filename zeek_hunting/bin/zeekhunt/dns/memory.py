"""Answers met lately, for questions that come many at a time."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import compress
from typing import Generic, TypeVar

Question = TypeVar("Question", bound=Hashable)
Answer = TypeVar("Answer")


class Memory(Generic[Question, Answer]):
    """``of(questions)`` gives the answer to each; those it does not remember are answered together, each once.

    answered: gives one answer per question, each of them true. held: answers remembered at most: when the newer half is full, the
    older one is forgotten. short: which of some questions may be remembered: a log may hold texts of any length.
    """

    def __init__(
        self,
        answered: Callable[[Sequence[Question]], Sequence[Answer]],
        held: int,
        short: Callable[[Sequence[Question]], Iterable[bool] | None],
    ) -> None:
        self._answered, self._held, self._short = answered, held, short
        self._all: dict[Question, Answer] = {}
        self._new: dict[Question, Answer] = {}  # the newer half of them

    def __len__(self) -> int:
        return len(self._all)

    def of(self, questions: Sequence[Question]) -> list[Answer]:
        found = list(map(self._all.get, questions))
        if all(found):
            return found  # type: ignore[return-value]  # no None among them
        if any(found):
            new = list(dict.fromkeys([question for question, answer in zip(questions, found) if answer is None]))
        else:
            new = list(dict.fromkeys(questions))
        answers = self._answered(new)
        if len(new) == len(questions):  # all are new, and in this order
            found = list(answers)
        else:
            fresh = dict(zip(new, answers))
            found = [fresh[question] if answer is None else answer for question, answer in zip(questions, found)]
        self._keep(new, answers)
        return found  # type: ignore[return-value]

    def _keep(self, questions: Sequence[Question], answers: Sequence[Answer]) -> None:
        half = self._held // 2
        if len(self._new) + len(questions) > half:
            self._all, self._new = self._new, {}
        short = self._short(questions)
        together = zip(questions[:half], answers)
        kept = dict(together if short is None else compress(together, short))
        self._new.update(kept)
        self._all.update(kept)


def up_to(length: int) -> Callable[[Sequence[str]], Iterable[bool] | None]:
    """Which texts are no longer than this; None: all."""

    def short(texts: Sequence[str]) -> Iterable[bool] | None:
        if max(map(len, texts)) <= length:
            return None
        return [len(text) <= length for text in texts]

    return short

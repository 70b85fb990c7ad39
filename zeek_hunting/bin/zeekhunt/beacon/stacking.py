"""Scored entities behind others: members are scored first, groups of them when it is known which members are alike."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np

from .series import PairColumns, Series, Sizes

Rows = TypeVar("Rows")


def behind(first: Rows, second: Rows) -> Rows:
    """Two results of one kind, a dataclass of arrays with a row per entity, as one."""
    joined: dict[str, Any] = {}
    for each in fields(first):  # type: ignore[arg-type]
        one, other = getattr(first, each.name), getattr(second, each.name)
        joined[each.name] = behind(one, other) if is_dataclass(one) else np.concatenate((one, other))
    return type(first)(**joined)


def columns_behind(first: PairColumns, second: PairColumns) -> PairColumns:
    """The same of what the scores need. Both are of one search: their online hours are the same, and facts have the same
    names."""
    sampled = first.events is not None or second.events is not None
    series = [each.series for each in (first, second)]
    return replace(
        first,
        series=_series(*series),
        request_sizes=_sizes(first.request_sizes, second.request_sizes),
        reply_sizes=_sizes(first.reply_sizes, second.reply_sizes),
        source_of_pair=np.concatenate((first.source_of_pair, second.source_of_pair)),
        sources_of_dest=np.concatenate((first.sources_of_dest, second.sources_of_dest)),
        sources_seen=np.concatenate((first.sources_seen, second.sources_seen)),
        facts={name: np.concatenate((flags, second.facts[name])) for name, flags in first.facts.items()},
        talk=None if first.talk is None or second.talk is None else np.concatenate((first.talk, second.talk)),
        extent=_series(*(each.extent or each.series for each in (first, second))) if sampled else None,
        events=np.concatenate([_events(each) for each in (first, second)]) if sampled else None,
    )


def _events(columns: PairColumns) -> np.ndarray:
    return np.diff(columns.series.starts) if columns.events is None else columns.events


def _starts(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    return np.concatenate((first, second[1:] + first[-1]))


def _series(first: Series, second: Series) -> Series:
    """Without the breaks, which only timing needs."""
    return Series(np.concatenate((first.ticks, second.ticks)), _starts(first.starts, second.starts))


def _sizes(first: Sizes, second: Sizes) -> Sizes:
    return Sizes(
        np.concatenate((first.values, second.values)),
        np.concatenate((first.counts, second.counts)),
        _starts(first.starts, second.starts),
    )

"""The functions of ``stats`` and of the commands built on it, as SQL (Search Reference, "Statistical and charting functions").

For the commands (stats, eventstats, streamstats, chart, timechart, tstats, …) this module is

    aggregated(name, argument, rows) -> Value     SQL with aggregate calls, to be selected beside a GROUP BY, or as a window
    is_aggregate(name) -> bool                    'avg', 'P95', 'perc99.9' (names are read without regard to case)
    AGGREGATES, REFUSED                           what there is, and what is refused with which reason
    AggregateError                                what is wrong, as half a sentence; add the command and the place

``argument`` is the Value of a field or of ``eval(…)`` (a condition counts the rows for which it is true), None for a bare
``count``. ``rows`` says in which order the rows come and, for a window, over which of them:

    aggregated("latest", relation.value("n"), RowSet(relation.order, relation.value("_time")))
    aggregated("sum", value, RowSet(relation.order, time, over="OVER (PARTITION BY c1 ORDER BY c7 ROWS 4 PRECEDING)"))

A field with several values counts with each of them. Values that are no numbers are left out of what is arithmetic; the result is
null where nothing is left. Percentiles are of nearest rank, the higher of two middle values for the median, and exact at any
size, where Splunk estimates beyond 1,000 distinct values; so are dc and estdc.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Union

from lab.spl.relation import Order
from lab.spl.sql import NULL, Kind, Value, number

LIST_ROWS = 100  # what Splunk's list() keeps (limits.conf, [stats] list_maxsize)
_PERCENTILE = re.compile(r"(perc|p|exactperc|upperperc)(\d{1,3}(?:\.\d{1,9})?)")
_PER_S = {"per_second": 1, "per_minute": 60, "per_hour": 3_600, "per_day": 86_400}


class AggregateError(ValueError):
    """A function that there is not, or that cannot be asked this way."""


@dataclass(frozen=True)
class RowSet:
    """The rows that an aggregate sees. order: as in Relation. time: ``_time``, wanted by earliest, latest and rate.

    over: an OVER clause for a window, else ''. span_s: SQL of a bucket's seconds, wanted by per_second and the like.
    """

    order: Sequence[Order] = ()
    time: Value = NULL
    over: str = ""
    span_s: str | None = None

    def call(self, name: str, inner: str, more: str = "") -> str:
        """An aggregate call over the values of ``inner`` that are not null; more: further arguments, or ORDER BY."""
        return f"{name}({inner}{more}) FILTER (({inner}) IS NOT NULL) {self.over}".rstrip()

    def order_by(self, first: str = "", backwards: bool = False) -> str:
        """ORDER BY clause of a call. first: a key that goes before the order of the rows."""
        keys = [first] if first else []
        for key in self.order:
            ends = ("ASC NULLS FIRST" if key.descending else "DESC NULLS FIRST") if backwards else key.sql[len(key.ident) + 1 :]
            keys.append(f"{key.ident} {ends}")
        return " ORDER BY " + ", ".join(keys) if keys else ""


@dataclass(frozen=True)
class _Single:
    """Values of a field with one value a row."""

    value: Value
    rows: RowSet

    def numbers(self, name: str, more: str = "", of: str = "{}") -> str:
        return self.rows.call(name, of.format(self.value.numeric), more)

    def texts(self, name: str, more: str = "") -> str:
        return self.rows.call(name, self.value.text, more)

    def distinct(self) -> str:
        return f"count(DISTINCT {self.value.text}) {self.rows.over}"

    def all(self) -> str:
        return self.texts("list", self.rows.order_by())

    def each(self) -> str:
        return f"list(DISTINCT {self.value.text}) FILTER ({self.value.text} IS NOT NULL) {self.rows.over}"

    def mode(self) -> str:
        return self.texts("mode", f" ORDER BY {self.value.text}")

    def at(self, first: str, backwards: bool) -> str:
        return self.texts("any_value", self.rows.order_by(first, backwards))


@dataclass(frozen=True)
class _Several:
    """Values of a field with several values a row: collected, then judged as one list."""

    value: Value
    rows: RowSet

    def numbers(self, name: str, more: str = "", of: str = "{}") -> str:
        numeric = Value("v", Kind.TEXT).numeric
        numbers = f"list_filter(list_transform({self.all()}, lambda v: {of.format(numeric)}), lambda v: v IS NOT NULL)"
        return f"list_aggregate({numbers}, '{name}'{more})"

    def texts(self, name: str, more: str = "") -> str:
        return f"list_aggregate({self.all()}, '{name}'{more})"

    def distinct(self) -> str:
        return f"len(list_distinct({self.all()}))"

    def all(self) -> str:
        every = self.rows.call("list", self.value.sql, self.rows.order_by())
        return f"list_filter(flatten({every}), lambda v: v IS NOT NULL)"

    def each(self) -> str:
        return f"list_distinct({self.all()})"

    def mode(self) -> str:
        return f"list_aggregate(list_sort({self.all()}), 'mode')"

    def at(self, first: str, backwards: bool) -> str:
        return self.rows.call("any_value", f"{self.value.sql}[{-1 if backwards else 1}]", self.rows.order_by(first, backwards))


_Sample = Union[_Single, _Several]
_Aggregate = Callable[[_Sample], Value]


def _number(sql: str) -> Value:
    return Value(sql, Kind.NUMBER)


def _count(sample: _Sample) -> Value:
    return _number(f"CAST(COALESCE({sample.texts('count')}, 0) AS DOUBLE)")


def _distinct(sample: _Sample) -> Value:
    return _number(f"CAST(COALESCE({sample.distinct()}, 0) AS DOUBLE)")


def _arithmetic(name: str, of: str = "{}") -> _Aggregate:
    return lambda sample: _number(sample.numbers(name, of=of))


def _spread(name: str) -> _Aggregate:
    """A sample's deviation; of a single value it is 0."""

    def aggregate(sample: _Sample) -> Value:
        return _number(f"CASE WHEN {sample.numbers('count')} = 1 THEN 0 ELSE {sample.numbers(name)} END")

    return aggregate


def _extreme(name: str) -> _Aggregate:
    """min() and max(): by size where every value is a number, else by code point."""

    def aggregate(sample: _Sample) -> Value:
        if sample.value.is_number:
            return Value(f"spl_text({sample.numbers(name, of='spl_finite({})')})", Kind.TEXT)
        plain = f"spl_text({sample.numbers(name)})"
        all_numbers = f"{sample.numbers('count')} = {sample.texts('count')}"
        return Value(f"CASE WHEN {all_numbers} THEN {plain} ELSE {sample.texts(name)} END", Kind.TEXT)

    return aggregate


def _range(sample: _Sample) -> Value:
    return _number(f"({sample.numbers('max')} - {sample.numbers('min')})")


def _percentile(percent: str) -> _Aggregate:
    """The floor(p·n)+1st smallest of n numbers: counted from the top, it is what DuckDB calls the 1-p quantile."""
    share = Decimal(percent) / 100
    if not 0 <= share <= 1:
        raise AggregateError("a percentile lies between 0 and 100")
    return lambda sample: _number(f"(-{sample.numbers('quantile_disc', f', {1 - share:f}', of='(-{})')})")


def _mode(sample: _Sample) -> Value:
    return Value(sample.mode(), Kind.TEXT)


def _list(sample: _Sample) -> Value:
    return Value(f"({sample.all()})[1:{LIST_ROWS}]", Kind.MULTI)


def _values(sample: _Sample) -> Value:
    return Value(f"list_sort({sample.each()})", Kind.MULTI)


def _end(backwards: bool) -> _Aggregate:
    return lambda sample: Value(sample.at("", backwards), Kind.TEXT)


def _timed(sample: _Sample, latest: bool) -> Value:
    if sample.rows.time is NULL:
        raise AggregateError("it needs the field _time, which the rows no longer have")
    key = f"{sample.rows.time.numeric} {'DESC' if latest else 'ASC'} NULLS LAST"
    return Value(sample.at(key, backwards=False), Kind.TEXT)


def _time_of(sample: _Sample, latest: bool) -> Value:
    when = Value(f"CASE WHEN {sample.value.sql} IS NOT NULL THEN {sample.rows.time.numeric} END", Kind.NUMBER)
    return _number(sample.rows.call("max" if latest else "min", when.sql))


def _rate(sample: _Sample) -> Value:
    ends = [Value(_timed(sample, latest).sql, Kind.TEXT).numeric for latest in (True, False)]
    times = [_time_of(sample, latest).sql for latest in (True, False)]
    return _number(f"(({ends[0]} - {ends[1]}) / nullif({times[0]} - {times[1]}, 0))")


def _per(seconds: int) -> _Aggregate:
    def aggregate(sample: _Sample) -> Value:
        if sample.rows.span_s is None:
            raise AggregateError("it needs the time buckets of timechart")
        return _number(f"({sample.numbers('sum')} * {number(seconds)} / {sample.rows.span_s})")

    return aggregate


AGGREGATES: Mapping[str, _Aggregate] = {
    "avg": _arithmetic("avg"),
    "c": _count,
    "count": _count,
    "dc": _distinct,
    "distinct_count": _distinct,
    "earliest": lambda sample: _timed(sample, latest=False),
    "earliest_time": lambda sample: _time_of(sample, latest=False),
    "estdc": _distinct,
    "estdc_error": lambda sample: _number(f"{_count(sample).sql} * 0"),
    "first": _end(backwards=False),
    "last": _end(backwards=True),
    "latest": lambda sample: _timed(sample, latest=True),
    "latest_time": lambda sample: _time_of(sample, latest=True),
    "list": _list,
    "max": _extreme("max"),
    "mean": _arithmetic("avg"),
    "median": _percentile("50"),
    "min": _extreme("min"),
    "mode": _mode,
    **{name: _per(seconds) for name, seconds in _PER_S.items()},
    "range": _range,
    "rate": _rate,
    "stdev": _spread("stddev_samp"),
    "stdevp": _arithmetic("stddev_pop"),
    "sum": _arithmetic("sum"),
    "sumsq": _arithmetic("sum", of="({0} * {0})"),
    "values": _values,
    "var": _spread("var_samp"),
    "varp": _arithmetic("var_pop"),
}
PERCENTILES = ("exactperc<N>", "p<N>", "perc<N>", "upperperc<N>")
REFUSED: Mapping[str, str] = {
    "sparkline": "it makes a drawing, not a value; use timechart for the numbers behind it",
    "rate_avg": "it is for metric indexes, which the lab has not",
    "rate_sum": "it is for metric indexes, which the lab has not",
}


def is_aggregate(name: str) -> bool:
    return name.lower() in AGGREGATES or _PERCENTILE.fullmatch(name.lower()) is not None


def aggregated(name: str, argument: Value | None, rows: RowSet) -> Value:
    """SQL of one function over the rows of a group or a window. Raises AggregateError."""
    function = name.lower()
    percentile = _PERCENTILE.fullmatch(function)
    if function not in AGGREGATES and percentile is None:
        if function in REFUSED:
            raise AggregateError(f"the lab has no {name}(): {REFUSED[function]}")
        raise AggregateError(f"no function {name}() in the lab; it has {', '.join(sorted([*AGGREGATES, *PERCENTILES]))}")
    if argument is None:
        if function not in ("count", "c"):
            raise AggregateError(f"{name} needs a field, like {name}(bytes)")
        return _number(f"CAST(count(*) {rows.over} AS DOUBLE)")
    if argument.kind is Kind.BOOL:  # count(eval(x>5)) counts the rows for which it is true
        argument = Value(f"CASE WHEN {argument.sql} THEN '1' END", Kind.TEXT)
    sample = _Several(argument, rows) if argument.kind is Kind.MULTI else _Single(argument, rows)
    aggregate = AGGREGATES[function] if percentile is None else _percentile(percentile[2])
    return aggregate(sample)

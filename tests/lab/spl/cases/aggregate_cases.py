"""Functions of stats."""

from __future__ import annotations

from cases.function_case import Case, counts

_HOURS = [{"x": "30", "hour": "a"}, {"x": "20", "hour": "a"}, {"x": "abc", "hour": "b"}]
_TEN = [str(n) for n in (4, 1, 10, 7, 2, 9, 5, 3, 8, 6)]

CASES: list[Case] = [
    counts("agg-count", "count counts rows", "count", "3", ["1", None, "b"]),
    counts("agg-count-field", "count(x) counts values", "count(x)", "2", ["1", None, "b"]),
    counts(
        "agg-count-eval", "count(eval()) counts rows for which a condition is true", "count(eval(x>5))", "1", ["1", None, "9"]
    ),
    counts("agg-sum-eval", "a function may take an expression", "sum(eval(x*2))", "20", ["1", "9"]),
    counts("agg-c", "c is count", "c(x)", "2", ["1", "2"]),
    counts("agg-dc", "dc counts distinct values", "dc(x)", "2", ["a", "b", "a", None]),
    counts("agg-dc-none", "dc of nothing is 0", "dc(x)", "0", [None]),
    counts("agg-estdc", "estdc is exact in the lab", "estdc(x)", "2", ["a", "b", "a"]),
    counts("agg-estdc-error", "so its error is 0", "estdc_error(x)", "0", ["a", "b"]),
    counts("agg-avg", "avg leaves out what is no number", "avg(x)", "3", ["2", "4", "abc"]),
    counts("agg-avg-none", "avg without numbers is null", "avg(x)", None, ["abc"]),
    counts("agg-mean", "mean is avg", "mean(x)", "2.5", ["2", "3"]),
    counts("agg-sum", "sum", "sum(x)", "6.5", ["2", "4.5", "abc"]),
    counts("agg-sumsq", "sumsq is the sum of squares", "sumsq(x)", "25", ["3", "4"]),
    counts("agg-min-numbers", "min is by size where all are numbers", "min(x)", "9", ["10", "9"]),
    counts("agg-min-text", "and by code point where one is not", "min(x)", "10", ["10", "9", "x"]),
    counts("agg-max-numbers", "max is by size", "max(x)", "10", ["10", "9"]),
    counts("agg-max-text", "max by code point", "max(x)", "x", ["10", "9", "x"]),
    counts("agg-range", "range is max minus min", "range(x)", "8", ["2", "10", "5"]),
    counts("agg-mode", "mode is the most frequent value", "mode(x)", "b", ["a", "b", "c", "b"]),
    counts("agg-median-odd", "median is the middle value", "median(x)", "3", ["9", "1", "3"]),
    counts("agg-median-even", "of two middle values the higher", "median(x)", "5", ["9", "1", "3", "5"]),
    counts("agg-perc", "perc90 is of nearest rank", "perc90(x)", "10", _TEN),
    counts("agg-p", "p is perc", "p25(x)", "3", _TEN),
    counts("agg-exactperc", "exactperc", "exactperc50(x)", "6", _TEN),
    counts("agg-upperperc", "upperperc is the same for few values", "upperperc99(x)", "10", _TEN),
    counts("agg-stdev", "stdev is the sample's", "stdev(x)", "1", ["1", "2", "3"]),
    counts("agg-stdev-one", "of one value it is 0", "stdev(x)", "0", ["7"]),
    counts("agg-stdevp", "stdevp is the population's", "stdevp(x)", "2", ["2", "4", "4", "4", "5", "5", "7", "9"]),
    counts("agg-var", "var is the sample's", "var(x)", "2", ["1", "3"]),
    counts("agg-varp", "varp is the population's", "varp(x)", "1", ["1", "3"]),
    counts("agg-values", "values are distinct and sorted as text", "values(x)", ["10", "9", "b"], ["b", "9", "10", "9"]),
    counts("agg-list", "list keeps the order of the rows", "list(x)", ["b", "9", "b"], ["b", "9", None, "b"]),
    counts("agg-list-100", "list keeps 100 values", "list(x)", ["v"] * 100, ["v"] * 120),
    counts("agg-first", "first is the first row that has the field", "first(x)", "b", [None, "b", "c"]),
    counts("agg-last", "last is the last", "last(x)", "c", ["b", "c", None]),
    counts("agg-earliest", "earliest is of the oldest event", "earliest(x)", "old", ["new", "old"]),
    counts("agg-latest", "latest is of the newest event", "latest(x)", "new", ["new", "old"]),
    counts(
        "agg-earliest-time",
        "earliest_time is the time of the oldest value",
        "earliest_time(x)",
        "1600000018",
        ["new", "old", None],
    ),
    counts("agg-latest-time", "latest_time is that of the newest value", "latest_time(x)", "1600000018", [None, "new", "old"]),
    counts("agg-rate", "rate is the change per second between the ends", "rate(x)", "5", ["20", "15", "10"]),
    Case(
        "agg-by",
        "one row per group, sorted, without rows that lack the field",
        "stats sum(x) AS total, max(x) AS top BY hour",
        [{"hour": "a", "total": "50", "top": "30"}, {"hour": "b", "top": "abc"}],
        [*_HOURS, {"x": "7"}],
    ),
    Case(
        "agg-names",
        "without AS an output is called by function and field",
        "stats perc95(x) p50(x) avg(x)",
        [{"perc95(x)": "3", "p50(x)": "2", "avg(x)": "2"}],
        [{"x": "1"}, {"x": "2"}, {"x": "3"}],
    ),
    Case(
        "agg-several",
        "each of several values counts",
        "stats count(tags{}) AS n, values(tags{}) AS v, dc(tags{}) AS d",
        [{"n": "4", "v": ["a", "b", "c"], "d": "3"}],
        [{"tags": ["a", "b"]}, {"tags": ["c", "a"]}],
    ),
    Case(
        "agg-several-numbers",
        "arithmetic over several values",
        "stats sum(m{}) AS s, median(m{}) AS p, max(m{}) AS t, stdev(m{}) AS d",
        [{"s": "6", "p": "2", "t": "3", "d": "1"}],
        [{"m": ["1", "2"]}, {"m": ["3"]}],
    ),
]

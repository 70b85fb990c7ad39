"""What a function cannot take is refused with its place and what it takes; TERM(), CASE() and wildcard names of search."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from lab.ingest import Store, ingest
from lab.spl import SearchSettings, SplError, run_search

TEXTS = ["start 10.0.0.1=x end", "10.0.0.1,Admin", "Host admin", "a" * 5_000]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("refusals")
    lines = [
        json.dumps({"ts": 1_600_000_000 + n, "uid": f"C{n}", "src_x": f"v{n}", "text": text}) for n, text in enumerate(TEXTS)
    ]
    (folder / "conn.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with Store(folder / "store.duckdb") as made:
        ingest([folder], made)
    with Store(folder / "store.duckdb", read_only=True) as opened:
        yield opened


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> SearchSettings:
    app = tmp_path_factory.mktemp("app")
    (app / "default").mkdir()
    return SearchSettings(app=app, now_s=1_600_001_000)


def uids(store: Store, settings: SearchSettings, spl: str) -> list[object]:
    result = run_search(store, spl, settings)
    try:
        return [row.get("uid") for row in result.rows().records()]
    finally:
        result.close()


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        pytest.param('lookup("a.csv", x)', "the lab has no lookup(): use the command lookup", id="lookup"),
        pytest.param("cluster(text)", "the lab has no cluster()", id="cluster"),
        pytest.param("sigfig(1.0)", "use round()", id="sigfig"),
        pytest.param("split(text)", '1 arguments given. Write split(<text>, "<separator>")', id="argument-count"),
        pytest.param("abs(1=1)", "argument 1 must be a value", id="condition-for-a-number"),
        pytest.param("case(1=1)", "1 arguments given", id="case-without-value"),
        pytest.param('case(1=1, "a", 1=2)', "each condition needs its value", id="case-odd"),
        pytest.param('if(match(text, uid), "a", "b")', "the pattern must be a text in quotes", id="pattern-from-a-field"),
        pytest.param('replace(text, "(", "")', "the lab cannot run this pattern", id="open-group"),
        pytest.param(r'replace(text, "(?!a)(x*)*y", "")', "repeats a group that itself repeats", id="nested-repeat"),
        pytest.param(r'replace(text, "(?!a)(x|xx)+y", "")', "or chooses", id="repeated-choice"),
        pytest.param(r'replace(text, "(?!a).*b.*c.*d", "")', "at most 2 times", id="three-endless-repeats"),
        pytest.param('replace(text, "(?!a)' + "b" * 1_000 + '", "")', "at most 1,000 characters", id="long-pattern"),
        pytest.param('strftime(_time, "%E")', "no time variable the lab knows; it has %%", id="time-variable"),
        pytest.param('strptime(text, "%U")', "strptime cannot read '%U'", id="variable-not-read"),
        pytest.param('relative_time(now(), "-5x")', "is not a time the lab can read", id="time-modifier"),
        pytest.param('tostring(5, "roman")', 'must be "hex", "commas" or "duration"', id="tostring-format"),
        pytest.param('tonumber("5", 40)', "the base must be a whole number from 2 to 36", id="base"),
        pytest.param('printf("%d %d", 1)', "wants more values", id="printf-too-few"),
        pytest.param('printf("%d", 1, 2)', "more values are given", id="printf-too-many"),
        pytest.param('printf("%q", 1)', "%q is no conversion", id="printf-conversion"),
        pytest.param('printf("%*d", 1, 2)', "no conversion the lab knows", id="printf-width-from-a-value"),
        pytest.param('ipmask("255.0.0", text)', "is not an IPv4 mask", id="mask"),
        pytest.param('spath(text, "a{b}")', "is not a path", id="json-path"),
        pytest.param('json_object("a")', "each key needs its value", id="json-object"),
        pytest.param('json_set(text, "a", 1, "b")', "each path needs its value", id="json-set"),
        pytest.param("mvmap(text . uid, 1)", "it takes one field", id="mvmap-of-an-expression"),
        pytest.param("mvfilter(text = uid)", "it takes one field", id="mvfilter-of-two-fields"),
        pytest.param("mv_to_json_array(text, 5)", "must be true() or false()", id="infer-types"),
        pytest.param('if(searchmatch("a=("), 1, 0)', "searchmatch: ", id="searchmatch"),
        pytest.param("1=1 XOR 5", "true or false is wanted here", id="xor"),
        pytest.param("abs(1=1) + 1", "a value, not true or false", id="condition-inside"),
    ],
)
def test_an_expression_is_refused(store, settings, expression, says):
    with pytest.raises(SplError) as caught:
        uids(store, settings, f"index=* | eval x={expression}")
    assert says in caught.value.text
    assert caught.value.place is not None


@pytest.mark.parametrize(
    ("aggregate", "says"),
    [
        pytest.param("nosuch(x)", "no function nosuch() in the lab; it has avg,", id="unknown"),
        pytest.param("perc101(x)", "between 0 and 100", id="percentile"),
        pytest.param("sparkline(x)", "makes a drawing", id="sparkline"),
        pytest.param("per_hour(x)", "needs the time buckets of timechart", id="per-hour-outside-timechart"),
        pytest.param("median", "median needs a field", id="no-field"),
    ],
)
def test_an_aggregate_is_refused(store, settings, aggregate, says):
    with pytest.raises(SplError) as caught:
        uids(store, settings, f"index=* | stats {aggregate}")
    assert says in caught.value.text
    assert caught.value.place is not None


def test_latest_without_time_is_refused(store, settings):
    with pytest.raises(SplError, match="it needs the field _time"):
        uids(store, settings, "index=* | fields - _time | table uid | stats latest(uid)")


def test_a_text_too_long_for_a_pattern_of_python_ends_the_search(store, settings):
    with pytest.raises(SplError, match="text of more than 4,096 characters"):
        uids(store, settings, 'index=* | where match(text, "^(?!b)a")')


@pytest.mark.parametrize(
    ("search", "found"),
    [
        pytest.param("10.0.0.1", ["C1", "C0"], id="a-term-ends-at-any-mark"),
        pytest.param("TERM(10.0.0.1)", ["C1"], id="term-ends-at-major-breakers"),
        pytest.param("admin", ["C2", "C1"], id="without-case"),
        pytest.param("CASE(Admin)", ["C1"], id="case"),
        pytest.param('text=CASE("Host admin")', ["C2"], id="case-of-a-value-in-quotes"),
        pytest.param('text=CASE("host admin")', [], id="case-of-a-value-in-quotes-that-differs"),
        pytest.param("src_x=CASE(V1)", [], id="case-of-a-value"),
        pytest.param("src_x=CASE(v1)", ["C1"], id="case-of-a-value-that-is-equal"),
        pytest.param("src_*=v2", ["C2"], id="wildcard-in-a-name"),
        pytest.param("nosuch_*=v2", [], id="wildcard-without-a-field"),
    ],
)
def test_search_finds(store, settings, search, found):
    assert uids(store, settings, search) == found

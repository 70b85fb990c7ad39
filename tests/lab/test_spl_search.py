"""SPL over a few events: what each command gives, by the rules of Splunk's Search Reference."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spl_events import ALL, HOSTILE_FIELD, START_S, make_store, records, search, uids

from lab.ingest import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_store(tmp_path_factory.mktemp("events")), read_only=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("spl", "found"),
    [
        pytest.param("index=*", ALL, id="newest-first"),
        pytest.param("index=zeek", ALL, id="implied-search"),
        pytest.param("search index=ZEEK", ALL, id="values-without-regard-to-case"),
        pytest.param("", None, id="empty-search-is-refused-elsewhere"),
        pytest.param('sourcetype="zeek:dns:json"', ["D1"], id="one-log"),
        pytest.param('sourcetype IN ("zeek:dns", zeek:dns:*)', ["D1"], id="in-with-wildcard"),
        pytest.param("id.orig_h=10.0.0.1 id.resp_p=53", ["C1"], id="and-is-implied"),
        pytest.param("id.resp_p=53 OR query=*", ["D1", "C2", "C1"], id="or"),
        pytest.param("uid=C1 OR uid=C2 id.orig_h=10.0.0.1", ["C1"], id="or-binds-closer-than-and"),
        pytest.param("id.orig_h=10.0.0.1 NOT id.resp_p=53", ["D1", "C4"], id="not-keeps-events-without-the-field"),
        pytest.param("id.orig_h=10.0.0.1 id.resp_p!=53", ["C4"], id="unequal-wants-the-field"),
        pytest.param("uid=C* id.resp_p NOT IN (53)", ["C5", "C4", "C3"], id="not-in"),
        pytest.param("NOT (uid=C* OR uid=D2)", ["D1"], id="not-of-parentheses"),
        pytest.param("n>9", ["C1"], id="numbers-compare-as-numbers"),
        pytest.param("n>=2.5 n<=9", ["C5", "C2"], id="2.50-is-2.5-for-an-inequality"),
        pytest.param("n=2.5", [], id="but-not-for-equality"),
        pytest.param('n<"abd" n>"abb"', ["C3"], id="text-compares-as-text"),
        pytest.param("Name=alpha", ["C1"], id="equality-without-regard-to-case"),
        pytest.param("Name=al*", ["C3", "C1"], id="wildcard"),
        pytest.param("name=al*", [], id="field-names-with-regard-to-case"),
        pytest.param("nosuch=*", [], id="a-field-that-no-log-has"),
        pytest.param("nosuch!=x", [], id="unequal-on-a-field-that-no-log-has"),
        pytest.param("tags{}=c", ["C4"], id="one-of-several-values"),
        pytest.param("tags{}=b", ["C4", "C1"], id="second-of-several-values"),
        pytest.param('note="it\'s \\"quoted\\" 100%"', ["C4"], id="quotes-in-a-value"),
        pytest.param("note=*100%*", ["C4"], id="percent-is-no-wildcard"),
        pytest.param('path_="a\\\\b"', ["C5"], id="backslash-in-a-value"),
        pytest.param("path_=a_b", [], id="underscore-is-no-wildcard"),
        pytest.param("EVIL", ["D1"], id="term-without-regard-to-case"),
        pytest.param("evi", [], id="a-term-is-a-whole-word"),
        pytest.param("evi*", ["D1"], id="term-with-wildcard"),
        pytest.param("example uid=C3", ["C3"], id="a-term-ends-at-a-dot"),
        pytest.param('"alpha.example"', ["C3"], id="phrase"),
        pytest.param('"QUOTED 100"', [], id="phrase-is-matched-as-written"),
        pytest.param(f"earliest={START_S + 3}", ["D1", "C5", "C4"], id="earliest-is-inclusive"),
        pytest.param(f"latest={START_S + 3}", ["C3", "C2", "C1"], id="latest-is-exclusive"),
        pytest.param("earliest=-8s", ["D1", "C5", "C4"], id="relative-to-the-second-after-the-newest"),
        pytest.param("startsecondsago=8", ["D1", "C5", "C4"], id="the-old-way-to-say-so"),
        pytest.param("endhoursago=1", [], id="the-old-way-to-say-until"),
        pytest.param(f"starttimeu={START_S + 3} endtimeu={START_S + 4}", ["C4"], id="the-old-way-with-epoch-seconds"),
        pytest.param("id.orig_h=10.0.0.0/29", ["D1", "C4", "C2", "C1"], id="a-network"),
        pytest.param("id.orig_h!=10.0.0.0/29", ["C5", "C3"], id="not-a-network"),
        pytest.param("id.orig_h IN (10.0.0.8/30, 2001:db8::/32)", ["C5", "C3"], id="one-of-several-networks"),
        pytest.param("path_=1.2/3 OR n=10/40", [], id="no-network"),
        pytest.param(
            f"(earliest={START_S + 3} latest={START_S + 4}) OR (latest={START_S + 1})",
            ["C4", "C1"],
            id="time-ranges-joined-by-or",
        ),
        pytest.param(f"(uid=C* earliest={START_S + 3}) OR query=*", ["D1", "C5", "C4"], id="a-time-range-for-a-part"),
        pytest.param(f"_indextime={START_S + 2}", ["C3"], id="the-second-of-indexing"),
        pytest.param(f"_index_earliest={START_S + 3}", ["D1", "C5", "C4"], id="an-event-is-indexed-when-it-happens"),
        pytest.param(f"_index_earliest={START_S + 3} _index_latest={START_S + 4}", ["C4"], id="from-and-to-the-time-of-indexing"),
        pytest.param(
            f"index=* [search uid=D1 earliest={START_S} latest={START_S + 99} | fields uid]", ["D1"], id="in-a-subsearch"
        ),
        pytest.param(
            f"index=* [| makeresults | eval earliest={START_S + 3}, latest={START_S + 4} | return earliest latest]",
            ["C4"],
            id="a-subsearch-gives-the-range",
        ),
        pytest.param(
            f"index=* [| makeresults | eval earliest={START_S + 3}, latest={START_S + 4} | table earliest latest]",
            ["C4"],
            id="a-subsearch-gives-the-range-in-parentheses",
        ),
        pytest.param("earliest=-1h latest=now", ALL, id="now-includes-the-newest"),
        pytest.param("`port(443)`", ["C5", "C4", "C3"], id="macro-with-argument"),
        pytest.param("`twice` OR nosuch=1", ["C5", "C4", "C3"], id="macro-of-macros-over-two-lines"),
        pytest.param('`between("2", 9)`', ["C5", "C2"], id="macro-with-two-arguments"),
        pytest.param('"`port(443)`"', [], id="no-macro-inside-quotes"),
    ],
)
def test_search_finds(store, spl, found):
    if found is not None:
        assert uids(store, spl) == found


@pytest.mark.parametrize(
    ("spl", "found"),
    [
        pytest.param("n>9", ["C3", "C1"], id="text-beside-a-number-compares-as-text"),
        pytest.param('n=="2.5"', ["C5"], id="both-numbers"),
        pytest.param('Name="alpha"', [], id="text-with-regard-to-case"),
        pytest.param('Name="Alpha"', ["C1"], id="text-equal"),
        pytest.param("'id.resp_p'=443 AND isnull(n)", ["C4"], id="quoted-field-and-isnull"),
        pytest.param("NOT n>9", ["C5", "C2"], id="not-of-null-is-null"),
        pytest.param("isnotnull(tags) OR isnotnull('tags{}')", ["C4", "C1"], id="list-field"),
        pytest.param("'tags{}'=\"c\"", ["C4"], id="one-of-several-values"),
        pytest.param('like(Name, "al%") or Name LIKE "b_ta"', ["C3", "C2"], id="like-with-regard-to-case"),
        pytest.param('match(Name, "(?i)^ALPHA$")', ["C1"], id="match"),
        pytest.param("cidrmatch(\"10.0.0.0/30\", 'id.orig_h')", ["D1", "C4", "C2", "C1"], id="cidr"),
        pytest.param("cidrmatch(\"2001:db8::/32\", 'id.orig_h')", ["C5"], id="cidr-of-version-6"),
        pytest.param("cidrmatch(\"fe80::/10\", 'id.orig_h')", [], id="cidr-without-a-match"),
        pytest.param('uid IN ("C1", "D1")', ["D1", "C1"], id="in-operator"),
        pytest.param('in(uid, "C1", "D1")', ["D1", "C1"], id="in-function"),
        pytest.param("'id.resp_p' % 2 = 1 AND n+1 > n", ["C5", "C2", "C1"], id="arithmetic"),
        pytest.param("n/0 > 0", [], id="division-by-zero-is-null"),
        pytest.param("n*2=18 OR -n=-10", ["C2", "C1"], id="product-and-sign"),
        pytest.param('true() AND lower(Name)="beta"', ["C2"], id="true-and-lower"),
        pytest.param('if(n>9, "big", "small")="big"', ["C3", "C1"], id="if"),
        pytest.param('coalesce(query, Name)="evil.example"', ["D1"], id="coalesce"),
        pytest.param('case(n=9, "nine", true(), "other")="nine"', ["C2"], id="case"),
        pytest.param("1=1 OR 1=2 AND 1=2", ALL, id="and-binds-closer-than-or"),
        pytest.param(f"_time>={START_S + 4}", ["D1", "C5"], id="time-is-a-number"),
    ],
)
def test_where_keeps(store, spl, found):
    assert uids(store, f"index=* | where {spl}") == found


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("n+1", "11"),
        ("n+n", "20"),
        ('n+"x"', "10x"),
        ("n.1", "101"),
        ("n-0.1", "9.9"),
        ("0.1+0.2", "0.3"),
        ("1/3", "0.333333333333333"),
        ("tonumber(Name)", None),
        ('tonumber("1_0")', None),
        ('tonumber("nan")', None),
        ("upper(Name).lower(Name)", "ALPHAalpha"),
        ("round(2.567, 2)", "2.57"),
        ("round(n/4)", "3"),
        ("len(Name)", "5"),
        ("if(isnull(nosuch), 1, \"a\")", "1"),
        ("nosuch", None),
        ("nosuch.n", None),
        ("null()", None),
        ("'tags{}'", ["a", "b"]),
        ("tostring('tags{}')", "a\nb"),
        ("100000000000000", "100000000000000"),
        ("-(n)", "-10"),
        ("_time", f"{START_S}.5"),
        ("\"a\\\"b\"", 'a"b'),
    ],
)  # fmt: skip
def test_eval_gives(store, expression, value):
    (row,) = records(store, f"uid=C1 | eval result={expression}")
    assert row.get("result") == value


def test_a_dotted_name_without_quotes_joins_fields_and_says_so(store):
    result, rows = search(store, "index=* | where id.resp_p=53")
    assert rows.count == 0
    assert (
        result.messages[0].text == "id.resp_p without quotes joins fields, as in Splunk; for the field itself write 'id.resp_p'."
    )


def test_eval_sees_what_it_assigned_before(store):
    (row,) = records(store, 'uid=C1 | eval a=n*2, "b c"=a+1, n=0 | table a "b c" n')
    assert row == {"a": "20", "b c": "21", "n": "0"}


@pytest.mark.parametrize(
    ("spl", "order"),
    [
        pytest.param("sort n", ["C5", "C2", "C1", "C3", "D1", "C4"], id="numbers-then-text-then-nulls"),
        pytest.param("sort - n", ["C3", "C1", "C2", "C5", "D1", "C4"], id="nulls-stay-last"),
        pytest.param("sort -n", ["C3", "C1", "C2", "C5", "D1", "C4"], id="sign-beside-the-name"),
        pytest.param("sort n desc", ["C3", "C1", "C2", "C5", "D1", "C4"], id="desc"),
        pytest.param("sort str(n)", ["C1", "C5", "C2", "C3", "D1", "C4"], id="as-text"),
        pytest.param("sort num(n)", ["C5", "C2", "C1", "D1", "C4", "C3"], id="as-numbers"),
        pytest.param("sort id.orig_h", ["D1", "C4", "C1", "C2", "C3", "C5"], id="addresses-by-value"),
        pytest.param("sort id.resp_p, -_time", ["C2", "C1", "C5", "C4", "C3", "D1"], id="two-keys"),
        pytest.param("sort 2 n", ["C5", "C2"], id="count"),
        pytest.param("sort limit=1 -n", ["C3"], id="limit"),
        pytest.param("sort 0 n | head 3", ["C5", "C2", "C1"], id="head-follows-the-sort"),
        pytest.param("head 2", ["D1", "C5"], id="head"),
        pytest.param("head limit=1", ["D1"], id="head-limit"),
        pytest.param("tail 2", ["C1", "C2"], id="tail-in-reverse"),
        pytest.param("sort n | tail 2", ["C4", "D1"], id="tail-of-a-sort"),
        pytest.param("sort n | fields uid | head 1", ["C5"], id="order-outlives-its-field"),
        pytest.param("dedup id.orig_h", ["D1", "C5", "C3", "C2"], id="dedup-keeps-the-first"),
        pytest.param("dedup 2 id.orig_h", ["D1", "C5", "C4", "C3", "C2"], id="dedup-keeps-two"),
        pytest.param("dedup n id.resp_p", ["C5", "C3", "C2", "C1"], id="dedup-drops-nulls"),
        pytest.param("dedup nosuch keepempty=true", ALL, id="dedup-keepempty"),
        pytest.param("search n=* | search NOT uid=C3", ["C5", "C2", "C1"], id="search-in-the-middle"),
    ],
)
def test_rows_come_in_order(store, spl, order):
    assert uids(store, f"index=* | {spl}") == order


def test_sort_says_when_its_default_limit_bites(store, monkeypatch):
    monkeypatch.setattr("lab.spl.commands.sort.DEFAULT_ROWS", 4)
    result, rows = search(store, "index=* | sort uid")
    assert rows.columns["uid"] == ["C1", "C2", "C3", "C4"]
    assert result.messages[0].text.startswith("sort keeps 4 of 6 rows; write sort 0")


@pytest.mark.parametrize(
    ("spl", "rows"),
    [
        pytest.param("stats count", [{"count": "6"}], id="count"),
        pytest.param("search nosuch=1 | stats count sum(n)", [{"count": "0"}], id="count-of-nothing-is-a-row"),
        pytest.param("search nosuch=1 | stats count by uid", [], id="groups-of-nothing-are-none"),
        pytest.param(
            "stats count by id.resp_p",
            [{"id.resp_p": "53", "count": "2"}, {"id.resp_p": "443", "count": "3"}],
            id="rows-without-the-by-field-are-left-out",
        ),
        pytest.param(
            "stats count(n) dc(id.orig_h) sum(n) avg(n) AS a min(n) max(n)",
            [
                {
                    "count(n)": "4",
                    "dc(id.orig_h)": "4",
                    "sum(n)": "21.5",
                    "a": "7.16666666666667",
                    "min(n)": "10",
                    "max(n)": "abc",
                }
            ],
            id="numbers-among-text",
        ),
        pytest.param("search n!=abc | stats min(n) AS low, max(n) as high", [{"low": "2.5", "high": "10"}], id="all-numbers"),
        pytest.param(
            "stats values(id.orig_h) as v list(n) as l first(n) as f last(n) as z",
            [
                {
                    "v": ["10.0.0.1", "10.0.0.10", "10.0.0.2", "2001:db8::5"],
                    "l": ["2.50", "abc", "9", "10"],
                    "f": "2.50",
                    "z": "10",
                }
            ],
            id="lists-follow-the-rows",
        ),
        pytest.param("sort n | stats list(uid) as l", [{"l": ["C5", "C2", "C1", "C3", "D1", "C4"]}], id="list-follows-a-sort"),
        pytest.param(
            "stats count(tags{}) as c dc(tags{}) as d values(tags{}) as v list(tags{}) as l first(tags{}) as f max(tags{}) as m",
            [{"c": "4", "d": "3", "v": ["a", "b", "c"], "l": ["b", "c", "a", "b"], "f": "b", "m": "c"}],
            id="several-values-count-each",
        ),
        pytest.param(
            "stats count by tags{}",
            [{"tags{}": "a", "count": "1"}, {"tags{}": "b", "count": "2"}, {"tags{}": "c", "count": "1"}],
            id="by-several-values",
        ),
        pytest.param("stats count(eval(n>9)) as big", [{"big": "2"}], id="count-of-a-condition"),
        pytest.param('stats sum(eval(n*2)) AS "twice n"', [{"twice n": "43"}], id="sum-of-an-expression"),
        pytest.param("stats count by nosuch", [], id="by-a-field-that-no-row-has"),
        pytest.param("stats c as count dc(nosuch) as d", [{"count": "6", "d": "0"}], id="c"),
    ],
)
def test_stats_gives(store, spl, rows):
    assert records(store, f"index=* | {spl}") == rows


@pytest.mark.parametrize(
    ("spl", "fields"),
    [
        pytest.param("table uid nosuch n", ["uid", "nosuch", "n"], id="table-shows-what-is-not-there"),
        pytest.param("table id.*, uid", ["id.orig_h", "id.resp_p", "uid"], id="table-with-wildcard"),
        pytest.param("fields uid n nosuch", ["uid", "n", "_time", "_raw"], id="fields-keeps-internal-ones"),
        pytest.param("fields uid n | fields - _*", ["uid", "n"], id="fields-removes"),
        pytest.param("table uid n | rename n AS m, uid as \"the id\"", ["the id", "m"], id="rename"),
        pytest.param("table id.* | rename id.* as conn_*", ["conn_orig_h", "conn_resp_p"], id="rename-with-wildcard"),
        pytest.param("table uid n | rename n as uid", ["uid"], id="rename-over-a-field"),
        pytest.param("table uid | rename nosuch as x", ["uid"], id="rename-of-nothing"),
    ],
)  # fmt: skip
def test_fields_are(store, spl, fields):
    assert list(search(store, f"index=* | {spl}")[1].columns) == fields


def test_an_event_shows_only_the_fields_that_some_row_has(store):
    assert "query" not in search(store, "uid=C1")[0].fields
    assert "query" in search(store, "index=*")[0].fields


def test_what_was_found_is_counted(store):
    result, rows = search(store, "index=* uid=C* | head 2")
    assert (result.events_stored, result.events_found, rows.count) == (6, 5, 2)


def test_nothing_found_says_what_there_is(store):
    result, rows = search(store, "index=main")
    assert rows.count == 0
    assert "No log can match the terms on index; the store holds index=zeek sourcetype=zeek:conn:json" in result.messages[0].text


def test_only_the_logs_that_can_match_are_read(store):
    """The index and sourcetype terms of the app's macros rule out whole logs."""
    spl = '(index=*) (sourcetype IN ("zeek:dns:json") OR (sourcetype IN ("json") _path="dns"))'
    result, _ = search(store, f"{spl} | table id.resp_p n uid")
    assert "C1" not in str(result.rows) and result._relation.sql.count("log_conn") == 0


@pytest.mark.parametrize(
    "text",
    ["'; DROP TABLE files; --", '"', "'", "''", "\\", "%", "_", "\x1b[31m", "é漢", "$1", "{}", "--", "\n"],
)
def test_hostile_values_are_only_values(store, text):
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    assert records(store, f"uid=C1 Name!={quoted} NOT nosuch={quoted} | eval x={quoted} | table x") == [{"x": text}]
    assert uids(store, f'index=* | where Name={quoted} OR match(Name, "^$")') == []
    assert store.connection.execute("SELECT count(*) FROM files").fetchall() == [(2,)]


def test_hostile_field_names_are_only_names(store):
    name = HOSTILE_FIELD.replace('"', '\\"')
    assert records(store, f'"{name}"=boo | table "{name}"') == [{HOSTILE_FIELD: "boo"}]
    assert records(store, f'index=* | stats count by "{name}"') == [{HOSTILE_FIELD: "boo", "count": "1"}]
    assert records(store, f'uid=D1 | rename "{name}" as y | table y') == [{"y": "boo"}]
    assert store.connection.execute("SELECT count(*) FROM files").fetchall() == [(2,)]


@given(st.integers(-(10**6), 10**6), st.integers(1, 1000))
def test_arithmetic_agrees_with_python(store, left, right):
    (row,) = records(store, f"uid=C1 | eval total={left}+{right}, times=({left})*{right}, rest=({left})-({right})")
    assert (row["total"], row["times"], row["rest"]) == (str(left + right), str(left * right), str(left - right))


@given(st.text(st.characters(blacklist_categories=["Cs"]), max_size=20).filter(lambda text: "\0" not in text and "`" not in text))
def test_any_text_in_quotes_comes_back(store, text):
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    (row,) = records(store, f"uid=C1 | eval x={quoted} | table x uid")
    assert row.get("x", "") == text

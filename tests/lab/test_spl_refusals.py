"""What the lab does not run is refused with its place and what is supported; nothing is guessed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spl_events import make_store, search

from lab.ingest import Store
from lab.spl import Place, SplError
from lab.spl.macros import expand
from lab.spl.time_modifier import epoch_s


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_store(tmp_path_factory.mktemp("events")), read_only=True) as opened:
        yield opened


@pytest.mark.parametrize(
    ("spl", "says", "column"),
    [
        pytest.param("", "the search is empty", None, id="empty"),
        pytest.param(
            "index=* | statz count", "no command statz in the lab. It has accum, addcoltotals,", 11, id="unknown-command"
        ),
        pytest.param("index=* | | head", "a command is missing", 10, id="no-command"),
        pytest.param("index=* |", "a command is missing", 10, id="nothing-after-the-bar"),
        pytest.param("| head 5", "head needs rows", 3, id="no-rows"),
        pytest.param("| doubled", "doubled needs rows", 3, id="no-rows-for-a-command-of-the-app"),
        pytest.param("index=* | counted", "must stand first", 11, id="a-generator-in-the-middle"),
        pytest.param('index=* "open', "a quote opens here", 9, id="open-quote"),
        pytest.param("index=* [search x", "a subsearch opens with [ and is not closed", 18, id="open-subsearch"),
        pytest.param("index=* (uid=C1", "search: it ends too early", 16, id="open-parenthesis"),
        pytest.param("index=* uid=", "search: it ends too early", 13, id="no-value"),
        pytest.param("index=* eventtype=x", "no event type x in the app's eventtypes.conf; it has none", 9, id="eventtype"),
        pytest.param("index=* earliest=yesterday", "'yesterday' is not a time the lab can read", 9, id="time"),
        pytest.param("index=* tag=x", "no tag=x in the app's tags.conf; it has none", 9, id="tag"),
        pytest.param("index=* tag::uid=x", "no tag::uid=x in the app's tags.conf", 9, id="tag-of-a-field"),
        pytest.param("index=* NOT (earliest=1 uid=x)", "earliest= cannot stand inside NOT", 14, id="time-inside-not"),
        pytest.param("index=* NOT _index_earliest=1", "cannot stand inside NOT", 13, id="index-time-inside-not"),
        pytest.param("index=* earliest=rt-5m", "'rt-5m' is a window of real time, which the lab has not; write -5m", 9, id="rt"),
        pytest.param("index=* searchtimespandays=3", "searchtimespandays= is an old time modifier", 9, id="old-modifier"),
        pytest.param("index=* starthoursago=-3", "starthoursago= takes a whole number", 9, id="hours-ago"),
        pytest.param("index=* | stats sparkline(sum(n), 1h) AS s", "the lab has no sparkline()", 17, id="sparkline-of-a-sum"),
        pytest.param("index=* splunk_server_group=x", "splunk_server_group is not supported", 9, id="server-group"),
        pytest.param("index=* earliest>5", "write earliest=<time>", 9, id="time-with-another-operator"),
        pytest.param("index=* earliest=5 latest=5", "earliest must be before latest", 1, id="empty-range"),
        pytest.param("index=* | search earliest=5", "belongs to the first search", 18, id="time-in-the-middle"),
        pytest.param("index=* | search starthoursago=5", "belongs to the first search", 18, id="hours-ago-in-the-middle"),
        pytest.param("index=* | where foo(n)>1", "no function foo() in the lab; it has abs,", 17, id="unknown-function"),
        pytest.param("index=* | where n", "true or false is wanted here", 17, id="no-condition"),
        pytest.param("index=* | where n>", "where: it ends too early. Syntax: where <expression>", 19, id="where-cut-off"),
        pytest.param("index=* | where a.b..c>1", "cannot stand here", 21, id="two-dots"),
        pytest.param("index=* | where if(n>1,2)>1", "2 arguments given. Write if(<condition>", 17, id="argument-count"),
        pytest.param("index=* | where if(n,2,3)>1", "argument 1 must be true or false", 17, id="argument-kind"),
        pytest.param(
            'index=* | where match(n,"(?=a)(b+)+")', "repeats a group that itself repeats", 17, id="endless-look-around"
        ),
        pytest.param('index=* | where match(n,"(")', "the lab cannot run this pattern", 17, id="broken-pattern"),
        pytest.param('index=* | where cidrmatch("10.0.0.300/8",n)', "is not a network", 17, id="broken-network"),
        pytest.param("index=* | eval x=n>1", "cannot be true or false; write if", 16, id="boolean-field"),
        pytest.param("index=* | eval x", "eval: it ends too early", 17, id="eval-without-value"),
        pytest.param("index=* | eval x=1e999", "number is too large", 18, id="infinite-number"),
        pytest.param("index=* | eval x=" + "(" * 70 + "1" + ")" * 70, None, None, id="deep-parentheses-are-fine"),
        pytest.param("index=* | eval x=" + "lower(" * 70 + "n" + ")" * 70, "nested more than 60 deep", None, id="too-deep"),
        pytest.param("index=* | stats middle(n)", "no function middle() in the lab; it has avg,", 17, id="unknown-aggregate"),
        pytest.param("index=* | stats sum", "sum needs a field", 17, id="aggregate-without-field"),
        pytest.param("index=* | stats sum(n*) AS x", "needs one * as well", 17, id="aggregate-of-all-under-one-name"),
        pytest.param("index=* | stats count count", "two outputs are called count", None, id="two-of-a-name"),
        pytest.param("index=* | stats count sparkline(n)", "the lab has no sparkline()", 23, id="sparkline"),
        pytest.param("index=* | stats allnum=t count", "cannot stand here. Syntax: stats", 11, id="stats-option"),
        pytest.param("index=* | head n>5 keeplast=maybe", "keeplast must be true or false", 11, id="head-option"),
        pytest.param("index=* | sort", "it ends too early. Syntax: sort", 15, id="sort-without-field"),
        pytest.param("index=* | dedup uid keepevents=true", "keepevents=true is not supported", 21, id="dedup-keepevents"),
        pytest.param("index=* | dedup 2 uid consecutive=true", "keeps one row of each run", 11, id="dedup-count-of-runs"),
        pytest.param("index=* | rename a* as b", "same number of *", 18, id="rename-stars"),
        pytest.param("index=* | rename a to b", "cannot stand here. Syntax: rename", None, id="rename-without-as"),
        pytest.param("index=* | lost", "absent.py", None, id="script-missing"),
    ],
)
def test_a_search_is_refused_with_its_place(store, spl, says, column):
    if says is None:
        assert search(store, spl)[1].count == 6
        return
    with pytest.raises(Exception, match=r"(?s).") as caught:
        search(store, spl)
    assert says in str(caught.value)
    if column is not None:
        assert isinstance(caught.value, SplError)
        assert caught.value.place is not None
        assert (caught.value.place.line, caught.value.place.column) == (1, column)


def test_the_place_is_shown_with_a_caret():
    place = Place("index=*\n| statz count", 10)
    assert (place.line, place.column) == (2, 3)
    assert place.shown() == "| statz count\n  ^"


def test_a_long_line_is_cut_around_the_place_and_shows_no_control_character():
    place = Place("x" * 300 + "\x1b[31m" + "y" * 300, 300)
    line, caret = place.shown().split("\n")
    assert line[caret.index("^")] == "�"
    assert len(line) == 100


@pytest.mark.parametrize(
    ("spl", "says"),
    [
        pytest.param("`nosuch`", "no macro nosuch in the app's macros.conf; known are", id="unknown"),
        pytest.param("`port`", "no macro port in the app's macros.conf; there is port(1)", id="arguments-missing"),
        pytest.param("`port(1,2)`", "no macro port(2) in the app's macros.conf; there is port(1)", id="too-many-arguments"),
        pytest.param("`endless`", "macro `endless` calls itself: endless -> endless", id="endless"),
        pytest.param("`port(1", "needs a ` before and after", id="open"),
        pytest.param("`a b`", "is not a macro call", id="no-name"),
        pytest.param("`computed`", "is computed by eval", id="iseval"),
    ],
)
def test_a_macro_is_refused(spl, says):
    definitions = {
        "port(1)": {"args": "wanted", "definition": "id.resp_p=$wanted$"},
        "endless": {"definition": "`endless`"},
        "computed": {"definition": "1", "iseval": "1"},
    }
    with pytest.raises(SplError) as caught:
        expand(spl, definitions)
    assert says in caught.value.text


def test_macros_that_grow_without_bound_are_stopped():
    definitions = {f"m{level}": {"definition": f"`m{level + 1}` " * 10} for level in range(8)}
    definitions["m8"] = {"definition": "x"}
    with pytest.raises(SplError, match="more than 1,000,000 characters"):
        expand("`m0`", definitions)


# 2020-09-13 12:26:40 UTC, a Sunday
NOW_S = 1_600_000_000


@pytest.mark.parametrize(
    ("modifier", "epoch"),
    [
        ("1600000000.5", 1_600_000_000.5),
        ("now", NOW_S),
        ("-24h", NOW_S - 86_400),
        ("-h", NOW_S - 3600),
        ("+90s", NOW_S + 90),
        ("@d", 1_599_955_200),
        ("-1d@d", 1_599_868_800),
        ("-2h@h", 1_599_991_200),
        ("@w0", 1_599_955_200),
        ("@w1", 1_599_436_800),
        ("@mon", 1_598_918_400),
        ("-1mon", 1_597_321_600),
        ("@y", 1_577_836_800),
        ("-1d@d+2h", 1_599_876_000),
        ("09/13/2020:12:26:40", NOW_S),
        ("9/13/2020", 1_599_955_200),
        ("9/13/2020:1:2:3", 1_599_958_923),
        ("now()", NOW_S),
        ("now-1d", NOW_S - 86_400),
        ("-1mon@mon+3d", 1_596_499_200),
        ("-1mon@mon+3d@h-30m", 1_596_497_400),
        ("-0d@d", 1_599_955_200),
        ("@q", 1_593_561_600),
        ("-7d@w6", 1_599_264_000),
    ],
)
def test_a_time_modifier_means(modifier, epoch):
    assert epoch_s(modifier, NOW_S) == epoch


@pytest.mark.parametrize("modifier", ["", "yesterday", "-5x", "@d3", "-99999999y", "13/45/2020", "--1h", "1e3", "-1h-", "nowish"])
def test_what_is_no_time_is_refused(modifier):
    with pytest.raises(ValueError, match="is not a time the lab can read; write epoch seconds"):
        epoch_s(modifier, NOW_S)


def test_a_month_earlier_stays_within_the_month():
    assert epoch_s("-1mon", 1_617_148_800) == 1_614_470_400  # 31 March 2021 -> 28 February 2021

"""The commands of SPL against the rules of the Search Reference: one named case each, in cases/command_cases.py."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import command_cases, table_cases, value_cases

from lab.driver import Rows
from lab.ingest import Store
from lab.spl import SearchSettings, SplError, run_search
from lab.spl.commands import REFUSED
from lab.spl.lookups import Definition, Matcher
from tests.lab.spl_events import make_store

CASES = [*command_cases.CASES, *table_cases.CASES, *value_cases.CASES]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_store(tmp_path_factory.mktemp("commands")), read_only=True) as opened:
        yield opened


@pytest.fixture
def app(tmp_path: Path) -> Path:
    app = tmp_path / "app"
    (app / "default").mkdir(parents=True)
    (app / "lookups").mkdir()
    (app / "lookups" / "nets.csv").write_text("net,site\n10.0.0.10/32,narrow\n10.0.0.0/24,office\n2001:db8::/32,six\n", "utf-8")
    (app / "lookups" / "names.csv").write_text("name,kind\nal*,first\n*.example,second\nBETA,third\n", "utf-8")
    (app / "default" / "transforms.conf").write_text(
        "[nets]\nfilename = nets.csv\nmatch_type = CIDR(net)\nmax_matches = 1\nmin_matches = 1\ndefault_match = outside\n"
        "[names]\nfilename = names.csv\nmatch_type = WILDCARD(name)\ncase_sensitive_match = false\n"
        "[seen]\nexternal_type = kvstore\ncollection = seen\nfields_list = _key, uid, n\n",
        "utf-8",
    )
    (app / "default" / "macros.conf").write_text(
        '[twice(1)]\nargs = x\ndefinition = "uid=C" . $x$\niseval = 1\nvalidation = isnum($x$)\nerrormsg = x must be a number\n',
        "utf-8",
    )
    return app


def rows(store: Store, spl: str, app: Path) -> list[dict[str, object]]:
    result = run_search(store, spl, SearchSettings(app=app, state=app.parent / "state"))
    try:
        return list(result.rows().records())
    finally:
        result.close()


@pytest.mark.parametrize(("rule", "spl", "expected"), [pytest.param(*case[1:], id=case[0]) for case in CASES])
def test_the_manual_says(store, app, rule, spl, expected):
    assert rows(store, spl, app) == expected, rule


def test_no_two_cases_have_one_name():
    assert [name for name, number in Counter(case[0] for case in CASES).items() if number > 1] == []


@pytest.mark.parametrize(
    ("uid", "lookup", "expected"),
    [
        pytest.param("C1", "nets net AS id.orig_h OUTPUT site", "office", id="cidr"),
        pytest.param("C3", "nets net AS id.orig_h OUTPUT site", "narrow", id="first-row-wins"),
        pytest.param("C5", "nets net AS id.orig_h OUTPUT site", "six", id="cidr-of-version-6"),
        pytest.param("C2", "nets net AS uid OUTPUT site", "outside", id="default-match-for-no-address"),
        pytest.param(
            "C3", "names name AS Name OUTPUT kind AS site", ["first", "second"], id="several-matches-are-several-values"
        ),
        pytest.param("C2", "names name AS Name OUTPUT kind AS site", "third", id="without-regard-to-case"),
        pytest.param("C4", "names name AS Name OUTPUT kind AS site", None, id="null-never-matches"),
        pytest.param("C2", "names name AS Name OUTPUTNEW kind AS site", "third", id="outputnew-fills-what-is-missing"),
        pytest.param("C1", "local=t update=t nets net AS id.orig_h OUTPUT site", "office", id="where-splunk-looks"),
    ],
)
def test_a_lookup_adds(store, app, uid, lookup, expected):
    (row,) = rows(store, f"uid={uid} | lookup {lookup} | table site", app)
    assert row.get("site") == expected


def test_outputnew_keeps_and_output_replaces(store, app):
    for clause, kept in (("OUTPUTNEW", "own"), ("OUTPUT", "office")):
        spl = f'uid=C1 | eval site="own" | lookup nets net AS id.orig_h {clause} site | table site'
        assert rows(store, spl, app) == [{"site": kept}]


def test_a_written_lookup_lies_in_the_state_folder_and_is_read_first(store, app):
    rows(store, 'uid=C1 | eval net="10.0.0.0/8", site="new" | table net site | outputlookup nets', app)
    assert (app / "lookups" / "nets.csv").read_text("utf-8").startswith("net,site\n10.0.0.10/32,narrow")
    assert rows(store, "| inputlookup nets", app) == [{"net": "10.0.0.0/8", "site": "new"}]
    rows(store, 'uid=C1 | eval net="1.0.0.0/8", site="more", extra=1 | table net site extra | outputlookup append=t nets', app)
    assert rows(store, "| inputlookup nets where site=m*", app) == [{"net": "1.0.0.0/8", "site": "more"}]
    assert rows(store, "| inputlookup nets start=1 | append [| inputlookup nets max=1] | stats count", app) == [{"count": "2"}]


def test_a_collection_is_written_and_matched(store, app):
    rows(store, "uid=C1 OR uid=C2 | table uid n | outputlookup seen", app)
    rows(store, 'uid=C5 | eval _key="k" | table _key uid n | outputlookup append=t seen', app)
    assert rows(store, "| inputlookup seen | sort uid | table uid n", app) == [
        {"uid": "C1", "n": "10"},
        {"uid": "C2", "n": "9"},
        {"uid": "C5", "n": "2.50"},
    ]
    assert rows(store, "uid=C2 OR uid=D1 | lookup seen uid OUTPUT n AS m | table uid m", app) == [
        {"uid": "D1"},
        {"uid": "C2", "m": "9"},
    ]


def test_what_was_collected_is_found_by_its_index(store, app):
    spl = 'uid=C* | stats count values(uid) AS u by id.resp_p | collect index=hunts source=test marker="hunt=x"'
    rows(store, spl, app)
    rows(store, "uid=C1 | stats count | collect index=hunts source=test", app)
    found = rows(store, "index=hunts hunt=x id.resp_p=53 | table source sourcetype count u", app)
    assert found == [{"source": "test", "sourcetype": "stash", "count": "2", "u": "C1\nC2"}]
    assert rows(store, "index=hunts | stats sum(count) AS c", app) == [{"c": "6"}]
    assert rows(store, "index=zeek | stats count", app) == [{"count": "6"}]


def test_testmode_shows_and_stores_nothing(store, app):
    (row,) = rows(store, "uid=C1 | table uid | collect index=hunts testmode=t | table index uid", app)
    assert row == {"index": "hunts", "uid": "C1"}
    assert not (app.parent / "state" / "summary").exists()


def test_a_macro_may_be_computed_and_checks_its_arguments(store, app):
    assert rows(store, "`twice(2)` | table uid", app) == [{"uid": "C2"}]
    with pytest.raises(SplError, match="x must be a number"):
        rows(store, "`twice(abc)`", app)


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_a_command_that_the_lab_does_not_run_says_what_to_write(store, app, name):
    with pytest.raises(SplError) as caught:
        rows(store, f"index=* | {name} x", app)
    assert caught.value.text == f"the lab does not run {name}: {REFUSED[name]}"


@pytest.mark.parametrize(
    ("spl", "says"),
    [
        pytest.param("uid=C1 | join usetime=t uid [search uid=C1]", "usetime=true is not supported", id="join-usetime"),
        pytest.param("uid=C1 | join keepsingle=t uid [search uid=C1]", "keepsingle=t is not supported", id="join-keepsingle"),
        pytest.param("uid=C1 | append maxtime=5 [search uid=C1]", "maxtime=5 is not supported", id="append-maxtime"),
        pytest.param("uid=C1 | append extendtimerange=t [search uid=C1]", "always false", id="append-extendtimerange"),
        pytest.param("uid=C1 | appendcols timeout=5 [search uid=C1]", "timeout=5 is not supported", id="appendcols-timeout"),
        pytest.param("uid=C1 | appendpipe run_in_preview=f [stats count]", "always true", id="appendpipe-preview"),
        pytest.param("| union maxout=5 [search uid=C1]", "maxout=5 is not supported", id="union-maxout"),
        pytest.param("uid=C1 | lookup local=maybe nets net", "local must be true or false", id="lookup-local"),
        pytest.param("uid=C1 | lookup event_time_field=t nets net", "event_time_field=t is not supported", id="lookup-time"),
        pytest.param("uid=C1 | append [index=x]", "a subsearch begins with a command", id="subsearch-without-command"),
        pytest.param('uid=C1 | streamstats reset_after="n" count', "true or false is wanted", id="streamstats-reset-after"),
        pytest.param("uid=C1 | bin span=5s aligntime=x _time", "is not a time the lab can read", id="bin-aligntime"),
        pytest.param("| inputlookup strict=t nets", "strict=t is not supported", id="inputlookup-strict"),
        pytest.param("uid=C1 | outputlookup createinapp=f new.csv", "createinapp is always true", id="outputlookup-createinapp"),
        pytest.param("uid=C1 | outputlookup key_field=uid new.csv", "key_field is for collections", id="outputlookup-file-key"),
        pytest.param("uid=C1 | collect index=x spool=f", "spool=f is not supported", id="collect-spool"),
        pytest.param("uid=C1 | collect index=x run_in_preview=t", "always false", id="collect-preview"),
        pytest.param("uid=C1 | append", "one pipeline in [ ]", id="append-without-subsearch"),
        pytest.param(
            "uid=C1 | lookup nosuch a", "no lookup nosuch in the app's transforms.conf; it has names, nets, seen", id="no-lookup"
        ),
        pytest.param("uid=C1 | lookup ../x.csv a", "no lookup ../x.csv", id="lookup-outside"),
        pytest.param("uid=C1 | lookup nets nosuch", "has no field nosuch; it has net, site", id="no-lookup-field"),
        pytest.param("uid=C1 | collect index=../x", "is no name of an index", id="index-outside"),
        pytest.param('uid=C1 | rex field=uid "(?<a>x)(?=y)"', "the lab cannot run this pattern", id="rex-look-around"),
        pytest.param('uid=C1 | rex "no group"', "names no group", id="rex-without-group"),
        pytest.param("uid=C1 | bin span=5x _time", "is no span of time", id="bin-span"),
        pytest.param("uid=C1 | timechart span=1s agg=max count", "agg=max is not supported", id="timechart-option"),
        pytest.param(
            "uid=C1 | streamstats time_window=5m count", "time_window=5m is not supported", id="streamstats-time-window"
        ),
        pytest.param("| tstats count from datamodel=x", "there are no data models", id="tstats-datamodel"),
        pytest.param("uid=C1 | makeresults", "must stand first", id="makeresults-in-the-middle"),
        pytest.param("uid=C1 [ ]", "holds nothing between [ and ]", id="empty-subsearch"),
        pytest.param("| multisearch [search uid=C1]", "it takes subsearches in [ ] alone", id="one-multisearch"),
        pytest.param("uid=C1 | chart count over n by uid where sum=2", "compares by < or >, or says in top", id="chart-where"),
        pytest.param(
            "uid=C1 | chart count over n by uid where foo in top2", "where: no function foo()", id="chart-where-function"
        ),
        pytest.param("uid=C1 | foreach n [stats count]", "stats cannot stand in it, only convert, eval", id="foreach-stats"),
        pytest.param("uid=C1 | foreach [eval x=1]", "a field is missing", id="foreach-without-field"),
        pytest.param("uid=C1 | foreach mode=all n [eval x=1]", "mode must be multifield or", id="foreach-mode"),
        pytest.param(
            "uid=C1 | foreach n itemstr=x [eval x=1]", "itemstr= does not belong to mode=multifield", id="foreach-itemstr"
        ),
        pytest.param("uid=C1 | foreach mode=multivalue n [where x=1]", "the template is one eval", id="foreach-values-where"),
        pytest.param(
            'uid=C1 | foreach mode=multivalue n [eval x="a <<ITEM>>"]',
            "inside a longer text in quotes",
            id="foreach-item-in-text",
        ),
        pytest.param(
            "uid=C1 | eval v=mvrange(0,300) | foreach mode=multivalue v [eval x=1]", "at most 200 may be", id="foreach-values"
        ),
        pytest.param("uid=C1 | addtotals rows=t", "rows=t is not supported", id="addtotals-option"),
        pytest.param("uid=C1 | addcoltotals fieldname=x", "fieldname=x is not supported", id="addcoltotals-fieldname"),
        pytest.param("uid=C1 | transpose few", "must be a whole number", id="transpose-count"),
        pytest.param("uid=C1 | untable uid x", "a field is missing", id="untable-two"),
        pytest.param("uid=C1 | xyseries uid x", "a field is missing", id="xyseries-two"),
        pytest.param("uid=C1 | convert hex(n)", "no function hex(); it has auto ctime", id="convert-function"),
        pytest.param("uid=C1 | convert num(*) AS m", "AS cannot follow a field with *", id="convert-as-all"),
        pytest.param('uid=C1 | convert timeformat="%J" ctime(n)', "is no time variable", id="convert-format"),
        pytest.param("uid=C1 | convert locale=x num(n)", "locale=x is not supported", id="convert-option"),
        pytest.param("uid=C1 | replace a b IN n", "WITH", id="replace-without-with"),
        pytest.param("uid=C1 | replace a WITH b* IN n", "needs no * or as many", id="replace-stars"),
        pytest.param("uid=C1 | replace a WITH b IN", "a field is missing after IN", id="replace-in-nothing"),
        pytest.param("uid=C1 | delta n p=0", "must be a whole number from 1", id="delta-p"),
        pytest.param("uid=C1 | delta n m", "may have AS <name>", id="delta-two"),
        pytest.param("uid=C1 | autoregress n p=3-1", "p must be a number of rows or a range", id="autoregress-p"),
        pytest.param("uid=C1 | autoregress n AS m p=1-2", "AS goes with one p", id="autoregress-as-range"),
        pytest.param('uid=C1 | strcat uid "x"', "the name of the new field last", id="strcat-target"),
        pytest.param("uid=C1 | rangemap field=n low=x", "is no range like 0-10", id="rangemap-range"),
        pytest.param("uid=C1 | rangemap low=0-1", "it needs field=", id="rangemap-field"),
        pytest.param("uid=C1 | setfields uid", "it needs <field>=<text>", id="setfields-word"),
        pytest.param("uid=C1 | spath path={@x}", "is an attribute of XML", id="spath-xml"),
        pytest.param("uid=C1 | spath output=x", "output= needs a path", id="spath-output"),
        pytest.param("uid=C1 | makecontinuous n start=0", "start=0 is not supported", id="makecontinuous-start"),
        pytest.param(
            "uid=D1 | eval n=1 | append [search uid=C1] | makecontinuous span=0.00001 n", "more than 50,000", id="steps"
        ),
        pytest.param("| gentimes end=1", "it needs start=", id="gentimes-start"),
        pytest.param("| gentimes start=-1 increment=1w", "increment is a count and one of", id="gentimes-increment"),
        pytest.param("| gentimes start=-300 increment=1s", "more than 50,000 rows", id="gentimes-rows"),
        pytest.param("nosuch=x | require", "the search found no rows up to here", id="require"),
        pytest.param("uid=C1 | fieldformat n=n>1", "wrap it in if", id="fieldformat-boolean"),
    ],
)
def test_what_is_not_supported_is_refused(store, app, spl, says):
    with pytest.raises(SplError) as caught:
        rows(store, spl, app)
    assert says in caught.value.text


def test_a_matcher_skips_what_is_no_network():
    table = Rows({"net": ["nonsense", "10.0.0.0/8", "::/0"]}, 3)
    matcher = Matcher(table, ["net"], Definition("x", kinds={"net": "CIDR"}))
    assert [matcher.rows([text]) for text in ("10.1.2.3", "::1", "9.9.9.9", "nonsense")] == [[1], [2], [], []]


def test_the_key_value_store_of_a_search_lies_in_its_state_folder(store, app):
    rows(store, "uid=C1 | table uid | outputlookup seen", app)
    assert (app.parent / "state" / "kvstore.sqlite").is_file()

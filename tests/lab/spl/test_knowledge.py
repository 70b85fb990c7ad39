"""What the app's props.conf, eventtypes.conf and tags.conf add to events, in the order of Splunk's search-time operations."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.ingest import Store
from lab.spl import SearchSettings, SplError, run_search
from tests.lab.spl_events import make_store

APP = Path(__file__).with_name("knowledge_app")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with Store(make_store(tmp_path_factory.mktemp("knowledge")), read_only=True) as opened:
        yield opened


def rows(store: Store, spl: str, app: Path = APP) -> list[dict[str, Any]]:
    result = run_search(store, spl, SearchSettings(app=app))
    try:
        return list(result.rows().records())
    finally:
        result.close()


@pytest.mark.parametrize(
    ("uid", "field", "value"),
    [
        pytest.param("C3", "tail", "3", id="extract-in-a-field"),
        pytest.param("C3", "uid_number", "103", id="a-calculated-field-replaces-what-was-extracted"),
        pytest.param("D1", "tail", None, id="a-stanza-is-for-its-sourcetype"),
        pytest.param("C3", "src", "10.0.0.10", id="alias"),
        pytest.param("C3", "dest_port", "443", id="alias-of-a-quoted-name"),
        pytest.param("C3", "id.orig_h", "10.0.0.10", id="an-alias-keeps-its-field"),
        pytest.param("C3", "uid", "C3", id="asnew-leaves-a-value-that-is-there"),
        pytest.param("C3", "n", None, id="as-takes-the-value-away-where-its-field-has-none"),
        pytest.param("C4", "n", 'it\'s "quoted" 100%', id="as-replaces-a-value"),
        pytest.param("D1", "n", None, id="other-sourcetypes-are-left-alone"),
        pytest.param("C3", "src_again", "10.0.0.10", id="calculated-fields-see-aliases"),
        pytest.param("C4", "of_twice", None, id="calculated-fields-do-not-see-one-another"),
        pytest.param("C3", "where", "source", id="source-goes-before-host-and-sourcetype"),
        pytest.param("D1", "where", "host", id="host-goes-before-default"),
        pytest.param("D1", "path", None, id="a-source-pattern-is-for-its-files"),
        pytest.param("D1", "everywhere", "1", id="default-is-for-all"),
        pytest.param("C3", "app", "https", id="a-lookup-sees-aliases"),
        pytest.param("C1", "risk", "low", id="a-lookup-under-its-own-name"),
        pytest.param("D1", "app", None, id="a-lookup-is-for-its-sourcetype"),
        pytest.param("C1", "eventtype", ["from_one", "resolving"], id="event-types-by-priority"),
        pytest.param("C3", "eventtype", "named", id="an-event-type-may-ask-for-another"),
        pytest.param("C1", "tag", ["critical", "dns", "network"], id="tags-of-all-fields-sorted"),
        pytest.param("C1", "tag::eventtype", ["dns", "network"], id="tags-of-one-field"),
        pytest.param("C3", "tag", "network", id="a-tag-on-a-field-of-a-lookup"),
        pytest.param("C5", "tag::id.orig_h", "six", id="a-value-with-percent-escapes"),
        pytest.param("D1", "tag", None, id="no-tag"),
    ],
)  # fmt: skip
def test_an_event_has(store, uid, field, value):
    # n, uid and their like are changed by the app, so the event is found by what is not
    number = {"C1": 0.5, "C3": 2.25, "C4": 3, "C5": 4, "D1": 10}[uid]
    (row,) = rows(store, f"index=* | where _time=1600000000+{number} | table {field}")
    assert row.get(field) == value


@pytest.mark.parametrize(
    ("spl", "uids"),
    [
        pytest.param("index=* src=10.0.0.1", ["C4", "C1"], id="an-alias"),
        pytest.param("src=10.0.0.1", ["C4", "C1"], id="an-alias-without-index"),
        pytest.param("path=conn app=dns", ["C2", "C1"], id="a-calculated-field-and-a-lookup"),
        pytest.param("index=* eventtype=res*", ["C2", "C1"], id="an-event-type-with-wildcard"),
        pytest.param("index=* eventtype=FROM_ONE", ["C4", "C1"], id="an-event-type-without-regard-to-case"),
        pytest.param("index=* tag=critical tag=dns", ["C1"], id="tags"),
        pytest.param("index=* tag::app=network", ["C5", "C4", "C3"], id="a-tag-of-one-field"),
        pytest.param("index=* NOT tag=*", ["D1"], id="no-tag"),
        pytest.param("| tstats count where index=* tag=dns by uid | fields uid", ["C1", "C2"], id="in-tstats"),
        pytest.param("index=* | search eventtype=named", ["C3"], id="after-a-pipe"),
    ],
)
def test_a_search_finds(store, spl, uids):
    assert [row["uid"] for row in rows(store, f"{spl} | table uid")] == uids


def test_what_was_collected_obeys_the_stanzas_too(store, tmp_path):
    settings = SearchSettings(app=APP, state=tmp_path)
    run_search(store, "index=* path=conn | stats count | collect index=hunts", settings).close()
    result = run_search(store, "index=hunts | table everywhere path count", settings)
    assert result.rows().records() == [{"everywhere": "1", "count": "5"}]
    result.close()


@pytest.mark.parametrize(
    ("spl", "expected"),
    [
        pytest.param("tags", {"tag::src": "critical", "tag::app": None}, id="fields-that-have-tags"),
        pytest.param("eval src=\"x\" | tags src", {"tag::src": None}, id="the-values-of-now"),
        pytest.param("tags outputfield=all", {"all": ["critical", "dns", "network"]}, id="in-one-field"),
    ],
)  # fmt: skip
def test_the_command_tags(store, spl, expected):
    (row,) = rows(store, f"index=* | where _time=1600000000.5 | table src app eventtype | {spl}")
    assert {name: row.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("props", "[x]\nREPORT-a = b\n", "props.conf [x] REPORT-a: the lab reads no extraction of transforms.conf"),
        ("props", "[default]\nEXTRACT-a = abc\n", "props.conf [default] EXTRACT-a: the pattern names no group"),
        ("props", "[default]\nEXTRACT-a = (?<b>x)(?=y)\n", "EXTRACT-a: the lab cannot run this pattern"),
        ("props", "[default]\nFIELDALIAS-a = b TO c\n", "FIELDALIAS-a: 'b TO c' is not <field> AS <field>"),
        ("props", "[default]\nEVAL-a = n>\n", "props.conf [default] EVAL-a: it ends too early"),
        ("props", "[default]\nEVAL-a = n>1\n", "wrap it in if"),
        ("props", "[default]\nLOOKUP-a = nosuch b\n", "no lookup nosuch"),
        ("eventtypes", "[a]\nsearch = x | head 1\n", "eventtypes.conf [a]: the search of an event type has no |"),
        ("eventtypes", "[a]\nsearch = tag=x\n", "eventtypes.conf [a]: an event type cannot ask for tags"),
        ("eventtypes", "[a]\nsearch = eventtype=b\n[b]\nsearch = eventtype=a\n", "asks for itself: a -> b -> a"),
        ("eventtypes", "[a]\nsearch = eventtype=c\n", "no event type c"),
    ],
    ids=[
        *("report", "extract-without-group", "extract-look-around", "alias", "eval", "eval-boolean", "lookup"),
        *("type-with-pipe", "type-with-tag", "types-in-a-circle", "type-unknown"),
    ],
)
def test_a_file_that_cannot_be_obeyed_is_named(store, tmp_path, file, text, says):
    (tmp_path / "default").mkdir()
    (tmp_path / "default" / f"{file}.conf").write_text(text, encoding="utf-8")
    with pytest.raises(SplError) as caught:
        rows(store, "index=*", tmp_path)
    assert says in str(caught.value)


def test_a_disabled_event_type_is_none(store):
    with pytest.raises(SplError, match=r"no event type off in .*eventtypes\.conf; it has from_one, named, resolving"):
        rows(store, "index=* eventtype=off")

"""The KV store: records by key, Splunk's query operators, declared types."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.state import FieldTypes, KvRefused, KvStore, field_types, kv_query, kv_store
from lab.state.kvstore import MAX_BATCH_RECORDS, Question, check_batch

APP, ALLOWED = "zeek_hunting", "allowed"
RECORDS = [
    {"_key": "a", "host": "10.0.0.1", "n": 5, "tags": ["dns", "c2"], "note": "Alpha"},
    {"_key": "b", "host": "10.0.0.2", "n": 10, "tags": ["web"], "id": {"orig_h": "x"}},
    {"_key": "c", "host": "10.0.0.10", "n": "10", "id.orig_h": "y", "done": True},
]


@pytest.fixture
def kv(tmp_path: Path) -> KvStore:
    store = KvStore(tmp_path / "state" / "kvstore.sqlite")
    store.batch_save(APP, ALLOWED, RECORDS)
    return store


def keys(kv: KvStore, query: object, **rest: object) -> list[object]:
    return [record["_key"] for record in kv.query(APP, ALLOWED, Question(query, **rest))]  # type: ignore[arg-type]


def test_a_batch_inserts_and_replaces_by_key(kv):
    made = kv.batch_save(APP, ALLOWED, [{"_key": "a", "host": "new"}, {"host": "fresh"}])
    assert made[0] == "a"
    assert len(made[1]) == 24
    assert set(made[1]) <= set(string.hexdigits.lower())
    assert kv.get(APP, ALLOWED, "a") == {"_key": "a", "_user": "nobody", "host": "new"}
    assert [record["_key"] for record in kv.rows(APP, ALLOWED)] == ["a", "b", "c", made[1]]


def test_a_batch_with_one_bad_record_changes_nothing(kv):
    before = kv.rows(APP, ALLOWED)
    with pytest.raises(KvRefused, match="no field name"):
        kv.batch_save(APP, ALLOWED, [{"_key": "a", "host": "new"}, {"$where": "1"}])
    assert kv.rows(APP, ALLOWED) == before


def test_replace_leaves_the_new_rows_alone(kv):
    assert len(kv.replace(APP, ALLOWED, [{"x": 1}, {"x": 2}])) == 2
    assert [record["x"] for record in kv.rows(APP, ALLOWED)] == [1, 2]


def test_collections_apps_and_owners_are_apart(kv):
    kv.owned_by("admin").insert(APP, ALLOWED, {"_key": "a", "mine": 1})
    kv.insert("other", ALLOWED, {"_key": "a"})
    kv.insert(APP, "hidden", {"_key": "a"})
    assert kv.get(APP, ALLOWED, "a")["host"] == "10.0.0.1"
    assert kv.owned_by("admin").rows(APP, ALLOWED) == [{"_key": "a", "_user": "admin", "mine": 1}]
    assert kv.collections(APP) == [ALLOWED, "hidden"]


def test_update_replaces_the_whole_record_and_delete_removes_it(kv):
    kv.update(APP, ALLOWED, "a", {"n": 1})
    assert kv.get(APP, ALLOWED, "a") == {"_key": "a", "_user": "nobody", "n": 1}
    kv.delete(APP, ALLOWED, "a")
    with pytest.raises(KvRefused) as refused:
        kv.get(APP, ALLOWED, "a")
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("action", "status"),
    [
        pytest.param(lambda kv: kv.insert(APP, ALLOWED, {"_key": "a"}), 409, id="insert-of-a-taken-key"),
        pytest.param(lambda kv: kv.update(APP, ALLOWED, "zz", {}), 404, id="update-of-nothing"),
        pytest.param(lambda kv: kv.delete(APP, ALLOWED, "zz"), 404, id="delete-of-nothing"),
        pytest.param(lambda kv: kv.rows(APP, "a/../b"), 400, id="collection-that-is-a-path"),
        pytest.param(lambda kv: kv.insert(APP, ALLOWED, {"": 1}), 400, id="field-without-a-name"),
        pytest.param(lambda kv: kv.insert(APP, ALLOWED, {"_key": "k" * 600}), 400, id="key-too-long"),
        pytest.param(lambda kv: kv.query(APP, ALLOWED, Question(limit=-1)), 400, id="negative-limit"),
        pytest.param(lambda kv: check_batch([{}] * (MAX_BATCH_RECORDS + 1), 10), 400, id="batch-too-long"),
    ],
)
def test_what_splunkd_refuses_is_refused(kv, action, status):
    with pytest.raises(KvRefused) as refused:
        action(kv)
    assert refused.value.status == status


@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param({}, ["a", "b", "c"], id="everything"),
        pytest.param('{"host": "10.0.0.2"}', ["b"], id="json-text"),
        pytest.param({"n": 10}, ["b"], id="a-number-is-not-its-text"),
        pytest.param({"n": {"$gt": 5}}, ["b"], id="gt-leaves-texts-out"),
        pytest.param({"n": {"$gte": 5, "$lt": 10}}, ["a"], id="two-bounds"),
        pytest.param({"n": {"$lte": 5}}, ["a"], id="lte"),
        pytest.param({"n": {"$ne": 5}}, ["b", "c"], id="ne"),
        pytest.param({"note": {"$ne": "Alpha"}}, ["b", "c"], id="ne-takes-records-without-the-field"),
        pytest.param({"tags": "c2"}, ["a"], id="one-of-several-values"),
        pytest.param({"$or": [{"n": 5}, {"done": True}]}, ["a", "c"], id="or"),
        pytest.param({"$and": [{"n": 5}, {"host": "10.0.0.2"}]}, [], id="and"),
        pytest.param({"$not": {"n": 5}}, ["b", "c"], id="not"),
        pytest.param({"n": {"$not": {"$gt": 5}}}, ["a", "c"], id="not-below-a-field"),
        pytest.param({"host": {"$regex": r"\.1\d$"}}, ["c"], id="regex"),
        pytest.param({"note": {"$regex": "^al", "$options": "i"}}, ["a"], id="regex-without-case"),
        pytest.param({"id.orig_h": "x"}, ["b"], id="path-into-an-object"),
        pytest.param({"id.orig_h": "y"}, ["c"], id="field-with-a-dot-in-its-name"),
        pytest.param({"missing": None}, ["a", "b", "c"], id="null-is-absence"),
    ],
)
def test_queries_follow_splunks_operators(kv, query, found):
    assert keys(kv, query) == found


@pytest.mark.parametrize(
    ("query", "words"),
    [
        pytest.param("{", "malformed", id="no-json"),
        pytest.param("[1]", "must be a JSON object", id="a-list"),
        pytest.param({"a": {"$where": "1"}}, "Unknown operator", id="unknown-operator"),
        pytest.param({"$or": {"a": 1}}, "needs a list", id="or-without-a-list"),
        pytest.param({"host": {"$regex": "("}}, "is wrong", id="bad-pattern"),
        pytest.param({"$gt": 5}, "belongs below", id="operator-without-a-field"),
    ],
)
def test_bad_queries_say_what_is_wrong(kv, query, words):
    with pytest.raises(KvRefused, match=words):
        keys(kv, query)


def test_a_query_nested_without_end_is_refused():
    query: dict[str, object] = {"a": 1}
    for _ in range(30):
        query = {"$not": query}
    with pytest.raises(KvRefused, match="nested deeper"):
        kv_query.parsed(query)


def test_sort_skip_and_limit_page_through_the_records(kv):
    # MongoDB's order: numbers before strings
    assert keys(kv, {}, sort="n:-1") == ["c", "b", "a"]
    assert keys(kv, {}, sort="n", skip=1, limit=1) == ["b"]
    assert keys(kv, {}, sort="missing,n:-1", limit=2) == ["c", "b"]


def test_fields_keep_or_leave_out(kv):
    assert kv.query(APP, ALLOWED, Question({"_key": "a"}, "n")) == [{"_key": "a", "_user": "nobody", "n": 5}]
    (record,) = kv.query(APP, ALLOWED, Question({"_key": "a"}, "n:0,tags:0,_user:0"))
    assert set(record) == {"_key", "host", "note"}
    with pytest.raises(KvRefused, match="do not mix"):
        kv.query(APP, ALLOWED, Question({}, "n:1,host:0"))


def test_declared_types_convert_or_refuse(tmp_path):
    loose = field_types({"field.n": "number", "field.seen": "time", "field.on": "bool", "field.name": "string"})
    assert loose.typed({"n": "5.0", "seen": "1.5", "on": "yes", "name": 7, "other": "5"}) == {
        "n": 5,
        "seen": 1.5,
        "on": True,
        "name": "7",
        "other": "5",
    }
    assert loose.typed({"n": "many", "on": "maybe"}) == {"n": "many", "on": "maybe"}
    strict = KvStore(tmp_path / "kv", {(APP, ALLOWED): FieldTypes({"n": "number"}, enforced=True)})
    with pytest.raises(KvRefused, match="'n' must be of type number"):
        strict.insert(APP, ALLOWED, {"n": "nan"})
    assert strict.rows(APP, ALLOWED) == []


def test_a_lab_opens_its_store_with_the_apps_types(tmp_path):
    default = tmp_path / "my_app" / "default"
    default.mkdir(parents=True)
    (default / "collections.conf").write_text("[allowed]\nenforceTypes = true\nfield.n = number\n", encoding="utf-8")
    kv = kv_store(tmp_path / "state", tmp_path / "my_app")
    with pytest.raises(KvRefused, match="'n' must be of type number"):
        kv.insert("my_app", "allowed", {"n": "many"})
    assert kv.get("my_app", "allowed", kv.insert("my_app", "allowed", {"n": "7"}))["n"] == 7
    assert (tmp_path / "state" / "kvstore.sqlite").is_file()


def test_an_unknown_type_in_collections_conf_is_refused():
    with pytest.raises(KvRefused, match=r"field\.n = text"):
        field_types({"field.n": "text"})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


@given(left=json_values, right=json_values)
def test_any_two_values_have_one_order(left, right):
    assert kv_query.compared(left, right) == -kv_query.compared(right, left)


@given(value=json_values)
def test_any_record_comes_back_as_it_was_saved(value, tmp_path_factory):
    kv = KvStore(tmp_path_factory.mktemp("kv") / "kv")
    (key,) = kv.batch_save(APP, ALLOWED, [{"v": value}])
    assert kv.get(APP, ALLOWED, key)["v"] == value

"""The real splunk-sdk client against a served lab."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from served_lab import APP_NAME, MANY, TOKEN, connected, make_many, make_settings, served
from splunklib import client, results
from splunklib.binding import AuthenticationError, HTTPError

pytestmark = pytest.mark.filterwarnings("ignore:.*datetime.*:DeprecationWarning")


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served(make_settings(tmp_path_factory.mktemp("lab"))) as number:
        yield number


@pytest.fixture
def service(port: int) -> client.Service:
    return connected(port)


def rows(stream: Any) -> list[Any]:
    return [row for row in results.JSONResultsReader(stream) if isinstance(row, dict)]


def messages(stream: Any) -> list[Any]:
    return [row for row in results.JSONResultsReader(stream) if isinstance(row, results.Message)]


def finished(service: client.Service, search: str, **options: Any) -> client.Job:
    return service.jobs.create(search, exec_mode="blocking", **options)


def test_login_with_name_and_password_opens_a_session(port):
    service = connected(port, splunkToken=None, username="admin", password=TOKEN)
    assert service.token.startswith("Splunk ")
    assert TOKEN not in service.token
    assert service.info["version"] == "9.3.0"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        pytest.param("admin", "wrong", id="wrong-password"),
        pytest.param("admin", "", id="no-password"),
        pytest.param("root", TOKEN, id="another-user"),
    ],
)
def test_login_fails_like_splunkds(port, name, password):
    with pytest.raises((AuthenticationError, HTTPError)) as refused:
        client.Service(scheme="http", host="127.0.0.1", port=port, username=name, password=password or " ").login()
    assert refused.value.status == 401


def test_a_wrong_token_is_refused(port):
    with pytest.raises(HTTPError) as refused:
        connected(port, splunkToken="wrong").apps.list()
    assert refused.value.status == 401


def test_a_job_runs_and_gives_its_rows(service):
    job = finished(service, "search index=* | table uid n")
    assert job.is_done()
    job.refresh()
    assert (job["dispatchState"], job["resultCount"], job["isFailed"]) == ("DONE", "6", "0")
    found = rows(job.results(output_mode="json"))
    assert [row["uid"] for row in found] == ["D1", "C5", "C4", "C3", "C2", "C1"]
    assert found[1] == {"uid": "C5", "n": "2.50"}
    assert [row["uid"] for row in rows(job.preview(output_mode="json", offset=4, count=1))] == ["C2"]


def test_a_normal_job_is_followed_to_its_end(service):
    job = service.jobs.create("search index=* | stats count")
    for _ in range(600):
        if job.is_done():
            break
        # a blocking search in between takes its turn after the first, so no clock is needed
        finished(service, "search index=* | head 1").cancel()
    assert rows(job.results(output_mode="json")) == [{"count": "6"}]


def test_oneshot_and_export_give_rows_at_once(service):
    assert rows(service.jobs.oneshot("search index=* | stats count", output_mode="json")) == [{"count": "6"}]
    exported = rows(service.jobs.export("search uid=C* | table uid", output_mode="json"))
    assert [row["uid"] for row in exported] == ["C5", "C4", "C3", "C2", "C1"]


def test_several_values_stay_several(service):
    (row,) = rows(service.jobs.oneshot("search uid=C1 | table tags{}", output_mode="json"))
    assert row == {"tags{}": ["a", "b"]}


@pytest.mark.parametrize(
    ("mode", "starts"),
    [
        pytest.param("csv", b"uid,n\nC1,10\n", id="csv"),
        pytest.param("xml", b"<?xml", id="xml"),
        pytest.param("json_rows", b'{"preview": false', id="json_rows"),
        pytest.param("json_cols", b'{"preview": false', id="json_cols"),
    ],
)
def test_rows_come_in_every_format(service, mode, starts):
    body = service.jobs.oneshot("search uid=C1 | table uid n", output_mode=mode).read()
    assert body.startswith(starts)
    assert b"C1" in body


def test_columns_and_rows_hold_the_same_cells(service):
    def read(mode: str) -> dict[str, Any]:
        return json.loads(service.jobs.oneshot("search uid=C* | table uid n", output_mode=mode).read())

    columns, lines = read("json_cols")["columns"], read("json_rows")["rows"]
    assert columns == [["C5", "C4", "C3", "C2", "C1"], ["2.50", None, "abc", "9", "10"]]
    assert lines == [list(cells) for cells in zip(*columns)]


@pytest.mark.parametrize(
    ("search", "words"),
    [
        pytest.param("search index=* | nosuchcommand", "no command nosuchcommand", id="unknown-command"),
        pytest.param("search index=* | where (", "where", id="unreadable-command"),
        pytest.param("search `nosuchmacro`", "no macro nosuchmacro", id="unknown-macro"),
        pytest.param(" ", "Empty search", id="nothing"),
    ],
)
def test_bad_spl_is_refused_in_splunkds_shape(service, search, words):
    with pytest.raises(HTTPError, match=words) as refused:
        service.jobs.create(search)
    assert refused.value.status == 400
    with pytest.raises(HTTPError) as refused:
        service.jobs.create(search, output_mode="json")
    (message,) = json.loads(refused.value.body)["messages"]
    assert message["type"] == "FATAL"
    assert words in message["text"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param({"earliest_time": "yesterday"}, "Invalid time", id="unreadable-time"),
        pytest.param({"earliest_time": "rt-5m"}, "real-time", id="real-time"),
        pytest.param({"exec_mode": "later"}, "exec_mode must be", id="unknown-mode"),
    ],
)
def test_bad_options_of_a_job_are_refused(service, options, words):
    with pytest.raises(HTTPError, match=words):
        service.jobs.create("search index=*", **options)


def test_a_search_that_fails_while_it_runs_makes_a_failed_job(service):
    job = finished(service, "search index=* | refusing")
    assert job.is_done()
    assert (job["dispatchState"], job["isFailed"]) == ("FAILED", "1")
    assert messages(job.results(output_mode="json"))[-1].type == "FATAL"


def test_the_time_range_of_a_request_counts(service):
    job = finished(service, "search index=* | table uid", earliest_time="1600000003", latest_time="1600000005")
    assert [row["uid"] for row in rows(job.results(output_mode="json"))] == ["C5", "C4"]


def test_a_cancelled_job_is_gone(service):
    job = finished(service, "search index=* | head 1")
    job.cancel()
    with pytest.raises(HTTPError) as refused:
        job.refresh()
    assert refused.value.status == 404
    assert job.cancel() is job  # twice is no mistake, says the client


def test_a_job_that_hangs_is_stopped(service):
    job = service.jobs.create("search index=* | mischief hang 1")
    job.finalize()
    for _ in range(600):
        if job.is_done():
            break
        finished(service, "search index=* | head 1").cancel()
    assert (job["dispatchState"], job["isFinalized"]) == ("DONE", "1")
    assert [message.type for message in messages(job.results(output_mode="json"))] == ["INFO"]


def test_jobs_are_listed_and_touched(service):
    job = finished(service, "search index=* | head 1")
    assert job.sid in [each.sid for each in service.jobs.list()]
    job.touch()
    job.set_ttl(1200)
    job.refresh()
    assert job["ttl"] == "1200"
    assert b"event_count" in job.timeline(output_mode="json").read()
    assert json.loads(job.summary(output_mode="json").read())["fields"]["uid"] == {"count": 1}


def test_a_post_process_search_works_on_the_rows_of_a_job(service):
    job = finished(service, "search uid=C* | table uid id.resp_p")
    counted = rows(job.results(output_mode="json", search="stats count by id.resp_p | sort - count"))
    assert counted == [{"id.resp_p": "443", "count": "3"}, {"id.resp_p": "53", "count": "2"}]
    body = json.loads(job.results(output_mode="json_cols", search='| sort 0 +"uid"', count=2).read())
    assert body["columns"][0] == ["C1", "C2"]
    assert body["post_process_count"] == 5
    with pytest.raises(HTTPError, match="no command nosuch"):
        job.results(search="| nosuch")


def test_many_rows_are_paged_to_the_end(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    settings = make_settings(folder / "lab" if (folder / "lab").mkdir() is None else folder, store=make_many(folder))
    with served(settings) as port:
        job = finished(connected(port), "search index=* | table uid")
        seen: set[str] = set()
        for offset in range(0, MANY, 50_000):
            page = rows(job.results(output_mode="json", offset=offset, count=50_000))
            assert page[0]["uid"] == f"U{MANY - 1 - offset}"
            seen.update(row["uid"] for row in page)
    assert len(seen) == MANY


def test_saved_searches_are_listed_shown_and_dispatched(service):
    assert [saved.name for saved in service.saved_searches.list()] == ["All - events", "By / port", "Off", "Broken"]
    saved = service.saved_searches["All - events"]
    assert (saved["search"], saved["is_scheduled"]) == ("index=* | table uid n", "0")
    job = saved.dispatch()
    finished(service, "search index=* | head 1")
    for _ in range(600):
        if job.is_done():
            break
        finished(service, "search index=* | head 1").cancel()
    assert len(rows(job.results(output_mode="json"))) == 6
    assert job.sid in [each.sid for each in saved.history()]


def test_a_dispatch_may_change_the_time_range(service):
    job = service.saved_searches["All - events"].dispatch(**{"dispatch.earliest_time": "-1s"})
    for _ in range(600):
        if job.is_done():
            break
        finished(service, "search index=* | head 1").cancel()
    assert [row["uid"] for row in rows(job.results(output_mode="json"))] == ["D1"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("Off", "is disabled", id="disabled"),
        pytest.param("Broken", "no command nosuchcommand", id="unreadable"),
    ],
)
def test_a_saved_search_that_cannot_run_is_not_dispatched(service, name, words):
    with pytest.raises(HTTPError, match=words):
        service.saved_searches[name].dispatch()


def test_an_unknown_saved_search_is_a_key_error_of_the_client(service):
    with pytest.raises(KeyError):
        service.saved_searches["nothing"]


def test_kv_store_records_are_made_read_changed_and_deleted(service):
    assert [each.name for each in service.kvstore] == ["allowed", "open"]
    data = service.kvstore["open"].data
    key = data.insert(json.dumps({"entity": "10.0.0.5", "n": 3}))["_key"]
    assert data.query_by_id(key) == {"_key": key, "_user": "nobody", "entity": "10.0.0.5", "n": 3}
    data.update(key, json.dumps({"entity": "10.0.0.6"}))
    assert data.batch_save({"_key": "k", "entity": "a b/c", "n": 1}, {"entity": "z", "n": 9})[0] == "k"
    assert data.query(query={"n": {"$gt": 5}}, fields="entity:1,_key:0,_user:0") == [{"entity": "z"}]
    assert [len(found) for found in data.batch_find({"query": {"n": 1}}, {"query": {}})] == [1, 3]
    data.delete_by_id(key)
    with pytest.raises(HTTPError) as refused:
        data.query_by_id(key)
    assert refused.value.status == 404
    data.delete(query=json.dumps({"n": 1}))
    assert len(data.query()) == 1
    data.delete()
    assert data.query() == []


def test_declared_types_are_kept(service):
    with pytest.raises(HTTPError, match="must be of type number"):
        service.kvstore["allowed"].data.insert(json.dumps({"entity": "a", "weight": "heavy"}))


def test_a_collection_that_is_not_declared_is_absent(service):
    with pytest.raises(KeyError):
        service.kvstore["nothing"]
    with pytest.raises(HTTPError) as refused:
        service.get("storage/collections/data/nothing")
    assert refused.value.status == 404


def test_passwords_are_kept_changed_and_deleted(service):
    made = service.storage_passwords.create("s3cret &<>", "hub", "graph:istry")
    assert made.name == "graph\\:istry:hub:"
    (found,) = service.storage_passwords.list()
    assert (found.clear_password, found.username, found.realm) == ("s3cret &<>", "hub", "graph:istry")
    with pytest.raises(HTTPError) as refused:
        service.storage_passwords.create("again", "hub", "graph:istry")
    assert refused.value.status == 409
    service.storage_passwords.delete(found.name)
    assert service.storage_passwords.list() == []


def test_conf_files_are_read(service):
    assert {"commands", "macros", "savedsearches"} <= {conf.name for conf in service.confs.list()}
    stanza = service.confs["macros"]["port(1)"]
    assert (stanza["definition"], stanza["args"]) == ("id.resp_p=$wanted$", "wanted")
    assert "nothing" not in service.confs
    with pytest.raises(HTTPError) as refused:
        service.confs["macros"].create("new")
    assert refused.value.status == 403


def test_app_views_and_messages_are_told(service):
    (app,) = service.apps.list()
    assert (app.name, app["label"], app["version"]) == (APP_NAME, "Tiny", "1.2.3")
    view = json.loads(service.get("data/ui/views/first", output_mode="json").body.read())
    assert view["entry"][0]["content"]["label"] == "First & only"
    assert service.messages.list() == []


def test_the_parser_tells_the_commands_or_why_not(service):
    body = service.parse("search index=* | head 5", output_mode="json").body.read()
    assert [each["command"] for each in json.loads(body)["commands"]] == ["search", "head"]
    with pytest.raises(HTTPError, match="no command nosuch"):
        service.parse("search index=* | nosuch")

"""What Splunk's dashboard renderer asks, in its own paths and shapes."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from served_lab import APP_NAME, TOKEN, make_settings, served

RAW = "/en-US/splunkd/__raw"
NS = f"{RAW}/servicesNS/-/{APP_NAME}"
USER_NS = f"{RAW}/servicesNS/admin/{APP_NAME}"


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    with served(make_settings(tmp_path_factory.mktemp("lab"))) as number:
        yield number


def ask(port: int, path: str, form: dict[str, str] | None = None) -> tuple[int, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Cookie": f"zeek_hunting_lab={TOKEN}", "Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("GET" if form is None else "POST", path, urlencode(form) if form is not None else None, headers)
        answer = connection.getresponse()
        body = answer.read()
        return answer.status, json.loads(body) if body else None
    finally:
        connection.close()


def dispatched(port: int, search: str) -> str:
    form = {"search": search, "label": "ds_one", "preview": "true", "check_risky_command": "false", "sid": "", "provenance": "UI"}
    status, reply = ask(port, f"{NS}/search/jobs", form)
    assert status == 201
    sid = str(reply["sid"])
    for _ in range(2000):
        _, listed = ask(port, f"{RAW}/services/search/jobs?id={sid}&count=0&output_mode=json")
        if listed["entry"][0]["content"]["isDone"]:
            return sid
    raise AssertionError("the job did not end")


def test_a_data_source_makes_a_job_and_reads_its_columns(port):
    sid = dispatched(port, "index=* | stats count by id.orig_h | sort id.orig_h")
    _, listed = ask(port, f"{RAW}/services/search/jobs?id={sid}&count=0")
    (entry,) = listed["entry"]
    content = entry["content"]
    assert entry["name"] == "index=* | stats count by id.orig_h | sort id.orig_h"
    assert entry["acl"]["app"] == APP_NAME
    assert (content["sid"], content["dispatchState"], content["doneProgress"], content["resultCount"]) == (sid, "DONE", 1.0, 4)
    assert (content["isFailed"], content["isFinalized"], content["isRealTimeSearch"], content["label"]) == (
        False,
        False,
        False,
        "ds_one",
    )
    path = f"{RAW}/services/search/v2/jobs/{sid}/results_preview"
    status, page = ask(port, f"{path}?output_mode=json_cols&offset=0&count=10000&show_metadata=true&search=")
    assert status == 200
    assert page["fields"] == [{"name": "id.orig_h"}, {"name": "count"}]
    assert (page["preview"], page["init_offset"], page["messages"]) == (False, 0, [])
    assert set(page["columns"][1]) == {"3", "1"}  # text, as splunkd sends it


def test_a_chain_posts_its_search_to_the_results_of_its_base(port):
    sid = dispatched(port, "index=* | table uid n")
    path = f"{RAW}/services/search/v2/jobs/{sid}/results_preview"
    form = {"output_mode": "json_cols", "offset": "0", "count": "2", "search": '| sort 0 +"uid"'}
    status, page = ask(port, path, form)
    assert status == 200
    assert (page["columns"][0], page["post_process_count"]) == (["C1", "C2"], 6)


def test_times_come_as_iso_8601_from_which_charts_take_their_axis(port):
    sid = dispatched(port, "index=* | head 1 | table _time")
    _, page = ask(port, f"{RAW}/services/search/v2/jobs/{sid}/results_preview?output_mode=json_cols&search=")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", page["columns"][0][0])


def test_a_refused_search_answers_400_with_its_message(port):
    status, reply = ask(port, f"{NS}/search/jobs", {"search": "index=* | nosuchcommand"})
    assert status == 400
    assert reply["messages"][0]["type"] == "FATAL"


def test_a_search_that_writes_is_refused_until_its_reader_says_so(port):
    form = {"search": "| makeresults | appendpipe [outputlookup zeek_verdicts]", "check_risky_command": "true"}
    status, reply = ask(port, f"{NS}/search/jobs", form)
    assert (status, reply["messages"][0]["text"]) == (400, "Found potentially risky commands: outputlookup")
    assert ask(port, f"{NS}/search/jobs", {"search": "| makeresults", "check_risky_command": "true"})[0] == 201


def test_a_search_that_fails_later_is_a_failed_job_with_its_message(port):
    sid = dispatched(port, "index=* | refusing")
    _, listed = ask(port, f"{RAW}/services/search/jobs?id={sid}")
    content = listed["entry"][0]["content"]
    assert content["dispatchState"] == "FAILED"
    assert content["messages"][-1]["type"] == "FATAL"


def test_jobs_are_touched_and_cancelled(port):
    sid = dispatched(port, "index=* | head 1")
    control = f"{RAW}/services/search/jobs/{sid}/control"
    assert ask(port, control, {"action": "touch"}) == (200, {"messages": []})
    assert ask(port, control, {"action": "cancel"}) == (200, {"messages": []})
    assert ask(port, control, {"action": "touch"})[0] == 404


def test_a_saved_search_is_shown_and_dispatched_whatever_its_name_holds(port):
    path = f"{USER_NS}/saved/searches/{quote('By / port', safe='')}"
    _, reply = ask(port, path)
    content = reply["entry"][0]["content"]
    assert content["is_scheduled"] is False
    assert content["search"].startswith("sourcetype=")
    status, made = ask(port, f"{path}/dispatch", {"dispatch.label": "ds_saved"})
    assert status == 201
    assert made["sid"]
    _, kept = ask(port, f"{path}/history")
    assert [entry["content"]["sid"] for entry in kept["entry"]] == [made["sid"]]


def test_time_presets_and_the_users_context_are_told(port):
    _, times = ask(port, f"{USER_NS}/data/ui/times")
    assert {"label", "order", "earliest_time", "latest_time"} <= set(times["entry"][0]["content"])
    _, context = ask(port, f"{RAW}/services/authentication/current-context")
    assert "search" in context["entry"][0]["content"]["capabilities"]


def test_times_are_read_relative_to_the_end_of_the_data(port):
    # the newest event is at 1600000010, so now is 1600000011 = 2020-09-13 12:26:51
    _, reply = ask(port, f"{RAW}/services/search/timeparser?time=now&time=-1m%40m&time=1600000000")
    assert reply == {
        "now": "2020-09-13T12:26:51.000+00:00",
        "-1m@m": "2020-09-13T12:25:00.000+00:00",
        "1600000000": "2020-09-13T12:26:40.000+00:00",
    }

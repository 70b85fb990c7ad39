"""Jobs of a served lab: how long they are kept, how many, and what of their rows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from served_lab import connected, make_app, make_settings
from spl_events import make_store

from lab.driver import Rows
from lab.rest.job import Job, JobRequest
from lab.rest.job_board import JobBoard
from lab.rest.job_entry import content
from lab.rest.refusal import Refused
from lab.rest.result_pages import PAGE_ROWS, ResultPages
from lab.rest.settings import RestSettings
from lab.spl import SearchSettings


@pytest.fixture
def settings(tmp_path: Path) -> RestSettings:
    return make_settings(tmp_path, most_jobs=3, most_rows=4)


@pytest.fixture
def board(settings: RestSettings) -> Iterator[JobBoard]:
    board = JobBoard(settings)
    yield board
    board.close()


def started(board: JobBoard, settings: RestSettings, search: str = "index=* | table uid", **options: int) -> Job:
    job = board.start(JobRequest(search, SearchSettings(app=settings.app), **options))
    assert job.done.wait(60)
    return job


def test_a_job_that_nobody_asks_for_expires(board, settings):
    job = started(board, settings, ttl_s=60)
    assert board.find(job.sid) is job
    job.touched_s -= 61
    with pytest.raises(Refused, match="has expired") as refused:
        board.find(job.sid)
    assert refused.value.status == 404


def test_a_job_that_is_used_lives_on(board, settings):
    job = started(board, settings, ttl_s=60)
    job.touched_s -= 59
    board.find(job.sid)
    job.touched_s -= 59
    assert board.find(job.sid) is job


def test_more_jobs_than_are_kept_are_refused(board, settings):
    jobs = [started(board, settings) for _ in range(3)]
    with pytest.raises(Refused, match="3 jobs are kept already") as refused:
        started(board, settings)
    assert refused.value.status == 503
    board.cancel(jobs[0])
    assert started(board, settings).state == "DONE"


def test_a_sid_is_taken_once(board, settings):
    request = JobRequest("index=*", SearchSettings(app=settings.app))
    board.start(request, "mine")
    with pytest.raises(Refused, match="already exists"):
        board.start(request, "mine")


def test_rows_beyond_the_limit_are_left_out_and_said(board, settings):
    job = started(board, settings)
    assert job.count == 4
    assert [row["uid"] for row in job.rows(0, None).records()] == ["D1", "C5", "C4", "C3"]
    assert job.messages == [("WARN", "2 rows beyond 4 were left out")]


def test_a_fault_of_the_lab_ends_the_job_with_a_message(board, settings, monkeypatch, caplog):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("lab.rest.job.run_search", broken)
    job = started(board, settings)
    assert job.state == "FAILED"
    assert "the lab itself failed (ZeroDivisionError)" in job.messages[0][1]
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("ended", ["DONE", "FAILED"])
def test_a_job_is_told_as_over_only_when_its_rows_can_be_read(settings, ended):
    job = Job("1", JobRequest("index=*", SearchSettings(settings.app)), settings)
    job.state = ended  # as its thread leaves it, a moment before the end
    said = content(job)
    assert (said["dispatchState"], said["isDone"], said["isFailed"]) == ("FINALIZING", False, False)
    job.done.set()
    said = content(job)
    assert (said["dispatchState"], said["isDone"], said["isFailed"]) == (ended, True, ended == "FAILED")


def test_pages_give_any_part_of_the_rows():
    count = 2 * PAGE_ROWS + 5
    batches = [Rows({"n": [str(n) for n in range(count)], "m": [["a", "b"] if n % 2 else None for n in range(count)]}, count)]
    pages = ResultPages.of(["n", "m"], batches, count)
    try:
        for offset, size in ((0, 3), (PAGE_ROWS - 1, 2), (PAGE_ROWS, PAGE_ROWS), (count - 1, 9), (count, 1), (0, count)):
            rows = pages.rows(offset, size)
            assert list(rows.columns["n"]) == [str(n) for n in range(offset, min(count, offset + size))]
        assert pages.rows(1, 1).columns["m"] == [["a", "b"]]
    finally:
        pages.close()
    with pytest.raises(Refused, match="cancelled while"):
        pages.rows()


def test_a_search_that_writes_names_its_own_state(settings):
    assert settings.state_folder.name == "state"
    assert replace(settings, state=None).state_folder.name == "store.state"


def test_lab_serve_prints_where_and_with_which_token(tmp_path, repo):
    app = make_app(tmp_path)
    (tmp_path / "logs").mkdir()
    store = make_store(tmp_path / "logs")
    command = [sys.executable, "-m", "lab.cli", "serve", "--port", "0", "--app", str(app), "--store", str(store)]
    with subprocess.Popen(command, cwd=repo, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            words = process.stdout.readline().split()
            port, token = int(words[1].rpartition(":")[2]), words[-1]
            assert connected(port, splunkToken=token).info["version"] == "9.3.0"
        finally:
            process.terminate()
            process.communicate(timeout=60)

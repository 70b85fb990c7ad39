"""make hunt: what a person with a folder of logs sees."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from lab import hunt
from lab.hunt_report import Answers

START_S = 1_700_000_000


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def conn(seconds: float, dest: str, **changes: object) -> str:
    row = {"ts": round(seconds, 6), "uid": "C1", "id.orig_h": "10.0.0.5", "id.orig_p": 50000, "id.resp_h": dest, "id.resp_p": 443}
    row.update(proto="tcp", service="ssl", conn_state="SF", orig_bytes=420, orig_ip_bytes=620, resp_bytes=900, resp_ip_bytes=1200)
    return json.dumps({**row, **changes}) + "\n"


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    with gzip.open(folder / "conn.00:00:00-01:00:00.log.gz", "wt") as file:
        file.writelines(conn(START_S + 60 * beat, "203.0.113.9") for beat in range(60))
    (folder / "conn.log").write_text("".join(conn(START_S + beat**2, "198.51.100.7", service="http") for beat in range(40)))
    (folder / "notes.txt").write_text("not a log\n")
    return folder


def test_the_ranking_its_reason_and_what_was_read(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hunt.main([str(logs)]) == 0
    out = capsys.readouterr().out
    first, second = out.index("203.0.113.9"), out.index("198.51.100.7")
    assert first < second
    assert "Why 10.0.0.5 -> 203.0.113.9 comes first:" in out and "What speaks against it:" in out
    assert "notes.txt: skipped. not a Zeek log" in out
    assert "read 100 events, used 100, skipped 0" in out
    assert "PLANTED" not in out


def test_networks_of_one_search_reach_the_command(logs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hunt.main([str(logs), "--internal", "203.0.113.0/24", "--indexers", "2"]) == 0
    out = capsys.readouterr().out
    assert "198.51.100.7" in out and "203.0.113.9" not in out
    assert hunt.main([str(logs), "--external", "evil"]) == 1
    assert "'evil' is none" in capsys.readouterr().err


def test_a_folder_without_logs_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert hunt.main([str(empty)]) == 0
    assert "No pair was ranked" in capsys.readouterr().out
    assert hunt.main([str(tmp_path / "absent")]) == 1
    assert "no such file or folder" in capsys.readouterr().err


def test_planted_pairs_are_marked_and_ranked(
    logs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = [
        {"src": "10.0.0.5", "dests": ["203.0.113.9"], "scenario": "clockwork", "kind": "beacon", "label": "malicious"},
        {"src": "10.0.0.5", "dests": ["203.0.113.9", "198.51.100.7"], "scenario": None, "kind": "browsing", "label": "benign"},
        {"src": "10.0.0.9", "dests": ["203.0.113.1"], "scenario": "unseen", "kind": "beacon", "label": "malicious"},
    ]
    (tmp_path / "labels.json").write_text(json.dumps({"labels": labels}))
    answers = Answers.read(tmp_path / "labels.json")
    monkeypatch.setattr(hunt, "_simulated", lambda notes: ([logs], answers))
    assert hunt.main([]) == 0
    out = capsys.readouterr().out
    assert "◀ PLANTED clockwork" in out and "browsing" in out
    assert "Best rank of each of the 2 planted scenarios: clockwork 1, unseen not ranked" in out


def test_hostile_cells_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "conn.log").write_text(
        "".join(conn(START_S + 60 * beat, "203.0.113.9", service="\x1b[31m[red]x") for beat in range(9))
    )
    assert hunt.main([str(folder)]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_a_row_about_several_addresses_is_planted_when_one_of_them_is() -> None:
    answers = Answers({("10.0.0.5", "b"): ("rotating", "malicious"), ("10.0.0.5", "a"): ("updates", "benign")})
    assert answers.of({"src": "10.0.0.5", "dest": None, "addresses": ["a", "b", "c"]}) == ("rotating", "malicious")
    assert answers.of({"src": "10.0.0.5", "dest": "a"}) == ("updates", "benign")
    assert answers.of({"src": "10.0.0.6", "dest": "a"}) == ("", "")

"""A hunt's notebook runs as it stands against a served lab, and is written with care for what is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from event_notation import written
from hunt_runs import APP, NOW_S

from lab.ingest import Store, ingest
from lab.rest import RestSettings, application, running
from lab.spl import SearchSettings
from lab.spl.time_modifier import epoch_s
from tools.hunts.notebooks import SHIPPED, NotebookRefused, notebook, shipped_notebooks, write_notebook
from tools.hunts.playbook import read_hunts

HUNTS = {hunt.id: hunt for hunt in read_hunts()[0]}
TOKEN = "a-token-for-tests"
HOST = "10.0.0.66"
EVENTS = {
    "c2_beacon_ip": {
        "log": "conn",
        "at": "2h",
        "repeat": 200,
        "every": "60s",
        "set": {"id.orig_h": HOST, "id.resp_h": "203.0.113.66", "orig_bytes": 412, "orig_ip_bytes": 900},
    },
    "dns_tunnel": {
        "log": "dns",
        "at": "3h",
        "repeat": 80,
        "every": "2s",
        "set": {"id.orig_h": HOST, "query": "{base32:48}.t.evil.example", "qtype_name": "TXT"},
    },
}
NOTHING = {"log": "dhcp", "at": "3h", "repeat": 3, "every": "2s", "set": {"client_addr": HOST}}


def code_cells(text: str) -> list[str]:
    return ["".join(cell["source"]) for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]


def run_cells(name: str, event: dict[str, Any], folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Names that the notebook's cells leave behind, run in order against a lab over these events."""
    pytest.importorskip("pandas", reason="notebooks need pandas")
    pytest.importorskip("matplotlib", reason="notebooks need matplotlib").use("Agg")
    (folder / "logs").mkdir()
    for log, events in written([event], epoch_s("-25h@h", NOW_S)).items():
        text = "".join(json.dumps({"_path": log, **each}) + "\n" for each in events)
        (folder / "logs" / f"{log}.log").write_text(text, encoding="utf-8")
    with Store(folder / "store.duckdb") as store:
        ingest([folder / "logs"], store)
    search = SearchSettings(APP, now_s=NOW_S)
    settings = RestSettings(APP, folder / "store.duckdb", TOKEN, state=folder / "state", search=search)
    names: dict[str, Any] = {}
    with running(application(settings)) as port:
        monkeypatch.setenv("ZEEK_HUNTING_URL", f"http://127.0.0.1:{port}")
        monkeypatch.setenv("ZEEK_HUNTING_TOKEN", TOKEN)
        for source in code_cells(notebook(HUNTS[name])):
            exec(compile(source, "cell", "exec"), names)
    return names


# warnings of splunklib, pandas and matplotlib are not ours to mend
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "dest"), [("c2_beacon_ip", "203.0.113.66"), ("dns_tunnel", "evil.example")])
def test_a_notebook_finds_and_draws(name: str, dest: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_cells(name, EVENTS[name], tmp_path, monkeypatch)
    best = names["findings"].iloc[0]
    assert (best["src"], best["dest"], best["score"] >= 60) == (HOST, dest, True)
    axes = names["axes"]
    assert axes.get_title() != "No findings to draw"
    if name == "c2_beacon_ip":
        assert "200 events" in axes.get_title()
        assert names["gaps_s"].median() == pytest.approx(60, abs=1)
    else:
        assert names["points"].iloc[0].sum() == pytest.approx(best["score"], abs=0.1)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", SHIPPED)
def test_a_notebook_without_findings_says_why(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names = run_cells(name, NOTHING, tmp_path, monkeypatch)
    assert len(names["findings"]) == 0
    assert "no data" in str(names["rows"]["why_not"].iloc[0])
    assert names["axes"].get_title() == "No findings to draw"


@pytest.mark.parametrize("name", sorted(HUNTS))
def test_every_hunt_has_a_notebook_that_compiles(name: str) -> None:
    text = notebook(HUNTS[name])
    for source in code_cells(text):
        compile(source, name, "exec")
    whole = "".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    assert all(" ".join(step.split()) in whole for step in HUNTS[name].raw["response"])
    assert not any(cell.get("outputs") for cell in json.loads(text)["cells"])


def test_what_the_repository_holds_is_checked_for_drift() -> None:
    assert sorted(shipped_notebooks(list(HUNTS.values()))) == [f"notebooks/{name}.ipynb" for name in SHIPPED]


def test_somebodys_notebook_is_not_overwritten(tmp_path: Path) -> None:
    path = write_notebook(tmp_path, "dns_tunnel")
    assert write_notebook(tmp_path, "dns_tunnel") == path  # the same again is no loss
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(NotebookRefused, match="move it away"):
        write_notebook(tmp_path, "dns_tunnel")
    assert path.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["", "no_such_hunt", "../dns_tunnel"])
def test_a_hunt_that_is_not_there_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(NotebookRefused, match="write one of: c2_"):
        write_notebook(tmp_path, name)

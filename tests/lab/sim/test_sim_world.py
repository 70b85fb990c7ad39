"""The world as a folder: reproducible, complete or absent, its labels true, its parts independent."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lab.sim import SimSettings, SimulationError, generate
from lab.sim.__main__ import main
from lab.sim.capture import Capture
from lab.sim.internet import SiteWish, build_internet
from lab.sim.office import build_office
from lab.sim.randomness import component_rng
from lab.sim.scenarios import SCENARIOS
from lab.sim.stage import Stage
from lab.sim.wire.calls import Calls, place_calls

Rows = list[dict[str, Any]]

TINY = {"seed": 5, "hosts": 10}


def lines_of(world: Path) -> dict[str, Counter[str]]:
    """file name -> its lines."""
    return {path.name: Counter(gzip.decompress(path.read_bytes()).decode().splitlines()) for path in sorted(world.glob("*.gz"))}


def digests(world: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(world.iterdir())}


@pytest.fixture(scope="module")
def benign_world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("benign") / "world"
    generate(SimSettings(**TINY, scenarios=()), out)
    return out


def test_same_settings_give_the_same_bytes_in_another_process(tmp_path: Path, benign_world: Path, repo: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "lab.sim", "--out", str(tmp_path / "again"), "--seed", "5", "--hosts", "10"]
    subprocess.run([*command, "--no-scenarios"], cwd=repo, check=True, capture_output=True)
    assert digests(tmp_path / "again") == digests(benign_world)


def test_another_seed_gives_another_world(tmp_path: Path, benign_world: Path) -> None:
    generate(SimSettings(seed=6, hosts=10, scenarios=()), tmp_path / "w")
    assert not set(digests(tmp_path / "w").values()) & set(digests(benign_world).values())


def test_planting_scenarios_leaves_benign_rows_as_they_are(tmp_path: Path, benign_world: Path) -> None:
    generate(SimSettings(**TINY), tmp_path / "all")
    generate(SimSettings(**TINY, scenarios=("empire-20s-j20",)), tmp_path / "one")
    without, one, everything = (lines_of(path) for path in (benign_world, tmp_path / "one", tmp_path / "all"))
    for name, lines in without.items():
        assert not lines - one[name], name
        assert not one[name] - everything[name], f"{name}: the other scenarios moved this one"
    added = Counter({name: sum((one[name] - without.get(name, Counter())).values()) for name in one})
    label = next(x for x in labels_of(tmp_path / "one") if x["id"] == "empire-20s-j20")
    assert added["http.2026-03-02.log.gz"] == label["events"]
    assert not any(added[name] for name in added if name.split(".")[0] not in ("conn", "dns", "http", "files"))


def labels_of(world: Path) -> Rows:
    labels: Rows = json.loads((world / "labels.json").read_text())["labels"]
    return labels


def test_labels_count_the_sessions_they_name(sim_rows: dict[str, Rows], sim_labels: Rows) -> None:
    counts: dict[tuple[str, str, int], list[float]] = {}
    for row in sim_rows["conn"]:
        counts.setdefault((row["id.orig_h"], row["id.resp_h"], row["id.resp_p"]), []).append(row["ts"])
    uids = {row["uid"] for row in sim_rows["conn"]}
    assert len({label["id"] for label in sim_labels}) == len(sim_labels) > 50
    for label in sim_labels:
        times = [ts for dest in label["dests"] for ts in counts[label["src"], dest, label["port"]]]
        inside = [ts for ts in times if label["first"] <= ts <= label["last"]]
        extra = label["parameters"].get("duplicates", 0) + label["parameters"].get("browsing_hits", 0)
        # a person may have two tabs of one site; a host asks its resolver for other things too
        shared = label["kind"] == "tab-refresh" or label["service"] == "dns"
        assert label["events"] <= len(inside) <= (len(times) if shared else label["events"] + extra), label["id"]
        assert label["first"] in times and label["last"] in times
        assert set(label["sample_uids"]) <= uids and label["sample_uids"]


def test_each_scenario_is_planted_and_labelled_malicious_with_its_technique(sim_labels: Rows) -> None:
    malicious = {label["scenario"]: label for label in sim_labels if label["label"] == "malicious"}
    assert set(malicious) == {scenario.id for scenario in SCENARIOS}
    assert all(label["technique"] and label["framework"] for label in malicious.values())


def test_look_alikes_are_labelled_benign(sim_labels: Rows) -> None:
    benign = Counter(label["kind"] for label in sim_labels if label["label"] == "benign")
    assert set(benign) == {"heartbeat", "ntp", "tab-refresh", "api", "names-with-data", "patch-run", "vulnerability-scan"}
    assert not any(label["machine_timed"] for label in sim_labels if label["kind"] == "api")


def test_manifest_counts_the_rows_of_each_file(sim_world: Path) -> None:
    manifest = json.loads((sim_world / "world.json").read_text())
    found = {name: sum(lines.values()) for name, lines in lines_of(sim_world).items()}
    assert manifest["files"] == found
    assert sum(manifest["rows"].values()) == sum(found.values())
    assert Counter(host["role"] for host in manifest["hosts"]) == {"server": 4, "desktop": 12, "always_on": 4}


def test_an_existing_world_is_left_alone_and_a_broken_one_made_again(tmp_path: Path) -> None:
    settings, out = SimSettings(seed=1, hosts=10, scenarios=()), tmp_path / "w"
    first = generate(settings, out)
    again = generate(settings, out)
    assert (first.written, again.written) == (True, False)
    assert (first.rows, first.labels) == (again.rows, again.labels)
    next(out.glob("dns.*")).unlink()
    assert generate(settings, out).written
    assert [path.name for path in tmp_path.iterdir()] == ["w"], "no scratch is left beside it"


def test_a_folder_with_other_things_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(SimulationError, match="no simulated world"):
        generate(SimSettings(**TINY), tmp_path)
    (tmp_path / "world.json").write_text("[]")
    with pytest.raises(SimulationError, match="name an empty or new folder"):
        generate(SimSettings(**TINY), tmp_path)
    with pytest.raises(SimulationError, match="is a file"):
        generate(SimSettings(**TINY), tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_failed_run_leaves_nothing_behind(tmp_path: Path) -> None:
    def fail(step: str, _done: int, _steps: int) -> None:
        if step == "shares":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate(SimSettings(**TINY), tmp_path / "w", progress=fail)
    assert not list(tmp_path.iterdir())


def test_progress_counts_up_to_the_end(tmp_path: Path) -> None:
    told: list[tuple[str, int, int]] = []
    generate(SimSettings(seed=2, hosts=10, scenarios=("slow-3600s-j90",)), tmp_path / "w", lambda *step: told.append(step))
    done = [step[1] for step in told]
    assert done == list(range(told[0][2] + 1))
    assert told[-1] == ("done", told[0][2], told[0][2])


def test_days_get_files_of_their_own_and_weekends_are_quiet(tmp_path: Path) -> None:
    generate(SimSettings(seed=3, hosts=10, start="2026-03-06", days=2, scenarios=()), tmp_path / "w")
    rows = json.loads((tmp_path / "w" / "world.json").read_text())["files"]
    assert rows["http.2026-03-07.log.gz"] < rows["http.2026-03-06.log.gz"]
    with gzip.open(tmp_path / "w" / "conn.2026-03-06.log.gz", "rt") as handle:
        last = json.loads(handle.read().splitlines()[-1])
    assert 1772841600 - 60 < last["ts"] + last.get("duration", 0) < 1772841600


def test_what_is_open_when_the_sensor_stops_is_counted_and_left_out(tmp_path: Path) -> None:
    settings = SimSettings(hosts=10)
    window = settings.window()
    capture = Capture(window, tmp_path)
    stage = Stage(settings, build_office(settings), build_internet(settings), capture, component_rng(1, "test"), "test")
    site = stage.internet.draw_site(stage.rng, SiteWish())
    three, size = np.zeros(3, dtype=np.int64), np.full(3, 900, dtype=np.int64)
    starts = window.end_us - np.asarray([9_000_000, 5_000_000, 3_000_000])
    flows = place_calls(stage, Calls(starts, "10.20.1.11", (site,), three, size, size, np.full(3, 4_000_000)))
    assert flows.plan_row.tolist() == [0, 1]
    assert capture.still_open == 1
    rows = capture.close(tmp_path)
    assert (sum(rows["conn"].values()), sum(rows["ssl"].values()), len(stage.lookups)) == (2, 2, 2)


def test_a_row_outside_the_window_is_a_fault_of_the_generator(tmp_path: Path) -> None:
    window = SimSettings().window()
    with pytest.raises(ValueError, match="1 rows are written outside the window"):
        Capture(window, tmp_path).add("conn", np.asarray([window.end_us]), {"ts": window.end_us})


BAD = [
    pytest.param({"hosts": 3}, "hosts must be a whole number from 10", id="too-few-hosts"),
    pytest.param({"days": 0}, "days must be a whole number from 1", id="no-day"),
    pytest.param({"start": "yesterday"}, "start must be a day like", id="no-date"),
    pytest.param({"seed": -1}, "seed must be a whole number", id="negative-seed"),
    pytest.param({"hosts": 10, "sampled_beacons": 9}, "from 0 to 8", id="more-implants-than-hosts"),
]


@pytest.mark.parametrize(("wrong", "message"), BAD)
def test_settings_that_make_no_world_are_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        SimSettings(**wrong)


def test_an_unknown_scenario_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(SimulationError, match=r"no such scenario: nope\. There are: .*cobalt-strike-60s"):
        generate(SimSettings(scenarios=("nope",)), tmp_path / "w")


def test_sampled_beacons_are_labelled_and_sit_on_hosts_of_their_own(tmp_path: Path) -> None:
    generate(SimSettings(seed=4, hosts=12, scenarios=(), sampled_beacons=8), tmp_path / "w")
    sampled = [label for label in labels_of(tmp_path / "w") if label["label"] == "malicious"]
    assert 6 <= len(sampled) <= 8
    assert len({label["src"] for label in sampled}) == len(sampled)


def test_the_command_line_says_what_is_missing_or_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "--out FOLDER" in capsys.readouterr().err
    assert main(["--out", str(tmp_path / "w"), "--hosts", "1"]) == 2
    assert "hosts must be a whole number" in capsys.readouterr().err
    assert main(["--list"]) == 0
    assert "cobalt-strike-60s" in capsys.readouterr().out

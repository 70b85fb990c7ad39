"""The notebook that continues from dataset_id runs as it stands, with the real PyGraphistry, on a picture of our client."""

from __future__ import annotations

import json
from pathlib import Path

import graphistry_server as loopback
import pytest
from graphistry_server import graphistry_server
from zeekhunt.graph.graphistry_client import GraphistryClient
from zeekhunt.graph.graphistry_export import Order, prepare
from zeekhunt.graph.graphistry_profile import Profile
from zeekhunt.graph.graphistry_table import Ends, read

pytest.importorskip("graphistry", reason="the test dependency PyGraphistry is not installed")

# warnings of PyGraphistry and of what it imports are not ours to mend
pytestmark = pytest.mark.filterwarnings("ignore")

HUB = [(f"10.0.0.{number}", "10.0.1.1") for number in range(1, 30)]
QUIET = [("10.0.9.1", "10.0.9.2")]


def cells(path: Path) -> list[str]:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert not any(cell.get("outputs") for cell in notebook["cells"]), "outputs of a run hold somebody's data"
    return ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]


def test_the_notebook_continues_from_a_sent_picture(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = {"src": [left for left, _ in HUB + QUIET], "dst": [right for _, right in HUB + QUIET]}
    with graphistry_server() as server:
        prepared = prepare(read(table, Ends()), Order())
        sent = GraphistryClient(Profile("default", server.url, user="u", timeout_s=10), loopback.TOKEN).send(prepared.picture)
        for name, value in {
            "HOSTNAME": server.url[len("http://") :],
            "PROTOCOL": "http",
            "PERSONAL_KEY_ID": loopback.KEY_ID,
            "PERSONAL_KEY_SECRET": loopback.KEY_SECRET,
            "DATASET_ID": sent.dataset_id,
        }.items():
            monkeypatch.setenv(f"GRAPHISTRY_{name}", value)
        names: dict[str, object] = {}
        for source in cells(repo / "notebooks" / "continue_in_graphistry.ipynb"):
            exec(compile(source, "cell", "exec"), names)
        second = [dataset for identity, dataset in server.state.datasets.items() if identity != sent.dataset_id]
    assert (len(names["nodes"]), len(names["edges"]), len(names["quiet"])) == (32, 30, 1)  # type: ignore[arg-type]
    assert str(names["url"]).startswith(f"{server.url}/graph/graph.html?dataset=")
    assert [(each["name"], each["mode"]) for each in second] == [("Without the loud hosts", "private")]
    assert second[0]["edges"].num_rows == 1

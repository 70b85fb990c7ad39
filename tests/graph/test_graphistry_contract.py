"""Our client and PyGraphistry send the same picture to the same server: the same calls, bodies and tables.

What may differ: string and large_string, nanoseconds and microseconds, which program sent it (agent), and the refresh of a login
that is seconds old. PyGraphistry sends its complex encodings beside the simple ones in the same object.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import graphistry_server as loopback
import pytest
from graphistry_server import GraphistryServer, State, graphistry_server
from zeekhunt.graph.graphistry_client import GraphistryClient, Picture
from zeekhunt.graph.graphistry_pictures import PICTURES, draw
from zeekhunt.graph.graphistry_profile import Credentials, Profile
from zeekhunt.graph.graphistry_table import Ends, read

graphistry = pytest.importorskip("graphistry", reason="the test dependency PyGraphistry is not installed")
pandas = pytest.importorskip("pandas", reason="pandas, which PyGraphistry brings, is not installed")

# warnings of PyGraphistry and of what it imports are not ours to mend
pytestmark = pytest.mark.filterwarnings("ignore")

TABLE = {
    "src": ["10.0.0.1", "10.0.0.1", "10.0.0.2", "", ""],
    "dst": ["10.0.0.2", "10.0.0.3", "evil.example", "", ""],
    "service": ["ssh", "", "dns", "", ""],
    "score": ["12.5", "80", "99", "", ""],
    "hop": ["1", "2", "2", "", ""],
    "first": ["1700000000.25", "1700000060", "1700000090", "", ""],
    "count": ["1", "22", "333", "", ""],
    "intel": ["", "", "malicious", "malicious", ""],
    "id": ["", "", "", "evil.example", "10.0.0.1"],
    "role": ["", "", "", "external", "jump host"],
}


@pytest.fixture
def server() -> Iterator[GraphistryServer]:
    with graphistry_server() as running:
        yield running


def picture_of(name: str) -> Picture:
    return draw(read(dict(TABLE), Ends()), name, "a picture")[0]


def sent_by_us(server: GraphistryServer, picture: Picture, organization: str) -> State:
    profile = Profile("default", server.url, user=loopback.USER, organization=organization, timeout_s=10)
    client = GraphistryClient(profile)
    client.login(Credentials(loopback.PASSWORD))
    client.send(picture)
    return taken(server)


def sent_by_pygraphistry(server: GraphistryServer, picture: Picture, organization: str) -> State:
    client = graphistry.client()
    who = {"username": loopback.USER, "password": loopback.PASSWORD, **({"org_name": organization} if organization else {})}
    client.register(api=3, protocol="http", server=server.url[len("http://") :], **who)
    names = {"node_title": "point_title", "node_size": "point_size", "node_x": "point_x", "node_y": "point_y"}
    drawing = picture.drawing
    plotter = client.edges(pandas.DataFrame(dict(picture.edges))).nodes(pandas.DataFrame(dict(picture.nodes)))
    plotter = plotter.bind(**{names.get(name, name): column for name, column in drawing.edge_bindings.items()})
    plotter = plotter.bind(**{names.get(name, name): column for name, column in drawing.node_bindings.items()})
    for name, encoding in {**drawing.edge_encodings, **drawing.node_encodings}.items():
        plotter = encoded(plotter, name, encoding)
    plotter.privacy().name(picture.title).description("").plot(render=False)
    return taken(server)


def encoded(plotter: Any, name: str, encoding: dict[str, Any]) -> Any:
    if name == "pointBadgeTopRightEncoding":
        return plotter.encode_point_badge(
            encoding["attribute"], "TopRight", categorical_mapping=encoding["mapping"]["categorical"]["fixed"]
        )
    method = plotter.encode_point_color if name == "pointColorEncoding" else plotter.encode_edge_color
    if encoding["variation"] == "continuous":
        return method(encoding["attribute"], encoding["colors"], as_continuous=True)
    mapping = encoding["mapping"]["categorical"]
    return method(encoding["attribute"], categorical_mapping=mapping["fixed"], default_mapping=mapping["other"])


def taken(server: GraphistryServer) -> State:
    state, server.state = server.state, State()
    return state


def as_compared(table: Any) -> dict[str, tuple[str, list[Any]]]:
    columns = {}
    for field, column in zip(table.schema, table.columns):
        kind = str(field.type).replace("large_string", "string").replace("[ns,", "[us,")
        values = [value.isoformat() if hasattr(value, "isoformat") else value for value in column.to_pylist()]
        columns[field.name] = (kind, values)
    return columns


def calls(state: State) -> list[str]:
    """Each path once, in order: PyGraphistry refreshes a login and switches the organization more often than is needed."""
    return list(dict.fromkeys(path for path in state.paths() if not path.endswith("/token/refresh")))


@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("organization", ["", loopback.ORGANIZATION])
def test_both_send_the_same_picture(server: GraphistryServer, name: str, organization: str) -> None:
    picture = picture_of(name)
    ours = sent_by_us(server, picture, organization)
    theirs = sent_by_pygraphistry(server, picture, organization)
    assert calls(ours) == calls(theirs)
    for part in ("/api-token-auth/", "/share/link/"):
        assert ours.of(part).content == theirs.of(part).content
    for part in ("/edges/arrow", "/nodes/arrow"):
        assert as_compared(ours.of(part).table) == as_compared(theirs.of(part).table)
        assert ("content-type" in ours.of(part).headers) == ("content-type" in theirs.of(part).headers)
    mine, real = (
        dict(next(each for each in state.recorded if each.path.endswith("/datasets/")).content) for state in (ours, theirs)
    )
    assert set(mine.pop("metadata")) <= set(real.pop("metadata"))
    assert mine == real

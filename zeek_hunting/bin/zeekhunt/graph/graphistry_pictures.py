"""The four pictures as Graphistry draws them: which column gives colour, size, badge, place and page settings.

hubs: who talks to very many, who is talked to by many. anomaly: which edge is unlike the rest. lateral: by which hosts, in which
order. intel: what is known bad and who touched it. Colours are the palette shared with the visualization in Splunk. An encoding
whose column is absent is left out, and a sentence says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .arrow_file import Value
from .graphistry_cells import label
from .graphistry_client import Drawing, Picture
from .graphistry_table import DESTINATION, NODE, SOURCE, Graph

HUBS, ANOMALY, LATERAL, INTEL = "hubs", "anomaly", "lateral", "intel"
PICTURES = (HUBS, ANOMALY, LATERAL, INTEL)
ARROWS_UP_TO = 5_000  # edges; with more, arrow heads hide what they point at
LANE_HEIGHT, WIDTH = 60.0, 1_000.0

GREY = "#9D9DA6"
ROLE_COLOURS = {
    "client": "#4C78A8",
    "server": "#F58518",
    "both": "#54A24B",
    "external": GREY,
    "scanner": "#E41E26",
    "jump host": "#B279A2",
    "domain controller": "#EECA3B",
    "resolver": "#72B7B2",
    "proxy": "#FF9F1C",
    "printer": "#6E8CAA",
    "backup": "#5AA05A",
    "deployment": "#50AAAA",
}
SERVICE_COLOURS = {
    "dns": "#6E8CAA",
    "http": "#5AA05A",
    "ssl": "#50AAAA",
    "smb": "#E6AA28",
    "rdp": "#DC3C78",
    "ssh": "#965ADC",
    "winrm": "#B279A2",
    "kerberos": "#C0A0FF",
    "ntlm": "#C0A0FF",
}
OTHER_SERVICE = "#7A7F87"
INTEL_COLOURS = {"malicious": "#E41E26", "suspicious": "#FF9F1C"}
INTEL_BADGES = {"malicious": "exclamation-triangle", "suspicious": "question-circle"}
SCORE_RAMP = (GREY, "#4C78A8", "#EECA3B", "#E41E26")
TIME_RAMP = ("#4C78A8", "#72B7B2", "#EECA3B", "#E41E26")
SCORES = ("score", "threat_score", "beacon_score", "tunnel_score", "hub_score")
PAGE = {
    HUBS: {"dissuadeHubs": "true", "linLog": "true"},
    ANOMALY: {"pointsOfInterestMax": "20", "edgeOpacity": "0.5"},
    LATERAL: {"play": "0", "lockedX": "true", "lockedY": "true", "edgeCurvature": "0.2", "showArrows": "true"},
    INTEL: {"strongGravity": "true", "pointsOfInterestMax": "20"},
}


def draw(graph: Graph, picture: str, title: str) -> tuple[Picture, list[str]]:
    """(the picture, sentences about what it lacks). Columns that only the drawing needs are added to the graph's."""
    drawn = _Drawn(graph)
    {HUBS: _hubs, ANOMALY: _anomaly, LATERAL: _lateral, INTEL: _intel}[picture](drawn)
    parameters = dict(PAGE[picture])
    parameters.setdefault("showArrows", "true" if graph.edge_count <= ARROWS_UP_TO else "false")
    drawing = Drawing(drawn.edge_bindings, drawn.node_bindings, drawn.edge_encodings, drawn.node_encodings, parameters)
    notes = [f"picture={picture} has no {lack}" for lack in drawn.lacks]
    return Picture(title, drawn.edges, drawn.nodes, drawing), notes


class _Drawn:
    """A picture in the making: columns, bindings and encodings of both parts, and what was wanted in vain."""

    def __init__(self, graph: Graph) -> None:
        self.edges, self.nodes = dict(graph.edges), dict(graph.nodes)
        self.edge_bindings = {"source": SOURCE, "destination": DESTINATION}
        self.node_bindings = {"node": NODE, "node_title": "label", "node_size": "degree"}
        self.edge_encodings: dict[str, Any] = {}
        self.node_encodings: dict[str, Any] = {}
        self.lacks: list[str] = []

    def score(self) -> str:
        """The edges' column of a score, made the nodes' too where they have none; '' when there is none."""
        name = next((each for each in SCORES if _is_number(self.edges.get(each))), "")
        if name and not _is_number(self.nodes.get(name)):
            highest: dict[Value, Any] = {}
            for left, right, value in zip(self.edges[SOURCE], self.edges[DESTINATION], self.edges[name]):
                for end in (left, right):
                    if value is not None and (end not in highest or value > highest[end]):
                        highest[end] = value
            self.nodes[name] = [highest.get(node) for node in self.nodes[NODE]]
        return name

    def edge_colours(self, attribute: str, colours: Mapping[str, str], other: str) -> None:
        if attribute in self.edges:
            self.edge_encodings["edgeColorEncoding"] = _categorical("edge", "color", attribute, colours, other)

    def node_colours(self, attribute: str, colours: Mapping[str, str], other: str) -> None:
        self.node_encodings["pointColorEncoding"] = _categorical("point", "color", attribute, colours, other)


def _hubs(drawn: _Drawn) -> None:
    drawn.node_colours("role", ROLE_COLOURS, GREY)
    drawn.edge_colours("service", SERVICE_COLOURS, OTHER_SERVICE)
    if "service" not in drawn.edges:
        drawn.lacks.append("column service: edges have one colour")


def _anomaly(drawn: _Drawn) -> None:
    score = drawn.score()
    if not score:
        drawn.lacks.append(f"score among the edges' columns ({', '.join(SCORES)}): nothing is flagged")
        drawn.node_colours("role", ROLE_COLOURS, GREY)
        return
    drawn.edge_encodings["edgeColorEncoding"] = _continuous("edge", score, SCORE_RAMP)
    drawn.edge_bindings["edge_weight"] = score
    drawn.node_encodings["pointColorEncoding"] = _continuous("point", score, SCORE_RAMP)
    drawn.node_bindings["node_size"] = score


def _lateral(drawn: _Drawn) -> None:
    drawn.node_colours("role", ROLE_COLOURS, GREY)
    order = "hop" if _is_number(drawn.edges.get("hop")) else "first" if _is_time(drawn.edges.get("first")) else ""
    if order == "hop":
        drawn.edge_encodings["edgeColorEncoding"] = _continuous("edge", "hop", TIME_RAMP)
    else:
        drawn.edge_colours("service", SERVICE_COLOURS, OTHER_SERVICE)
    if not order:
        drawn.lacks.append("column hop or first among the edges: lanes follow the order of rows, not time")
    drawn.nodes["x"], drawn.nodes["y"] = _lanes(drawn)
    drawn.node_bindings.update(node_x="x", node_y="y")
    drawn.edges["title"] = _titles(drawn.edges)
    drawn.edge_bindings["edge_title"] = "title"


def _intel(drawn: _Drawn) -> None:
    if "intel" not in drawn.nodes:
        drawn.lacks.append("column intel among the nodes: none is marked as known bad")
        drawn.node_colours("role", ROLE_COLOURS, GREY)
        return
    drawn.node_colours("intel", INTEL_COLOURS, GREY)
    drawn.node_encodings["pointBadgeTopRightEncoding"] = _categorical("point", "badgeTopRight", "intel", INTEL_BADGES, None)
    drawn.edge_colours("intel", INTEL_COLOURS, GREY)


def _categorical(kind: str, what: str, attribute: str, fixed: Mapping[str, str], other: str | None) -> dict[str, Any]:
    mapping: dict[str, Any] = {"fixed": dict(fixed)}
    if other is not None:
        mapping["other"] = other
    return {
        "graphType": kind,
        "encodingType": what,
        "attribute": attribute,
        "variation": "categorical",
        "mapping": {"categorical": mapping},
    }


def _continuous(kind: str, attribute: str, colours: Sequence[str]) -> dict[str, Any]:
    return {
        "graphType": kind,
        "encodingType": "color",
        "attribute": attribute,
        "variation": "continuous",
        "colors": list(colours),
    }


def _lanes(drawn: _Drawn) -> tuple[list[Value], list[Value]]:
    """x: when a host was first reached, or before its first hop; y: its lane, in order of appearance."""
    steps = _order_of(drawn.edges)
    reached: dict[Value, float] = {}
    left: dict[Value, float] = {}
    lanes: dict[Value, int] = {}
    for step, source, destination in sorted(zip(steps, drawn.edges[SOURCE], drawn.edges[DESTINATION]), key=lambda each: each[0]):
        for host in (source, destination):
            lanes.setdefault(host, len(lanes))
        left.setdefault(source, step)
        reached.setdefault(destination, step)
    before = 0.1 * WIDTH
    x: list[Value] = []
    for node in drawn.nodes[NODE]:
        start = left.get(node)
        arrived = reached.get(node)
        came_first = start is not None and (arrived is None or start < arrived)
        x.append(start - before if came_first and start is not None else arrived if arrived is not None else 0.0)
    return x, [0.0 - LANE_HEIGHT * lanes.get(node, len(lanes)) for node in drawn.nodes[NODE]]


def _order_of(edges: Mapping[str, Sequence[Value]]) -> list[float]:
    """Where an edge stands between 0 and WIDTH: by time, else by hop, else by row; those that do not say stand at the end."""
    first, hop = edges.get("first"), edges.get("hop")
    if first is not None and _is_time(first) and len({*first} - {None}) > 1:
        raw = [each.timestamp() if isinstance(each, datetime) else None for each in first]
    elif hop is not None and _is_number(hop):
        raw = [float(each) if isinstance(each, (int, float)) else None for each in hop]
    else:
        raw = [float(row) for row in range(len(edges[SOURCE]))]
    known = [each for each in raw if each is not None]
    low, span = min(known), (max(known) - min(known)) or 1.0
    return [WIDTH if each is None else WIDTH * (each - low) / span for each in raw]


def _titles(edges: Mapping[str, Sequence[Value]]) -> list[Value]:
    """'hop 2 · rdp · 2026-11-24 10:00:00', of what is there."""
    parts = [edges.get(name) or [None] * len(edges[SOURCE]) for name in ("hop", "service", "first")]
    return [label(" · ".join(_said(hop, service, first))) for hop, service, first in zip(*parts)]


def _said(hop: Value, service: Value, first: Value) -> list[str]:
    said = [f"hop {hop}"] if hop is not None else []
    said += [str(service)] if service is not None else []
    if isinstance(first, datetime):
        said.append(first.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M:%S"))
    return said


def _is_number(column: Sequence[Value] | None) -> bool:
    kinds = {type(value) for value in column or ()} - {type(None)}
    return bool(kinds) and kinds <= {int, float}


def _is_time(column: Sequence[Value] | None) -> bool:
    return {type(value) for value in column or ()} - {type(None)} == {datetime}

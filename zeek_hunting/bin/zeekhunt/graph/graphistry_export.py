"""From the rows of a search to a picture that is ready to be sent, and the rows that say what was sent or would be.

Nothing here talks to a server: dry_run stops after this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Union

from .graphistry_client import PRIVATE, Picture, Sent
from .graphistry_pictures import HUBS, draw
from .graphistry_pseudonyms import hide
from .graphistry_table import NODE, SOURCE, Graph

OutCell = Union[None, str, int]
_TYPES = {bool: "boolean", int: "whole number", float: "decimal", datetime: "time", str: "text"}
_EXAMPLE = 80


@dataclass(frozen=True)
class Order:
    """picture: one of graphistry_pictures.PICTURES. title: the data set's name. privacy: the mode to ask for."""

    server: str = "default"
    picture: str = HUBS
    title: str = ""
    privacy: str = PRIVATE


@dataclass(frozen=True)
class Prepared:
    """pseudonyms: pseudonym -> name, empty unless names were hidden. notes: sentences for the user."""

    picture: Picture
    pseudonyms: Mapping[str, str]
    notes: Sequence[str]


def prepare(graph: Graph, order: Order, key: bytes | None = None) -> Prepared:
    """key: of the pseudonyms; None sends the names themselves."""
    pseudonyms: Mapping[str, str] = {}
    if key is not None:
        graph, pseudonyms = hide(graph, key)
    picture, lacks = draw(graph, order.picture, order.title or f"Zeek Hunting: {order.picture}")
    return Prepared(picture, pseudonyms, [*graph.notes, *lacks])


def receipt(prepared: Prepared, sent: Sent, order: Order) -> dict[str, list[OutCell]]:
    """The one row of an upload."""
    return {
        "graphistry_url": [sent.url],
        "dataset_id": [sent.dataset_id],
        "nodes": [len(prepared.picture.nodes[NODE])],
        "edges": [len(prepared.picture.edges[SOURCE])],
        "privacy": [sent.privacy],
        "server": [order.server],
        "picture": [order.picture],
    }


def outline(prepared: Prepared) -> dict[str, list[OutCell]]:
    """One row per column that would leave (part, column, type, values, distinct, example), then one per pseudonym."""
    rows: list[tuple[OutCell, ...]] = []
    for part, columns in (("edges", prepared.picture.edges), ("nodes", prepared.picture.nodes)):
        for name, values in columns.items():
            there = [value for value in values if value is not None]
            kind = _TYPES[type(there[0])] if there else "empty"
            example = str(there[0])[:_EXAMPLE] if there else None
            rows.append((part, name, kind, len(there), len(set(there)), example))
    for pseudonym, name in prepared.pseudonyms.items():
        rows.append(("pseudonym", pseudonym, _TYPES[str], 1, 1, name))
    names = ("part", "column", "type", "values", "distinct", "example")
    return {name: [row[place] for row in rows] for place, name in enumerate(names)}


def counted(prepared: Prepared) -> str:
    """'12 nodes with 7 columns and 30 edges with 9'."""
    picture = prepared.picture
    nodes, edges = len(picture.nodes[NODE]), len(picture.edges[SOURCE])
    return f"{nodes:,} nodes with {len(picture.nodes)} columns and {edges:,} edges with {len(picture.edges)}"

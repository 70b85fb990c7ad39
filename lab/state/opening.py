"""Where the KV store of a lab lies, and how everybody opens it: with the types that the app's collections.conf declares."""

from __future__ import annotations

from pathlib import Path

from lab.driver import app_conf
from lab.state.field_types import field_types
from lab.state.kvstore import KvStore

FILE = "kvstore.sqlite"


def app_name(app: Path) -> str:
    """What Splunk calls the app: the name of its folder, whatever leads there."""
    return app.resolve().name


def kv_store(state: Path, app: Path) -> KvStore:
    """The store in a folder of state. app: the app's folder; its collections are found under the folder's name."""
    declared = app_conf(app, "collections")
    name = app_name(app)
    return KvStore(state / FILE, {(name, each): field_types(stanza) for each, stanza in declared.items()})

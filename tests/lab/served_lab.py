"""A lab served on a free port of loopback, over a few events and an app with saved searches and a collection."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from spl_events import APP, START_S, make_store
from splunklib import client

from lab.rest import RestSettings, application, running

TOKEN = "a-token-for-tests"
APP_NAME = "tiny"
MANY = 120_000
SAVED = """
[default]
dispatch.latest_time = now

[All - events]
search = index=* | table uid n
dispatch.earliest_time = -60s
cron_schedule = 7 * * * *
enableSched = 0
action.email = 1

[By / port]
search = sourcetype="zeek:conn*" | stats count by id.resp_p
dispatch.max_count = 1

[Off]
search = index=*
disabled = 1

[Broken]
search = index=* | nosuchcommand
"""
COLLECTIONS = """
[allowed]
enforceTypes = true
field.entity = string
field.weight = number

[open]
"""


def make_app(folder: Path) -> Path:
    """The tests' tiny app with saved searches and collections."""
    app = folder / APP_NAME
    shutil.copytree(APP, app)
    (app / "default" / "savedsearches.conf").write_text(SAVED, encoding="utf-8")
    (app / "default" / "collections.conf").write_text(COLLECTIONS, encoding="utf-8")
    (app / "default" / "app.conf").write_text("[ui]\nlabel = Tiny\n[launcher]\nversion = 1.2.3\n", encoding="utf-8")
    views = app / "default" / "data" / "ui" / "views"
    views.mkdir(parents=True)
    (views / "first.xml").write_text('<dashboard version="2"><label>First &amp; only</label></dashboard>', encoding="utf-8")
    return app


def make_settings(folder: Path, **changes: Any) -> RestSettings:
    app = make_app(folder)
    logs = folder / "logs"
    logs.mkdir()
    return replace(RestSettings(app, make_store(logs), TOKEN, state=folder / "state"), **changes)


def make_many(folder: Path) -> Path:
    """A store with MANY events."""
    from lab.ingest import Store, ingest

    lines = (json.dumps({"ts": START_S + number / 100, "uid": f"U{number}"}) for number in range(MANY))
    (folder / "conn.log").write_text("\n".join(lines) + "\n", encoding="utf-8")
    path = folder / "many.duckdb"
    with Store(path) as store:
        ingest([folder / "conn.log"], store)
    return path


@contextmanager
def served(settings: RestSettings) -> Iterator[int]:
    """The port that the lab answers on."""
    with running(application(settings)) as port:
        yield port


def connected(port: int, **changes: Any) -> client.Service:
    """The real client of the splunk-sdk, with the token."""
    plain = {"scheme": "http", "host": "127.0.0.1", "port": port, "splunkToken": TOKEN, "app": APP_NAME, "owner": "nobody"}
    return client.connect(**{**plain, **changes})

"""What a served lab is made of."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

from lab.spl import SearchSettings
from lab.state import app_name

USER = "admin"
VERSION = "9.3.0"  # the oldest Splunk that the app supports; from 9.0.2 the client asks the v2 paths
NO_LOGS = "no logs are loaded: run lab ingest FOLDER, then search again"


@dataclass(frozen=True)
class RestSettings:
    """app: the app's folder. store: the logs; it may not exist yet. token: the secret of whoever may call, also the password of
    the user ``admin``. search: how searches run; its app and state are overridden by those here. state: KV store, lookups and
    summary rows. job_ttl_s: how long a finished job is kept after its last use. jobs_at_once: searches that run at one time.
    """

    app: Path
    store: Path
    token: str
    state: Path | None = None
    search: SearchSettings | None = None
    job_ttl_s: int = 600
    jobs_at_once: int = 2
    most_jobs: int = 200
    most_rows: int = 500_000
    hosts: tuple[str, ...] = field(default=("127.0.0.1", "localhost", "[::1]"))

    @property
    def app_name(self) -> str:
        return app_name(self.app)

    @property
    def state_folder(self) -> Path:
        """Where searches leave things, beside the store unless told otherwise."""
        return self.state or self.store.with_suffix(".state")


def new_token() -> str:
    """A secret that nobody can guess, fit for an address."""
    return secrets.token_urlsafe(24)

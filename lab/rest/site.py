"""A served lab: its settings and what its handlers share."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from starlette.responses import Response

from lab.driver import app_conf
from lab.driver.conf import Stanzas
from lab.rest.call import Call
from lab.rest.job_board import JobBoard
from lab.rest.refusal import Refused
from lab.rest.settings import RestSettings
from lab.spl import SearchSettings
from lab.state import KvStore, kv_store

MOST_SESSIONS = 1_000


@dataclass(frozen=True)
class Password:
    realm: str
    name: str
    clear: str

    @property
    def title(self) -> str:
        """``realm:name:`` with the colons inside either part escaped, as splunkd names it."""
        return "".join(part.replace("\\", "\\\\").replace(":", "\\:") + ":" for part in (self.realm, self.name))


@dataclass
class Site:
    """passwords: kept in this process alone, by their title; a lab writes no secret to a disk."""

    settings: RestSettings
    jobs: JobBoard
    sessions: set[str] = field(default_factory=set)
    passwords: dict[str, Password] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: RestSettings) -> Site:
        return cls(settings, JobBoard(settings))

    @property
    def app(self) -> Path:
        return self.settings.app

    @property
    def search_settings(self) -> SearchSettings:
        """How searches run here."""
        given = self.settings.search or SearchSettings(app=self.settings.app)
        return replace(given, app=self.settings.app, state=self.settings.state_folder)

    def conf(self, name: str) -> Stanzas:
        return app_conf(self.app, name)

    def kv(self) -> KvStore:
        """The KV store, with the field types that collections.conf declares at this moment."""
        return kv_store(self.settings.state_folder, self.app)

    def new_session(self) -> str:
        if len(self.sessions) >= MOST_SESSIONS:
            raise Refused(503, f"{MOST_SESSIONS} sessions are open; use the token itself", "FATAL")
        key = secrets.token_urlsafe(32)
        self.sessions.add(key)
        return key


Handler = Callable[[Site, Call], Response]
# path below /services, Starlette's pattern -> method -> handler
Routes = list[tuple[str, dict[str, Handler]]]

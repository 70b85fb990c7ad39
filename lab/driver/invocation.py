"""How a command is called: which script of which app, with which arguments, in which search."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lab.driver.conf import app_conf
from lab.driver.failure import NotACommand

# What stands in `sid` while splunkd only parses a search (Splunk's own toolkit tests for these); None: the key is missing.
PROBE_SIDS: tuple[str | None, ...] = ("", None, "tmp", "searchparsetmp_123", "x_tmp")
_TRUE = frozenset(("1", "true", "t", "yes", "y"))
_ARGUMENT = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*"?)+')
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r'\\(["\\])')


@dataclass(frozen=True)
class Limits:
    """Bounds on what a process may take. reply_s: for one answer; exit_s: from the end of input to the end of the process."""

    reply_s: float = 600.0
    exit_s: float = 30.0
    max_reply_b: int = 2 * 1024**3
    max_stderr_b: int = 64 * 1024
    max_rows: int = 20_000_000


@dataclass(frozen=True)
class SearchInfo:
    """The search that a command is part of. Times are epoch seconds as text, "0" when unset. sid None: the key is left out."""

    text: str = ""
    sid: str | None = "1700000000.1"
    earliest_time: str = "0"
    latest_time: str = "0"
    owner: str = "admin"
    session_key: str = "lab-has-no-session"
    splunkd_uri: str = "https://127.0.0.1:8089"
    splunk_version: str = "10.2.3"
    max_result_rows: int = 50_000


@dataclass(frozen=True)
class Invocation:
    """A command as typed. raw_args: the tokens after its name, quotes kept (see split_arguments).

    remote: the process stands for one on an indexer. environment: added to this process's own, without its PYTHON* variables.
    """

    app: Path
    command: str
    raw_args: tuple[str, ...] = ()
    search: SearchInfo = field(default_factory=SearchInfo)
    python: str = sys.executable
    environment: Mapping[str, str] = field(default_factory=dict)
    preview: bool = False
    remote: bool = False
    limits: Limits = field(default_factory=Limits)

    @property
    def args(self) -> list[str]:
        """raw_args without their quotes, as splunkd hands them over beside the raw ones."""
        return [_QUOTED.sub(lambda match: _ESCAPE.sub(r"\1", match.group(1)), token) for token in self.raw_args]

    def script(self) -> Path:
        """The file to run. Raises NotACommand."""
        commands = app_commands(self.app)
        if self.command not in commands:
            raise NotACommand(
                f"Unknown search command '{self.command}'. {self.app.name} has: {', '.join(sorted(commands)) or 'none'}."
            )
        stanza = commands[self.command]
        if stanza.get("chunked", "false").lower() not in _TRUE:
            raise NotACommand(f"'{self.command}' is not chunked = true in commands.conf; only that protocol is spoken here.")
        script = self.app / "bin" / stanza.get("filename", f"{self.command}.py")
        if not script.is_file():
            raise NotACommand(f"commands.conf names {script.name} for '{self.command}', but {script} does not exist.")
        return script.resolve()

    def process_environment(self) -> dict[str, str]:
        """The variables of the process. PYTHON* of the caller would change what the command imports, so they stay here."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        return {**kept, **self.environment}

    def getinfo(self, dispatch_dir: Path) -> dict[str, Any]:
        """The metadata of the first request, every key as in captured traffic."""
        search = self.search
        text = f"lit{search.text}" if self.remote and search.text.startswith("search") else search.text
        sid = f"remote_lab_{search.sid}" if self.remote and search.sid else search.sid
        searchinfo = {
            "args": self.args,
            "raw_args": list(self.raw_args),
            "dispatch_dir": str(dispatch_dir),
            **({} if sid is None else {"sid": sid}),
            "app": self.app.name,
            "owner": search.owner,
            "username": search.owner,
            "session_key": search.session_key,
            "splunkd_uri": search.splunkd_uri,
            "splunk_version": search.splunk_version,
            "search": quote(text, safe=""),
            "command": self.command,
            "maxresultrows": search.max_result_rows,
            "earliest_time": search.earliest_time,
            "latest_time": search.latest_time,
        }
        return {
            "action": "getinfo",
            "preview": self.preview,
            "streaming_command_will_restart": False,
            "searchinfo": searchinfo,
        }


def app_commands(app: Path) -> dict[str, dict[str, str]]:
    """The custom commands of an app: name -> its settings in commands.conf. Raises conf.ConfError."""
    return {name: settings for name, settings in app_conf(app, "commands").items() if name != "default"}


def split_arguments(text: str) -> tuple[str, ...]:
    """The tokens of a command's arguments, split at blanks outside double quotes, quotes and escapes kept."""
    return tuple(_ARGUMENT.findall(text))

"""What can go wrong with a command, as the person at the search bar would read it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """One entry of ``inspector.messages``. level: DEBUG, INFO, WARN, ERROR or FATAL. process: which process sent it."""

    level: str
    text: str
    process: str = ""

    @property
    def fatal(self) -> bool:
        return self.level in ("ERROR", "FATAL")


class CommandFailed(Exception):
    """The command ended the search. ``text`` is what Splunk would show; the rest is for whoever repairs the command."""

    def __init__(self, text: str, process: str = "", messages: Sequence[Message] = (), stderr: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.process = process
        self.messages = list(messages)
        self.stderr = stderr


class NotACommand(CommandFailed):
    """The name is no runnable command of this app: not in commands.conf, not chunked, or its script is missing."""


class BrokenReply(CommandFailed):
    """The process wrote something that is not a whole reply of the protocol."""


class ReplyTimeout(CommandFailed):
    """The process did not answer in time and was killed."""

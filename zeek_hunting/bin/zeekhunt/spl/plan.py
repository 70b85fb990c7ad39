"""What a command is, as data: enough to answer splunkd's getinfo without importing the SDK.

One search starts a command several times, and most of those processes only answer a parse-time probe. They must not pay for the
SDK's import (100 ms), so the plan is plain Python and both the probe and the full command answer from it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO, NamedTuple, NoReturn

from .chunk import Chunk, ChunkError, read_chunk, write_chunk

STREAMING = "streaming"
REPORTING = "reporting"
PHASE = "phase"
MAP, MERGE = "map", "merge"
HANDED_OVER = "ZEEK_HUNTING_GETINFO_FD"  # a file descriptor, not a path: getinfo holds the session key


class Plan(NamedTuple):  # a dataclass would import inspect, 5 ms that every probe pays
    """name: the command as typed. required_fields(arguments): fields to ask splunkd for, from option name -> text as typed.

    map_merge False: a streaming command. True: a map on the indexers (type streaming) whose partial rows, or the raw events
    when splunkd skips the map, go to a merge on the search head (type reporting).
    """

    name: str
    required_fields: Callable[[Mapping[str, str]], Sequence[str]]
    map_merge: bool = False

    def reply(self, searchinfo: Mapping[str, Any]) -> dict[str, Any]:
        """The getinfo reply for these arguments; option values are not judged here."""
        typed = _typed(searchinfo)
        # list, not tuple: splunkd's JSON and the SDK's check both want one
        required = list(dict.fromkeys(self.required_fields(typed)))
        if not self.map_merge or self.phase(searchinfo) == MAP:
            return {"type": STREAMING, "required_fields": required}
        # run_in_preview stands in commands.conf too: which of the two wins is undocumented, so both say the same
        reply = {"type": REPORTING, "required_fields": required, "run_in_preview": False}
        return {**reply, "streaming_preop": self.preop(searchinfo.get("raw_args") or searchinfo.get("args") or [])}

    def phase(self, searchinfo: Mapping[str, Any]) -> str:
        """Which half of a map-merge command this process is."""
        return MAP if _typed(searchinfo).get(PHASE) == MAP else MERGE

    def preop(self, raw_args: Sequence[str]) -> str:
        """The SPL splunkd runs on the indexers: the user's own tokens, still quoted as typed, after ``phase=map``."""
        tokens = [str(token) for token in raw_args if not str(token).startswith(f"{PHASE}=")]
        return " ".join([self.name, f"{PHASE}={MAP}", *tokens])


class Exchange(NamedTuple):
    """splunkd's getinfo, and whether an earlier image of this process read it (see numeric.run_again_under)."""

    getinfo: Chunk
    handed_over: bool = False


def _typed(searchinfo: Mapping[str, Any]) -> dict[str, str]:
    return dict(str(arg).split("=", 1) for arg in searchinfo.get("args") or [] if "=" in str(arg))


def is_probe(searchinfo: Mapping[str, Any]) -> bool:
    """Whether splunkd only parses the search: no sid, ``tmp``, ``searchparsetmp…`` or ``…_tmp`` (as Splunk's own toolkit
    tests)."""
    sid = searchinfo.get("sid")
    if not isinstance(sid, str) or not sid:
        return True
    return sid == "tmp" or sid.startswith("searchparsetmp") or sid.endswith("_tmp")


def open_exchange(plan: Plan) -> Exchange:
    """Read getinfo. A parse-time probe is answered here and the process ends; anything else is returned for the full command."""
    stdin, stdout = sys.stdin.buffer, sys.stdout.buffer
    handed = os.environ.pop(HANDED_OVER, "")
    try:
        if handed.isdigit():
            with os.fdopen(int(handed), "rb") as earlier:
                getinfo = read_chunk(earlier)
        else:
            getinfo = read_chunk(stdin)
    except ChunkError as error:
        refuse(plan.name, f"cannot read Splunk's first message: {error}", stdout)
    if getinfo is None:
        sys.exit(0)
    if getinfo.metadata.get("action") != "getinfo":
        refuse(plan.name, f"expected Splunk's getinfo, got action {getinfo.metadata.get('action')!r}", stdout)
    searchinfo = getinfo.metadata.get("searchinfo")
    if not isinstance(searchinfo, dict):
        refuse(plan.name, "Splunk's getinfo has no searchinfo", stdout)
    if is_probe(searchinfo):
        write_chunk(stdout, plan.reply(searchinfo))
        sys.exit(0)
    return Exchange(getinfo, handed.isdigit())


def refuse(name: str, text: str, stdout: BinaryIO) -> NoReturn:
    """End the search with one sentence to the user. ``inspector`` goes before ``error``: splunkd reads them in order."""
    sentence = f"{name}: {text}"
    write_chunk(stdout, {"inspector": {"messages": [["ERROR", sentence]]}, "error": sentence, "finished": True})
    sys.exit(1)

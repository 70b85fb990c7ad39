"""REST endpoints of | graphistry (restmap.conf): profiles for its set-up page, and sessions for its searches."""

from __future__ import annotations

import os
import sys

BIN = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100,PTH120  like the command scripts
sys.path[:0] = [BIN, os.path.join(BIN, "lib")]  # noqa: PTH118  splunkd's driver imports this file from elsewhere

from splunk.persistconn.application import PersistentServerConnectionApplication  # noqa: E402
from zeekhunt.graph.graphistry_profiles import Profiles  # noqa: E402
from zeekhunt.spl.rest import Collection, Passwords, RestError, SplunkRest  # noqa: E402
from zeekhunt.spl.rest_handler import RestCall, handled  # noqa: E402

COLLECTION = "zeek_graphistry_profiles"
REALM = "zeek_hunting_graphistry"


def profiles(rest: SplunkRest) -> Profiles:
    return Profiles(Collection(rest, COLLECTION), Passwords(rest, REALM))


def manage(call: RestCall) -> object:
    """GET lists, POST stores, DELETE removes; with the rights of the caller, so that Splunk's own checks apply as well."""
    stored = profiles(call.as_user)
    if call.method == "POST":
        return stored.store(call.values).settings()
    if call.method == "DELETE":
        stored.remove(call.values.get("name", ""))
    return {"profiles": stored.listed()}


def session(call: RestCall) -> object:
    """A token of the server, or only the key of the pseudonyms; with splunkd's rights, since the caller may not read secrets."""
    if call.as_system is None:
        raise RestError("splunkd gave the handler no rights of its own; restmap.conf of the app needs passSystemAuth", 500)
    stored = profiles(call.as_system)
    name = call.values.get("server", "")
    return stored.pseudonym_key(name) if call.values.get("purpose") == "key" else stored.session(name)


class ManageProfiles(PersistentServerConnectionApplication):  # type: ignore[misc]  # Splunk's own, untyped
    def __init__(self, command_line: str = "", command_arg: str = "") -> None:
        super().__init__()

    def handle(self, in_string: str) -> dict[str, object]:
        return handled(in_string, manage)


class OpenSession(PersistentServerConnectionApplication):  # type: ignore[misc]
    def __init__(self, command_line: str = "", command_arg: str = "") -> None:
        super().__init__()

    def handle(self, in_string: str) -> dict[str, object]:
        return handled(in_string, session)

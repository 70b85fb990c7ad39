"""Stored profiles: settings in a collection, secrets in Splunk's password store, and a login on behalf of who may send.

A search never sees the password or the personal key. It asks for a session, and this logs in with the stored secret and hands out
the server's token, which ends by itself within about a day. The secret is kept together with the address that it was stored for
and is sent to no other: changed settings ask for the secret again.
"""

from __future__ import annotations

import json
import secrets as randomness
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from .graphistry_client import GraphistryClient
from .graphistry_profile import LONGEST_SECRET, Credentials, GraphistryError, Profile, check_name, read_profile
from .graphistry_pseudonyms import KEY_B

MOST_PROFILES = 50
PAGE = "the page Graphistry servers of the app Zeek Hunting"


class Documents(Protocol):
    """Small JSON objects by key, for example a KV store collection."""

    def read(self, key: str) -> dict[str, Any] | None: ...

    def everything(self) -> list[dict[str, Any]]: ...

    def write(self, key: str, document: Mapping[str, Any]) -> None: ...

    def remove(self, key: str) -> None: ...


class Secrets(Protocol):
    """One text by name, encrypted where it lies. None: there is none."""

    def read(self, name: str) -> str | None: ...

    def write(self, name: str, text: str) -> None: ...

    def remove(self, name: str) -> None: ...


class Profiles:
    """login(profile, credentials) gives a token; by default a GraphistryClient does it."""

    def __init__(
        self, documents: Documents, secrets: Secrets, login: Callable[[Profile, Credentials], str] | None = None
    ) -> None:
        self._documents, self._secrets = documents, secrets
        self._login = login or (lambda profile, credentials: GraphistryClient(profile).login(credentials))

    def listed(self) -> list[dict[str, Any]]:
        """The settings of every profile, by name; no secret."""
        read = [read_profile(document) for document in self._documents.everything()]
        return [profile.settings() for profile in sorted(read, key=lambda profile: profile.name)]

    def store(self, values: Mapping[str, str]) -> Profile:
        """Add or change a profile. values: the settings, and secret, which may be empty when one is stored for the same address,
        login and user. Raises GraphistryError."""
        profile, secret = read_profile(values), values.get("secret", "")
        if len(secret) > LONGEST_SECRET or not (secret.isascii() and secret.isprintable()):
            raise GraphistryError(f"the secret must be printable ASCII of at most {LONGEST_SECRET} characters")
        names = {str(document.get("name")) for document in self._documents.everything()}
        if len(names) >= MOST_PROFILES and profile.name not in names:
            raise GraphistryError(f"{MOST_PROFILES} profiles are stored already; remove one")
        kept = self._kept(profile.name)
        bound = _bound(profile)
        if not secret and (kept is None or kept["bound"] != bound):
            raise GraphistryError("enter the secret: none is stored for this address, login and user")
        content = {
            "bound": bound,
            "secret": secret or (kept or {})["secret"],
            "pseudonym_key": (kept or {}).get("pseudonym_key") or randomness.token_hex(KEY_B),
        }
        # the secret first: settings without one would look ready
        self._secrets.write(profile.name, json.dumps(content))
        self._documents.write(profile.name, profile.settings())
        return profile

    def remove(self, name: str) -> None:
        """Settings and secret. The key of the pseudonyms goes with them, so that no pseudonym can be had again."""
        check_name(name)
        self._documents.remove(name)
        self._secrets.remove(name)

    def session(self, name: str) -> dict[str, Any]:
        """A login: settings, token and the key of the pseudonyms. Raises GraphistryError."""
        profile, content = self._ready(name)
        token = self._login(profile, Credentials(str(content["secret"])))
        return {"profile": profile.settings(), "token": token, "pseudonym_key": content["pseudonym_key"]}

    def pseudonym_key(self, name: str) -> dict[str, Any]:
        """The key alone, without a login: for a dry run."""
        profile, content = self._ready(name)
        return {"profile": profile.settings(), "pseudonym_key": content["pseudonym_key"]}

    def _ready(self, name: str) -> tuple[Profile, dict[str, Any]]:
        check_name(name)
        document = self._documents.read(name)
        if document is None:
            raise GraphistryError(f"there is no profile {name}; store it on {PAGE}, or name another with server=")
        profile, content = read_profile(document), self._kept(name)
        if content is None or content["bound"] != _bound(profile):
            raise GraphistryError(f"profile {name} has no secret for {profile.url}; enter it again on {PAGE}")
        return profile, content

    def _kept(self, name: str) -> dict[str, Any] | None:
        text = self._secrets.read(name)
        if text is None:
            return None
        try:
            content = json.loads(text)
        except ValueError as error:
            raise GraphistryError(
                f"the stored secret of profile {name} is damaged; remove the profile, store it again"
            ) from error
        whole = isinstance(content, dict) and {"bound", "secret", "pseudonym_key"} <= set(content)
        return content if whole else None


def _bound(profile: Profile) -> list[str]:
    return [profile.url, profile.login, profile.user]

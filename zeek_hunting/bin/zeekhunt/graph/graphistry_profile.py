"""How to reach a Graphistry server and log in: what an administrator stores once and a search names with server=.

Settings are plain and may be shown; the secret, the key for pseudonyms and the address that both were stored for lie apart (see
graphistry_profiles). An address is https, except on loopback, and holds neither user nor query.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields

NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
PASSWORD, KEY, TOKEN = "password", "key", "token"
LOGINS = (PASSWORD, KEY, TOKEN)
LONGEST_VALUE = 500
LONGEST_SECRET = 8_000
LEAST_TIMEOUT_S, MOST_TIMEOUT_S = 1, 300
_LOOPBACK = frozenset(("127.0.0.1", "::1", "localhost"))


class GraphistryError(ValueError):
    """What went wrong, where, and what to do; never a secret."""


@dataclass(frozen=True)
class Profile:
    """url: where to upload, https://hub.graphistry.com. client_url: what links show, '' for the same. login: what the secret is,
    a user's password, a personal key's secret or a ready token. user: the user, or the personal key's id. organization: '' for
    the account's own. ca_file: certificates to trust, '' for the system's. proxy: http://host:port, '' for the environment's.
    timeout_s: longest wait for one answer."""

    name: str
    url: str
    client_url: str = ""
    login: str = PASSWORD
    user: str = ""
    organization: str = ""
    ca_file: str = ""
    proxy: str = ""
    timeout_s: int = 30

    def settings(self) -> dict[str, str | int]:
        """All of it, to be stored and shown: none of it is secret."""
        return asdict(self)


@dataclass(frozen=True)
class Credentials:
    """secret: the password, the personal key's secret or the token. It shows in no text of this object."""

    secret: str = field(repr=False)


def read_profile(values: Mapping[str, object]) -> Profile:
    """A profile from stored or typed values; unknown names are left out. Raises GraphistryError that says what is wrong."""
    texts = {each.name: str(values.get(each.name) or "").strip() for each in fields(Profile)}
    for name, text in texts.items():
        if len(text) > LONGEST_VALUE or not text.isprintable():
            raise GraphistryError(f"{name} must be printable and at most {LONGEST_VALUE} characters")
    check_name(texts["name"])
    login = texts["login"] or PASSWORD
    if login not in LOGINS:
        raise GraphistryError(f"login must be one of {', '.join(LOGINS)}, got {login!r}")
    if login != TOKEN and not texts["user"]:
        raise GraphistryError("user is empty: name the user, or with login=key the id of the personal key")
    if ":" in texts["user"] and login == KEY:
        raise GraphistryError("the id of a personal key holds no colon; put what follows it into the secret")
    if not re.fullmatch(r"[\w.-]*", texts["organization"]):
        raise GraphistryError("organization must be its short name as in the server's addresses: letters, digits, _ . -")
    return Profile(
        name=texts["name"],
        url=checked_url(texts["url"], "url"),
        client_url=checked_url(texts["client_url"], "client_url") if texts["client_url"] else "",
        login=login,
        user=texts["user"],
        organization=texts["organization"],
        ca_file=texts["ca_file"],
        proxy=_checked_proxy(texts["proxy"]),
        timeout_s=_timeout(texts["timeout_s"]),
    )


def check_name(name: str) -> None:
    """Raises GraphistryError for what is no profile's name."""
    if not NAME.fullmatch(name):
        raise GraphistryError(
            f"a profile's name has lower-case letters, digits, _ and -, begins with a letter, at most 32; got {name[:40]!r}"
        )


def checked_url(url: str, what: str) -> str:
    """The address without a slash at its end. Raises GraphistryError."""
    parts = _split(url, what)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise GraphistryError(f"{what} must begin with https://; without TLS the data and the login could be read on the way")
    if parts.username is not None or parts.query or parts.fragment or " " in url:
        raise GraphistryError(f"{what} must be scheme, host and perhaps a path, without user, query or fragment")
    return f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}"


def _checked_proxy(proxy: str) -> str:
    if not proxy:
        return ""
    parts = _split(proxy, "proxy")
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.path.strip("/"):
        raise GraphistryError("proxy must be http://host:port; one that asks for a password is not supported, allow this host")
    return f"{parts.scheme}://{parts.netloc}"


def _split(url: str, what: str) -> urllib.parse.SplitResult:
    try:
        parts = urllib.parse.urlsplit(url)
        _ = parts.port  # read for its check
    except ValueError as error:
        raise GraphistryError(f"{what} is no address ({error}); write it like https://hub.graphistry.com") from error
    if not parts.hostname:
        raise GraphistryError(f"{what} names no host; write it like https://hub.graphistry.com")
    return parts


def _timeout(text: str) -> int:
    seconds = int(text) if text.isdecimal() and len(text) < 6 else (30 if not text else 0)
    if not LEAST_TIMEOUT_S <= seconds <= MOST_TIMEOUT_S:
        raise GraphistryError(f"timeout_s must be whole seconds from {LEAST_TIMEOUT_S} to {MOST_TIMEOUT_S}")
    return seconds

"""Profiles: what is refused, what is stored where, and that a secret goes to no other address than it was stored for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from zeekhunt.graph.graphistry_profile import Credentials, GraphistryError, Profile, read_profile
from zeekhunt.graph.graphistry_profiles import MOST_PROFILES, Profiles

GOOD = {"name": "default", "url": "https://hub.graphistry.com/", "user": "hunter", "secret": "p4ss"}


class Kept(dict):  # type: ignore[type-arg]
    """Documents and secrets at once: a mapping that answers as both stores do."""

    def read(self, key: str) -> Any:
        return self.get(key)

    def everything(self) -> list[Any]:
        return list(self.values())

    def write(self, key: str, value: Any) -> None:
        self[key] = dict(value) if isinstance(value, Mapping) else value

    def remove(self, key: str) -> None:
        self.pop(key, None)


class Logins:
    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []

    def __call__(self, profile: Profile, credentials: Credentials) -> str:
        self.made.append((profile.url, credentials.secret))
        return "a-token"


@pytest.fixture
def stores() -> tuple[Kept, Kept]:
    return Kept(), Kept()


@pytest.fixture
def logins() -> Logins:
    return Logins()


@pytest.fixture
def profiles(stores: tuple[Kept, Kept], logins: Logins) -> Profiles:
    return Profiles(*stores, login=logins)


REFUSED = [
    pytest.param({"name": "Über"}, "a profile's name has", id="name"),
    pytest.param({"name": "a/../b"}, "a profile's name has", id="path-in-the-name"),
    pytest.param({"url": "http://hub.graphistry.com"}, "url must begin with https://", id="no-tls"),
    pytest.param({"url": "https://u:p@hub.graphistry.com"}, "without user, query or fragment", id="password-in-the-url"),
    pytest.param({"url": "https://hub.graphistry.com/?token=x"}, "without user, query or fragment", id="query"),
    pytest.param({"url": "https://hub.graphistry.com:99999"}, "url is no address", id="port"),
    pytest.param({"url": "https://[::1"}, "url is no address", id="brackets"),
    pytest.param({"url": "file:///etc/passwd"}, "url names no host", id="file"),
    pytest.param({"url": ""}, "url names no host", id="no-url"),
    pytest.param({"client_url": "javascript:alert(1)"}, "client_url names no host", id="script-in-links"),
    pytest.param({"login": "sso"}, "login must be one of", id="login"),
    pytest.param({"user": ""}, "user is empty", id="no-user"),
    pytest.param({"login": "key", "user": "id:secret"}, "holds no colon", id="key-with-secret"),
    pytest.param({"organization": "a/b"}, "organization must be", id="organization"),
    pytest.param({"proxy": "http://u:p@proxy:3128"}, "proxy must be http://host:port", id="proxy-login"),
    pytest.param({"timeout_s": "0"}, "timeout_s must be whole seconds", id="timeout"),
    pytest.param({"ca_file": "a\nb"}, "ca_file must be printable", id="line-end"),
    pytest.param({"secret": ""}, "enter the secret", id="no-secret"),
    pytest.param({"secret": "a\r\nX-Header: b"}, "the secret must be printable", id="header-in-the-secret"),
]


@pytest.mark.parametrize(("change", "expected"), REFUSED)
def test_an_unusable_profile_is_refused_and_nothing_is_stored(
    profiles: Profiles, stores: tuple[Kept, Kept], change: dict[str, str], expected: str
) -> None:
    with pytest.raises(GraphistryError, match=expected):
        profiles.store({**GOOD, **change})
    assert stores == ({}, {})


def test_settings_and_secret_lie_apart(profiles: Profiles, stores: tuple[Kept, Kept]) -> None:
    profiles.store(GOOD)
    settings, secrets = stores
    assert "p4ss" not in json.dumps(settings)
    assert json.loads(secrets["default"])["secret"] == "p4ss"
    assert profiles.listed() == [settings["default"]]
    assert settings["default"]["url"] == "https://hub.graphistry.com"


def test_a_session_is_a_token_and_no_secret(profiles: Profiles, logins: Logins) -> None:
    profiles.store(GOOD)
    session = profiles.session("default")
    assert session["token"] == "a-token"
    assert "p4ss" not in json.dumps(session)
    assert logins.made == [("https://hub.graphistry.com", "p4ss")]
    assert read_profile(session["profile"]).name == "default"


def test_the_key_of_pseudonyms_comes_without_a_login_and_stays(profiles: Profiles, logins: Logins) -> None:
    profiles.store(GOOD)
    key = profiles.pseudonym_key("default")["pseudonym_key"]
    profiles.store({**GOOD, "secret": "new"})
    assert profiles.session("default")["pseudonym_key"] == key
    assert (len(bytes.fromhex(key)), logins.made) == (32, [("https://hub.graphistry.com", "new")])


def test_settings_can_change_without_the_secret(profiles: Profiles, logins: Logins) -> None:
    profiles.store(GOOD)
    profiles.store({**GOOD, "secret": "", "timeout_s": "7"})
    assert profiles.session("default")["profile"]["timeout_s"] == 7
    assert logins.made[0][1] == "p4ss"


@pytest.mark.parametrize("change", [{"url": "https://evil.example"}, {"user": "other"}, {"login": "key"}])
def test_another_address_or_login_asks_for_the_secret_again(profiles: Profiles, change: dict[str, str]) -> None:
    profiles.store(GOOD)
    with pytest.raises(GraphistryError, match="enter the secret"):
        profiles.store({**GOOD, "secret": "", **change})


def test_a_secret_goes_to_no_address_that_was_changed_behind_our_back(
    profiles: Profiles, stores: tuple[Kept, Kept], logins: Logins
) -> None:
    profiles.store(GOOD)
    stores[0]["default"]["url"] = "https://evil.example"
    with pytest.raises(GraphistryError, match=r"has no secret for https://evil.example"):
        profiles.session("default")
    assert logins.made == []


def test_a_removed_profile_is_gone_with_its_secret(profiles: Profiles, stores: tuple[Kept, Kept]) -> None:
    profiles.store(GOOD)
    profiles.remove("default")
    assert stores == ({}, {})
    with pytest.raises(GraphistryError, match="there is no profile default"):
        profiles.session("default")


def test_a_damaged_secret_is_said(profiles: Profiles, stores: tuple[Kept, Kept]) -> None:
    profiles.store(GOOD)
    stores[1]["default"] = "{"
    with pytest.raises(GraphistryError, match="is damaged"):
        profiles.session("default")


def test_profiles_are_bounded(profiles: Profiles) -> None:
    for number in range(MOST_PROFILES):
        profiles.store({**GOOD, "name": f"p{number}"})
    profiles.store({**GOOD, "name": "p0"})
    with pytest.raises(GraphistryError, match="are stored already"):
        profiles.store({**GOOD, "name": "one-more"})


def test_credentials_show_in_no_text() -> None:
    assert "p4ss" not in repr(Credentials("p4ss"))

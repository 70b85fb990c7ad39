"""Secrets and documents over REST, against the lab's password store and KV store by the real SDK's binding."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from splunkd_double import ADMIN, HUNTER, NOBODY, Splunkd, splunkd
from zeekhunt.spl.rest import MOST_PIECES, PIECE_B, Collection, Passwords, RestError, SplunkRest
from zeekhunt.spl.rest_handler import RestCall, handled

LENGTHS = [0, 1, PIECE_B - 1, PIECE_B, PIECE_B + 1, 5 * PIECE_B + 7]


@pytest.fixture(scope="module")
def running(repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Splunkd]:
    with splunkd(repo / "zeek_hunting", tmp_path_factory.mktemp("splunkd")) as double:
        yield double


@pytest.fixture
def rest(running: Splunkd) -> SplunkRest:
    return SplunkRest(running.uri, ADMIN)


@pytest.fixture
def passwords(rest: SplunkRest) -> Iterator[Passwords]:
    kept = Passwords(rest, "tests")
    yield kept
    kept.remove("one")


def entries(rest: SplunkRest) -> dict[str, str]:
    return {each["name"]: each["content"]["clear_password"] for each in rest.get("storage/passwords")["entry"]}


@pytest.mark.parametrize("length", LENGTHS)
def test_a_secret_of_any_length_comes_back(rest: SplunkRest, passwords: Passwords, length: int) -> None:
    text = "".join(chr(33 + place % 90) for place in range(length))
    passwords.write("one", text)
    assert passwords.read("one") == text
    assert all(len(piece) <= 255 for piece in entries(rest).values())  # more would not be encrypted
    assert len(entries(rest)) == max(1, -(-length // PIECE_B))


def test_a_shorter_secret_leaves_nothing_of_the_longer_one(rest: SplunkRest, passwords: Passwords) -> None:
    passwords.write("one", "x" * 3 * PIECE_B)
    passwords.write("one", "short")
    assert (passwords.read("one"), len(entries(rest))) == ("short", 1)
    passwords.remove("one")
    assert (passwords.read("one"), entries(rest)) == (None, {})


def test_a_half_written_secret_is_none(rest: SplunkRest, passwords: Passwords) -> None:
    passwords.write("one", "a" * 2 * PIECE_B)
    first = entries(rest)["tests:one.1:"]
    passwords.write("one", "b" * 2 * PIECE_B)
    rest.post("storage/passwords/tests:one.1:", {"password": first})
    with pytest.raises(RestError, match="the stored secret one is not whole"):
        passwords.read("one")


def test_a_secret_without_end_is_refused(passwords: Passwords) -> None:
    with pytest.raises(RestError, match="too long"):
        passwords.write("one", "x" * (PIECE_B * MOST_PIECES + 1))


def test_who_may_not_read_passwords_is_told(running: Splunkd) -> None:
    with pytest.raises(RestError) as caught:
        Passwords(SplunkRest(running.uri, HUNTER), "tests").read("one")
    assert caught.value.status == 401


def test_documents_are_kept_by_key(rest: SplunkRest) -> None:
    kept = Collection(rest, "zeek_graphistry_profiles")
    kept.write("a", {"name": "a", "url": "https://x"})
    kept.write("a", {"name": "a", "url": "https://y"})
    assert kept.read("a") is not None
    assert [each["url"] for each in kept.everything()] == ["https://y"]
    kept.remove("a")
    kept.remove("a")
    assert (kept.read("a"), kept.everything()) == (None, [])


def test_no_splunkd_is_said() -> None:
    with pytest.raises(RestError, match="cannot be reached over REST"):
        SplunkRest("http://127.0.0.1:9", ADMIN).get("storage/passwords")


@pytest.mark.parametrize(
    ("token", "status"), [pytest.param(NOBODY, 403, id="no-capability"), pytest.param("other", 401, id="no-session")]
)
def test_the_handlers_are_behind_their_capability(running: Splunkd, token: str, status: int) -> None:
    with pytest.raises(RestError) as caught:
        SplunkRest(running.uri, token).post("/services/zeek_hunting/graphistry/session", {"server": "default"})
    assert caught.value.status == status


REQUEST = '{"method": "get", "server": {"rest_uri": "http://127.0.0.1:9"}, "session": {"authtoken": "t"}, "query": [["a", "1"]]}'


def raising(error: Exception) -> object:
    def handle(call: RestCall) -> object:
        raise error

    return handle


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        pytest.param(ValueError("name is empty"), 400, "name is empty", id="of-the-caller"),
        pytest.param(RestError("no", 403), 403, '"no"', id="of-splunkd"),
        pytest.param(RestError("gone"), 502, '"gone"', id="no-splunkd"),
        pytest.param(KeyError("s3cret"), 500, "the handler failed (KeyError)", id="of-ours"),
    ],
)
def test_an_error_is_one_sentence_without_values(
    capsys: pytest.CaptureFixture[str], error: Exception, status: int, said: str
) -> None:
    answer = handled(REQUEST, raising(error))  # type: ignore[arg-type]
    assert answer["status"] == status
    assert said in answer["payload"]
    assert "s3cret" not in str(answer) + capsys.readouterr().err


def test_a_call_has_the_values_of_query_and_form() -> None:
    answer = handled(REQUEST, lambda call: [call.method, call.values["a"], call.as_system is None])
    assert (answer["status"], answer["payload"]) == (200, '["GET", "1", true]')

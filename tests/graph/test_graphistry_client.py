"""Logins, uploads and every fault, against the loopback server: what arrives, what the user reads, what stays behind."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import urllib.parse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import graphistry_server as loopback
import pytest
from graphistry_server import Fault, GraphistryServer, graphistry_server
from zeekhunt.graph import graphistry_http
from zeekhunt.graph.graphistry_client import Drawing, GraphistryClient, Picture, Sent
from zeekhunt.graph.graphistry_profile import Credentials, GraphistryError, Profile

PICTURE = Picture(
    "three hosts",
    {"src": ["a", "b"], "dst": ["b", "c"], "count": [3, 4]},
    {"id": ["a", "b", "c"]},
    Drawing({"source": "src", "destination": "dst"}, {"node": "id"}, parameters={"play": "0"}),
)
WAYS = {
    "password": ({"login": "password", "user": loopback.USER}, loopback.PASSWORD),
    "key": ({"login": "key", "user": loopback.KEY_ID}, loopback.KEY_SECRET),
    "token": ({"login": "token"}, loopback.TOKEN),
}


@pytest.fixture
def server() -> Iterator[GraphistryServer]:
    with graphistry_server() as running:
        yield running


def profile_of(url: str, way: str = "password", **more: Any) -> Profile:
    return Profile("default", url, **{**WAYS[way][0], "timeout_s": 5, **more})  # type: ignore[arg-type]


def send(profile: Profile, way: str = "password", privacy: str = "private", pauses: list[float] | None = None) -> Sent:
    client = GraphistryClient(profile, pause=[].append if pauses is None else pauses.append)
    client.login(Credentials(WAYS[way][1]))
    return client.send(PICTURE, privacy)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("organization", ["", loopback.ORGANIZATION])
def test_every_way_to_log_in_uploads_a_private_picture(server: GraphistryServer, way: str, organization: str) -> None:
    sent = send(profile_of(server.url, way, organization=organization), way)
    kept = server.state.datasets[sent.dataset_id]
    assert (sent.privacy, kept["mode"]) == ("private", "private")
    assert kept["edges"].to_pydict() == PICTURE.edges
    assert kept["nodes"].to_pydict() == PICTURE.nodes
    assert kept.get("org_name", "") == organization
    assert ("/switch/" in " ".join(server.state.paths())) == bool(organization)


def test_the_address_opens_the_picture_and_holds_no_secret(server: GraphistryServer) -> None:
    sent = send(profile_of(server.url, client_url="https://graphs.example/hub"))
    parts = urllib.parse.urlsplit(sent.url)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == "https://graphs.example/hub/graph/graph.html"
    query = dict(urllib.parse.parse_qsl(parts.query))
    assert (query["dataset"], query["type"], query["play"]) == (sent.dataset_id, "arrow", "0")
    assert not any(secret in sent.url for secret in loopback.SECRETS)


def test_a_secret_is_only_where_it_belongs(server: GraphistryServer) -> None:
    send(profile_of(server.url))
    for call in server.state.recorded:
        assert not any(secret in call.path for secret in loopback.SECRETS)
        assert (loopback.PASSWORD in str(call.content)) == (call.path == "/api-token-auth/")
        assert loopback.TOKEN not in str(call.content)


def test_an_upload_without_nodes_leaves_them_to_the_server(server: GraphistryServer) -> None:
    client = GraphistryClient(profile_of(server.url), loopback.TOKEN)
    sent = client.send(replace(PICTURE, nodes={}))
    assert "nodes" not in server.state.datasets[sent.dataset_id]


def test_a_privacy_that_the_server_lowers_is_an_error_and_nothing_stays(server: GraphistryServer) -> None:
    server.state.privacy = lambda mode: "public"
    with pytest.raises(GraphistryError, match=r"asked for private, the server answered 'public'; what was uploaded .* deleted"):
        send(profile_of(server.url))
    assert server.state.datasets == {}


def test_a_picture_that_cannot_be_deleted_again_is_named(server: GraphistryServer) -> None:
    server.state.faults += [Fault("/api/v2/share/", (404, b"{}", {})), Fault("/api/v2/datasets/", (405, b"{}", {}))]
    with pytest.raises(GraphistryError) as caught:
        send(profile_of(server.url))
    (dataset_id,) = server.state.datasets
    assert f"delete the data set {dataset_id} on the server" in str(caught.value)
    assert "privacy: no such address" in str(caught.value)


JSON = {"Content-Type": "application/json"}
SAID = b'{"detail":"rejected ' + loopback.PASSWORD.encode() + b" and " + loopback.TOKEN.encode() + b'"}'
EXPIRED = b'{"non_field_errors":["Token has expired."]}'
HTML = b"<html><script>alert(1)</script>Sign in</html>"
FAULTS = [
    pytest.param((400, EXPIRED, JSON), "the login has expired", id="expired"),
    pytest.param((401, SAID, JSON), "not logged in; the credentials are wrong or have expired (HTTP 401", id="401"),
    pytest.param((403, SAID, JSON), "not allowed for this account", id="403"),
    pytest.param((404, SAID, JSON), "no such address on this server", id="404"),
    pytest.param((413, HTML, {}), "send fewer edges", id="413"),
    pytest.param((429, SAID, JSON), "asks for fewer requests", id="429"),
    pytest.param((500, SAID, JSON), "the server failed (HTTP 500", id="500"),
    pytest.param((503, HTML, {}), "the server failed (HTTP 503)", id="503"),
    pytest.param((200, HTML, {}), "the answer is not JSON", id="html"),
    pytest.param((200, b'["a"]', JSON), "did not accept it", id="another-shape"),
    pytest.param((200, b'{"success":false,"message":"disk full"}', JSON), "did not accept it (disk full)", id="success-false"),
    pytest.param((302, b"", {"Location": "https://elsewhere.example/"}), "points to another address", id="redirect"),
    pytest.param((407, b"", {}), "the proxy wants a login", id="proxy-login"),
    pytest.param(loopback.reset, "closed the connection", id="reset"),
    pytest.param(loopback.half, "closed the connection", id="cut-short"),
]
STEPS = [
    pytest.param("/api-token-auth/", "login: ", id="at-login"),
    pytest.param("/api/v2/upload/datasets/d", "upload of edges: ", id="at-upload"),
    pytest.param("/api/v2/share/link/", "privacy: ", id="at-privacy"),
]


@pytest.mark.parametrize(("path", "step"), STEPS)
@pytest.mark.parametrize(("answer", "expected"), FAULTS)
def test_a_fault_is_one_clear_sentence_and_leaves_nothing(
    server: GraphistryServer, answer: Any, expected: str, path: str, step: str
) -> None:
    server.state.faults.append(Fault(path, answer))
    with pytest.raises(GraphistryError) as caught:
        send(profile_of(server.url))
    said = str(caught.value)
    assert said.startswith(step)
    assert expected in said
    assert "<" not in said
    assert "\n" not in said
    error: BaseException | None = caught.value
    while error is not None:  # nor in what a traceback would show
        assert loopback.PASSWORD not in str(error)
        assert loopback.TOKEN not in str(error) or path == "/api-token-auth/"  # where the client does not know it yet
        error = error.__cause__
    assert server.state.datasets == {}
    assert ("deleted again" in said) == (path != "/api-token-auth/")


def test_a_wrong_password_is_a_login_error_that_shows_no_password(server: GraphistryServer) -> None:
    client = GraphistryClient(profile_of(server.url))
    with pytest.raises(GraphistryError, match="login: the server refused") as caught:
        client.login(Credentials("wrong-pass"))
    assert "wrong-pass" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "pauses"),
    [
        pytest.param((429, b"", {"Retry-After": "3"}), [3.0, 3.0], id="as-long-as-the-server-asks"),
        pytest.param((503, b"", {}), [2.0, 4.0], id="longer-each-time"),
        pytest.param((429, b"", {"Retry-After": "86400"}), [20.0, 20.0], id="never-a-day"),
        pytest.param((500, b"", {"Retry-After": "Wed, 21 Oct 2026"}), [2.0, 4.0], id="a-date-is-not-read"),
    ],
)
def test_a_busy_server_is_asked_again(server: GraphistryServer, answer: Any, pauses: list[float]) -> None:
    server.state.faults.append(Fault("/api/v2/upload/datasets/d", answer, calls=2))
    taken: list[float] = []
    sent = send(profile_of(server.url), pauses=taken)
    assert taken == pauses
    assert server.state.datasets[sent.dataset_id]["edges"].num_rows == 2


def test_a_slow_server_is_given_up(server: GraphistryServer) -> None:
    server.state.faults.append(Fault("/api-token-auth/", lambda handler: handler.rfile.read(1)))  # waits for the client
    with pytest.raises(GraphistryError, match=r"login: no whole answer from http://127.0.0.1.* in 1 s; raise"):
        send(profile_of(server.url, timeout_s=1))


class Dripping:
    """An answer without end, a byte at a time."""

    def read1(self, most: int) -> bytes:
        return b"x"


def test_an_answer_without_end_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        graphistry_http._body(Dripping(), 0.01)


def test_an_answer_is_read_up_to_a_bound(server: GraphistryServer) -> None:
    endless = b'{"token": "' + b"x" * (graphistry_http.MOST_ANSWER_B + 10) + b'"}'
    server.state.faults.append(Fault("/api-token-auth/", (200, endless, {})))
    with pytest.raises(GraphistryError, match="login: the answer has over 1,000,000 bytes"):
        send(profile_of(server.url))


@pytest.mark.parametrize(
    "token", ["", "a b", "a\r\nX-Header: b", 7, "x" * 9_000], ids=["none", "blank", "line-end", "number", "long"]
)
def test_a_token_that_fits_no_header_is_no_token(server: GraphistryServer, token: object) -> None:
    server.state.faults.append(Fault("/api-token-auth/", (200, json.dumps({"token": token}).encode(), {})))
    with pytest.raises(GraphistryError, match="login: the server answered without a token"):
        send(profile_of(server.url))


def test_another_organization_is_refused(server: GraphistryServer) -> None:
    server.state.active = "red"
    with pytest.raises(GraphistryError, match="asked for the organization 'blue', the server chose 'red'"):
        send(profile_of(server.url, organization="blue"))
    assert server.state.datasets == {}


def test_no_server_is_said_with_its_address() -> None:
    with graphistry_server() as gone:
        url = gone.url
    with pytest.raises(GraphistryError, match=f"login: no connection to {url} .*; check the profile's url and proxy"):
        send(profile_of(url))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl program to make a certificate with")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    command += ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


def test_a_certificate_that_nobody_vouches_for_is_refused(certificate: Path) -> None:
    with graphistry_server(certificate) as server, pytest.raises(GraphistryError, match=r"is not trusted .*ca_file"):
        send(profile_of(server.url.replace("http:", "https:")))
    assert server.state.recorded == []


def test_a_ca_file_of_the_site_is_trusted(certificate: Path) -> None:
    with graphistry_server(certificate) as server:
        sent = send(profile_of(server.url.replace("http:", "https:"), ca_file=f"{certificate}.crt"))
        assert sent.privacy == "private"


def test_a_certificate_for_another_host_is_refused(certificate: Path) -> None:
    with graphistry_server(certificate) as server:
        url = server.url.replace("http://127.0.0.1", "https://localhost")
        with pytest.raises(GraphistryError, match="is not trusted"):
            send(profile_of(url, ca_file=f"{certificate}.crt"))


def test_a_port_without_tls_is_said(server: GraphistryServer) -> None:
    with pytest.raises(GraphistryError, match=r"TLS with https.* failed .* is the port of the url one with TLS"):
        send(profile_of(server.url.replace("http:", "https:")))


@pytest.mark.parametrize("content", [b"no certificate", None], ids=["junk", "absent"])
def test_an_unusable_ca_file_is_said_before_anything_is_sent(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(GraphistryError, match="ca_file cannot be read"):
        GraphistryClient(profile_of("https://graphs.example", ca_file=str(path)))


def test_a_proxy_is_asked_in_place_of_the_server(server: GraphistryServer) -> None:
    """The proxy sees the whole address; here it is the loopback server itself, which then knows no such path."""
    profile = profile_of("http://localhost:9", proxy=server.url)
    with pytest.raises(GraphistryError, match="login"):
        send(profile)
    assert server.state.recorded[0].path == "http://localhost:9/api-token-auth/"


def test_tls_is_verified_by_default() -> None:
    context = ssl.create_default_context()
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)

"""Who may call a served lab, and what everybody else is told."""

from __future__ import annotations

import base64
import http.client
import json
import socket
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from served_lab import TOKEN, make_settings, served
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from lab.rest import application, new_token, running
from lab.rest.serving import ADDRESS, ServingFailed, listening

INFO = "/services/server/info?output_mode=json"
AUTH = {"Authorization": f"Splunk {TOKEN}"}


class Reply(NamedTuple):
    status: int
    headers: Any
    body: bytes


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    settings = make_settings(tmp_path_factory.mktemp("lab"))
    page = Route("/en-US/app/{app}/{view}", lambda request: PlainTextResponse(request.path_params["view"]))
    with running(application(settings, [page])) as number:
        yield number


def ask(port: int, path: str, headers: dict[str, str] | None = None, method: str = "GET", body: bytes | None = None) -> Reply:
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=headers or {})
        answer = connection.getresponse()
        return Reply(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(AUTH, id="splunk"),
        pytest.param({"Authorization": f"Bearer {TOKEN}"}, id="bearer"),
        pytest.param({"Authorization": "Basic " + base64.b64encode(f"admin:{TOKEN}".encode()).decode()}, id="basic"),
        pytest.param({"Cookie": f"other=1; zeek_hunting_lab={TOKEN}"}, id="cookie"),
    ],
)
def test_the_token_opens_the_door_in_every_form(port, headers):
    reply = ask(port, INFO, headers)
    assert reply.status == 200
    assert json.loads(reply.body)["entry"][0]["content"]["version"] == "9.3.0"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"Authorization": "Splunk "}, id="empty-token"),
        pytest.param({"Authorization": f"Splunk {TOKEN}x"}, id="longer"),
        pytest.param({"Authorization": f"Digest {TOKEN}"}, id="unknown-scheme"),
        pytest.param({"Authorization": "Basic %%%"}, id="basic-that-is-no-base64"),
        pytest.param({"Authorization": "Basic " + base64.b64encode(b"admin").decode()}, id="basic-without-password"),
        pytest.param({"Cookie": "zeek_hunting_lab=wrong"}, id="wrong-cookie"),
        pytest.param({"Cookie": f"other={TOKEN}"}, id="cookie-of-another-name"),
    ],
)
@pytest.mark.parametrize("path", [INFO, "/en-US/app/tiny/first", "/nowhere"])
def test_without_the_token_nothing_answers(port, headers, path):
    reply = ask(port, path, headers)
    assert reply.status == 401
    assert b"call not properly authenticated" in reply.body


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Host": "evil.example"}, id="foreign-name-that-points-here"),
        pytest.param({"Host": "127.0.0.1.evil.example:8089"}, id="name-that-begins-like-ours"),
        pytest.param({"Host": ""}, id="no-name"),
        pytest.param({"Origin": "http://evil.example"}, id="page-of-another-site"),
        pytest.param({"Origin": "http://127.0.0.1:1"}, id="page-of-another-port"),
        pytest.param({"Origin": "null"}, id="sandboxed-frame"),
    ],
)
def test_foreign_names_and_pages_are_refused_even_with_the_token(port, headers):
    reply = ask(port, INFO, {**AUTH, **headers})
    assert reply.status == 403
    assert "access-control-allow-origin" not in reply.headers
    assert (reply.headers["x-content-type-options"], reply.headers["x-frame-options"]) == ("nosniff", "SAMEORIGIN")


def test_the_own_page_may_ask(port):
    host = f"127.0.0.1:{port}"
    assert ask(port, INFO, {**AUTH, "Host": host, "Origin": f"http://{host}"}).status == 200
    assert ask(port, INFO, {**AUTH, "Host": f"localhost:{port}"}).status == 200


def test_a_pages_address_with_the_token_sets_the_cookie_once(port):
    reply = ask(port, f"/en-US/app/tiny/first?form.x=1&token={TOKEN}")
    assert (reply.status, reply.headers["location"]) == (303, "/en-US/app/tiny/first?form.x=1")
    cookie = reply.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    page = ask(port, "/en-US/app/tiny/first", {"Cookie": cookie.split(";")[0]})
    assert (page.status, page.body) == (200, b"first")


def test_the_way_in_never_leads_to_another_site(port):
    reply = ask(port, f"//evil.example/x?token={TOKEN}")
    assert (reply.status, reply.headers["location"]) == (303, "/evil.example/x")


def test_a_wrong_token_in_an_address_opens_nothing(port):
    assert ask(port, "/en-US/app/tiny/first?token=wrong").status == 401


@pytest.mark.parametrize(
    ("path", "mode"),
    [
        pytest.param("/services/no/such", "xml", id="xml"),
        pytest.param("/services/no/such?output_mode=json", "json", id="json"),
        pytest.param("/en-US/splunkd/__raw/services/no/such", "json", id="splunk-web"),
        pytest.param("/servicesNS/nobody/tiny/no/such", "xml", id="namespace"),
        pytest.param("/nowhere?output_mode=json", "json", id="outside"),
    ],
)
def test_unknown_paths_are_told_in_splunkds_shape(port, path, mode):
    reply = ask(port, path, AUTH)
    assert reply.status == 404
    expected = {"messages": [{"type": "ERROR", "text": "Not Found"}]}
    assert json.loads(reply.body) == expected if mode == "json" else b'<msg type="ERROR">Not Found</msg>' in reply.body


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        pytest.param("/services/search/jobs", b"search=\xff\xfe", 400, id="form-that-is-no-utf-8"),
        pytest.param("/services/search/jobs", b"a&" * 3000, 400, id="too-many-parameters"),
        pytest.param("/services/search/jobs", b"search=index%3D*&timeout=ten", 400, id="number-that-is-none"),
        pytest.param("/servicesNS/nobody/tiny/storage/collections/data/open", b"{", 400, id="broken-json"),
        pytest.param("/servicesNS/nobody/tiny/storage/collections/data/open", b"[" * 100_000, 400, id="endless-json"),
        pytest.param("/servicesNS/nobody/tiny/storage/collections/data/open/batch_save", b"{}", 400, id="batch-of-no-list"),
        pytest.param("/servicesNS/nobody/tiny/storage/collections/data/..%2f..%2fx", b"{}", 404, id="path-in-a-name"),
        pytest.param("/servicesNS/nobody/tiny/configs/conf-..%2f..%2fpasswd", b"", 403, id="path-in-a-conf-name"),
        pytest.param("/servicesNS/nobody/other/storage/collections/data/open", b"{}", 404, id="another-app"),
    ],
)
def test_hostile_requests_are_refused(port, path, body, status):
    kind = "application/json" if "collections" in path else "application/x-www-form-urlencoded"
    reply = ask(port, path, {**AUTH, "Content-Type": kind}, "POST", body)
    assert reply.status == status
    assert b"<msg type=" in reply.body


def test_conf_files_outside_the_app_are_not_read(port):
    for name in ("..%2f..%2f..%2fetc%2fpasswd", "%2e%2e%2fdefault%2fapp", "nothing"):
        assert ask(port, f"/services/configs/conf-{name}", AUTH).status == 404


def test_only_loopback_listens(port):
    listener = listening(0)
    try:
        assert listener.getsockname()[0] == "127.0.0.1"
        with pytest.raises(ServingFailed, match="choose another"):
            listening(listener.getsockname()[1])
    finally:
        listener.close()
    others = [each[4][0] for each in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET) if each[4][0] != ADDRESS]
    for address in others:
        if not address.startswith("127."):
            with pytest.raises(OSError), socket.create_connection((address, port), timeout=5):
                pass


def test_tokens_are_long_and_new_each_time():
    assert len({new_token() for _ in range(100)}) == 100
    assert len(new_token()) >= 32


def test_a_lab_without_logs_says_what_to_do(tmp_path):
    with served(make_settings(tmp_path, store=tmp_path / "absent.duckdb")) as port:
        reply = ask(port, "/services/search/jobs?output_mode=json", AUTH, "POST", b"search=index%3D*")
        assert reply.status == 400
        assert "no logs are loaded" in json.loads(reply.body)["messages"][0]["text"]

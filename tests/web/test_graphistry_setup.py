"""The page "Graphistry servers" in Chromium, its script as shipped, against the app's own REST handler."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from splunkd_double import ADMIN, HUNTER, Splunkd, splunkd
from web.browser import FLAGS
from zeekhunt.spl.rest import SplunkRest

pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -e .[test]")

SITE = "http://splunk.test:8000"
PAGE = f"{SITE}/en-US/app/zeek_hunting/graphistry_setup"
# what Splunk Web gives a Simple XML page: its script, and the panel's markup some time later
HTML = """<!doctype html><meta charset="utf-8"><script src="/script.js"></script><body><script>
setTimeout(() => document.body.insertAdjacentHTML("beforeend", '<div id="zeek-graphistry-setup">Loading</div>'), 50);
</script></body>"""
FORM_KEY = "1234567890"


class Web:
    """Splunk Web: serves the page, and passes calls on to splunkd with the session of who sits before it."""

    def __init__(self, script: Path, double: Splunkd) -> None:
        self._script, self._double = script, double
        self.token = ADMIN
        self.keys: list[str] = []

    def answer(self, route: Any) -> None:
        request = route.request
        if request.url == PAGE:
            route.fulfill(body=HTML, content_type="text/html")
        elif request.url == f"{SITE}/script.js":
            route.fulfill(path=str(self._script), content_type="text/javascript")
        elif request.url.startswith(f"{SITE}/en-US/splunkd/__raw/"):
            self._pass_on(route, request)
        else:
            route.fulfill(status=404, body="")

    def _pass_on(self, route: Any, request: Any) -> None:
        self.keys.append(request.headers.get("x-splunk-form-key", ""))
        address = self._double.uri + request.url.partition("/__raw")[2]
        headers = {"Authorization": f"Splunk {self.token}", "Content-Type": request.headers.get("content-type", "")}
        call = urllib.request.Request(address, request.post_data_buffer, headers, method=request.method)
        try:
            with urllib.request.urlopen(call, timeout=30) as answer:
                route.fulfill(status=answer.status, body=answer.read(), content_type="application/json")
        except urllib.error.HTTPError as error:
            with error:
                route.fulfill(status=error.code, body=error.read(), content_type="application/json")


@pytest.fixture(scope="module")
def browser(playwright: Any, chromium: str) -> Iterator[Any]:
    running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield running
    running.close()


@pytest.fixture
def web(repo: Path, tmp_path: Path) -> Iterator[Web]:
    app = repo / "zeek_hunting"
    with splunkd(app, tmp_path) as double:
        yield Web(app / "appserver" / "static" / "graphistry_setup.js", double)


@pytest.fixture
def page(browser: Any, web: Web) -> Iterator[Any]:
    context = browser.new_context()
    context.add_cookies([{"name": "splunkweb_csrf_token_8000", "value": FORM_KEY, "url": SITE}])
    context.route("**/*", web.answer)
    opened = context.new_page()
    opened.goto(PAGE)
    yield opened
    context.close()


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        box = page.locator(f"#zeek-graphistry-{name}")
        box.select_option(value) if name == "login" else box.fill(value)
    page.get_by_role("button", name="Store").click()


def test_a_server_is_stored_listed_changed_and_removed(page: Any, web: Web) -> None:
    page.get_by_text("No server is stored yet").wait_for()
    fill(page, name="lab", url="https://graphs.example", user="KEYID", secret="s3cret")
    page.get_by_text("Stored lab").wait_for()
    assert page.locator("tbody tr td").all_text_contents()[:4] == ["lab", "https://graphs.example", "key", "KEYID"]
    assert page.locator("#zeek-graphistry-secret").input_value() == ""
    page.get_by_role("button", name="Change lab").click()
    fill(page, organization="blue")
    page.get_by_text("blue", exact=True).wait_for()
    assert "s3cret" not in page.content()
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove lab").click()
    page.get_by_text("No server is stored yet").wait_for()
    assert set(web.keys) == {FORM_KEY}  # Splunk Web refuses calls without


def test_what_the_handler_refuses_is_shown_as_it_says(page: Any) -> None:
    fill(page, name="lab", url="http://graphs.example", user="KEYID", secret="s3cret")
    page.get_by_text("url must begin with https://").wait_for()
    assert page.locator(".said.failed").count() == 1


def test_text_from_outside_is_never_markup(page: Any, web: Web) -> None:
    values = {"name": "lab", "url": "https://graphs.example", "user": "<img src=x onerror=alert(1)>", "secret": "s"}
    SplunkRest(web._double.uri, ADMIN).post("/services/zeek_hunting/graphistry/profiles", values)
    page.reload()
    page.get_by_text("<img src=x onerror=alert(1)>").wait_for()
    assert page.locator("#zeek-graphistry-setup img").count() == 0


def test_who_may_not_set_up_is_told_what_is_missing(page: Any, web: Web) -> None:
    web.token = HUNTER
    page.reload()
    page.get_by_text("You lack the capability zeek_hunting_graphistry_setup").wait_for()

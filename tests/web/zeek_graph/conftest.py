"""The harness page of the zeek_graph visualization, opened in Chromium with emulated WebGL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.graph_harness import FLAGS, WITH_WEBGL, serving
from tools.graph_view import BundleMissing, ensure_bundle

pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -e .[test]")

from playwright.sync_api import Browser, Page
from web.graph_page import LAID_OUT, Open


@pytest.fixture(scope="session")
def bundle() -> Path:
    try:
        return ensure_bundle(lambda _: None)
    except BundleMissing as error:
        pytest.skip(f"no graph visualization: {error}")


@pytest.fixture(scope="session")
def address(bundle: Path) -> Iterator[str]:
    with serving(bundle) as served:
        yield served


@pytest.fixture(scope="session")
def browser(playwright: Any, chromium: str) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *WITH_WEBGL])
    yield launched
    launched.close()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Open]:
    """Opens the harness page with a query. A script's error, or a request that leaves the page's own server, fails the test."""
    complaints: list[str] = []
    contexts = []

    def open_page(query: str, wait: bool = True, of: Browser = browser) -> Page:
        contexts.append(of.new_context(viewport={"width": 1300, "height": 820}, reduced_motion="reduce", timezone_id="UTC"))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        allowed = (address.rsplit("/", 2)[0], "blob:", "data:")
        page.on("request", lambda request: None if request.url.startswith(allowed) else complaints.append(request.url))
        page.goto(f"{address}?{query}")
        page.wait_for_selector("body[data-ready]", state="attached")
        if wait:
            page.wait_for_function(LAID_OUT, timeout=60_000, polling=100)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []

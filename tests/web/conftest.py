"""A lab over a small simulated network, served on loopback, and a Chromium. Skipped with the reason where one cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from lab import rest
from lab.ingest import Store, ingest
from lab.sim import SimSettings, generate
from lab.web import Pages, RendererMissing, ensure_renderer, routes
from lab.web.loaded import events_by_log

TOKEN = "only-for-this-test"


@dataclass(frozen=True)
class Served:
    """A running lab. token: its key. store: its logs; what searches leave lies beside it."""

    address: str
    store: Path
    token: str = TOKEN

    def page(self, path: str, **query: str) -> str:
        return f"{self.address}{path}?" + "&".join(f"{key}={value}" for key, value in {**query, "token": self.token}.items())


@pytest.fixture(scope="session")
def renderer() -> Path:
    try:
        return ensure_renderer(lambda _: None)
    except RendererMissing as error:
        pytest.skip(f"no dashboard renderer: {error}")


@pytest.fixture(scope="session")
def served(renderer: Path, repo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("web")
    generate(SimSettings(hosts=20), folder / "world")
    logs = sorted((folder / "world").glob("*.log.gz"))
    with Store(folder / "logs.duckdb") as store:
        ingest(logs, store)
    with _running(repo, renderer, folder / "logs.duckdb") as found:
        yield found


@pytest.fixture
def served_empty(renderer: Path, repo: Path, tmp_path: Path) -> Iterator[Served]:
    """A lab without logs."""
    with _running(repo, renderer, tmp_path / "none.duckdb") as found:
        yield found


class _running:
    def __init__(self, repo: Path, renderer: Path, store: Path) -> None:
        app = repo / "zeek_hunting"
        pages = Pages(app, renderer, lambda: events_by_log(store))
        self._store = store
        self._serving = rest.running(rest.application(rest.RestSettings(app, store, TOKEN), routes(pages)))

    def __enter__(self) -> Served:
        return Served(f"http://127.0.0.1:{self._serving.__enter__()}", self._store)

    def __exit__(self, *error: object) -> None:
        self._serving.__exit__(None, None, None)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """Playwright, started once: a second one in the same thread refuses to start."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -e .[test]")
    with sync_api.sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    from web.browser import chromium_path

    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium (on Debian: apt-get install chromium fonts-roboto-unhinted; or set ZEEK_HUNTING_CHROMIUM)")
    return path


@pytest.fixture(scope="session")
def screens(served: Served, playwright: Any, chromium: str) -> Iterator[Callable[[str], object]]:
    """Opens addresses in a Chromium that lives as long as the tests."""
    from web.browser import FLAGS, Screen

    browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    opened: list[Screen] = []

    def open_screen(address: str) -> Screen:
        opened.append(Screen.open(browser, address))
        return opened[-1]

    yield open_screen
    for screen in opened:
        screen.close()
    browser.close()

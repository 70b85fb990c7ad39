"""Every page of the app in a real browser, drawn by Splunk's renderer over the lab: valid, filled, and asking nobody else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -e .[test]")

from web.browser import Screen
from web.conftest import Served

Open = Callable[[str], Screen]
PAGES = ("start", "beacons")


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("view", PAGES)
def test_a_page_is_valid_has_rows_in_every_panel_and_stays_on_loopback(
    view: str, theme: str, served: Served, screens: Open, repo: Path
) -> None:
    screen = screens(served.page(f"/en-US/app/zeek_hunting/{view}", theme=theme))
    screen.settle()
    screen.picture(repo / "build" / "screens" / f"{view}-{theme}.png")
    assert screen.validation_errors() == []
    assert screen.complaints == []
    unfilled = {name: panel for name, panel in screen.panels().items() if panel["status"] != "done" or not panel["rows"]}
    assert unfilled == {}
    assert [url for url in screen.requests if not url.startswith((served.address + "/", "data:", "blob:"))] == []


def test_a_click_on_a_ranked_pair_shows_its_evidence_and_its_connections(served: Served, screens: Open) -> None:
    screen = screens(served.page("/en-US/app/zeek_hunting/beacons"))
    screen.settle()
    row = screen.page.locator('[data-test="viz-item"][data-id="viz_ranked"] tbody tr').nth(1)
    source, destination = row.locator("td").all_inner_texts()[:2]
    row.locator("td").first.click()
    screen.settle()
    assert f"{source} → {destination}" in screen.text_of("viz_evidence")
    connections = screen.rows_of("viz_events")
    assert connections
    assert all(source in each and destination in each for each in connections)


def test_a_time_range_of_the_address_reaches_every_search(served: Served, screens: Open) -> None:
    asked = {"form.t.earliest": "-2h", "form.t.latest": "now"}
    screen = screens(served.page("/en-US/app/zeek_hunting/beacons", **asked))
    screen.settle()
    whole = screens(served.page("/en-US/app/zeek_hunting/beacons"))
    whole.settle()
    assert screen.text_of("viz_read") != whole.text_of("viz_read")

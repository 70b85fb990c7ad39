"""Every page of the app in a real browser, drawn by Splunk's renderer over the lab: valid, filled, and asking nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

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
    source, target = row.locator("td").all_inner_texts()[:2]
    row.locator("td").first.click()
    screen.settle()
    assert f"{source} → {target}" in screen.text_of("viz_evidence")
    connections = screen.rows_of("viz_events")
    assert connections
    addresses = re.findall(r"[\d.]{7,}", target)  # of a group the first, and how many more
    assert all(source in each for each in connections)
    assert "more" in target or all(any(address in each for address in addresses) for each in connections)
    assert screen.panels()["intervals_bound_to_viz_intervals-primary"]["rows"] == 13
    assert screen.rows_of("viz_allow")


def test_a_time_range_of_the_address_reaches_every_search(served: Served, screens: Open) -> None:
    asked = {"form.t.earliest": "-2h", "form.t.latest": "now"}
    screen = screens(served.page("/en-US/app/zeek_hunting/beacons", **asked))
    screen.settle()
    whole = screens(served.page("/en-US/app/zeek_hunting/beacons"))
    whole.settle()
    assert screen.text_of("viz_read") != whole.text_of("viz_read")


def test_a_click_on_a_hunt_opens_its_documentation_and_a_link_that_runs_its_saved_search(served: Served, screens: Open) -> None:
    screen = screens(served.page("/en-US/app/zeek_hunting/library", **{"form.t.earliest": "-2d", "form.t.latest": "now"}))
    screen.settle()
    row = screen.page.locator('[data-test="viz-item"][data-id="viz_did"] tbody tr').nth(2)
    _, area, name = row.locator("td").all_inner_texts()[:3]
    row.locator("td").first.click()
    screen.settle()
    links = [unquote(link.get_attribute("href") or "") for link in screen.page.locator('[data-id="viz_about"] a').all()]
    assert f'/app/zeek_hunting/search?q=| savedsearch "Zeek Hunting - {area} - {name}"&earliest=-2d&latest=now' in links
    parts = [line.split("\t")[0].strip() for line in screen.rows_of("viz_guide")]
    assert parts[0] == "what it does"
    assert {"when it finds something", "false positives", "blind to", "search"} <= set(parts)

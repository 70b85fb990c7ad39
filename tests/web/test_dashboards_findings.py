"""The pages over stored findings, in a browser: what was planted comes first, a click leads to raw events and on to its host."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -e .[test]")

from web.browser import Screen
from web.conftest import Served

from lab.ingest import Store
from lab.savedsearch import dispatch, named
from lab.spl import SearchSettings, run_search

Open = Callable[[str], Screen]
HUNTS = (
    "Baseline - Fill pair",
    "Baseline - Fill edge",
    "Scheduled C2 - Beacons by address",
    "Scheduled DNS - Tunnels",
    "Scheduled Lateral - Paths from host to host",
    "Scheduled Intel - Contact with listed addresses and names",
)
LISTED = """| makeresults format=csv data="indicator,type,source,confidence,first,expires
www.quiet-travel.test,Intel::DOMAIN,our feed,90,2026-02-20,2027-01-31" | outputlookup append=true zeek_intel"""

WRITES = re.compile("(verdict|allow)_done_bound_to_")  # these wait for a click

# page, panel whose first row names it, what was planted (lab/sim, seed 7, 20 hosts)
FIRST_SEEN = [
    pytest.param("today", "dark", "viz_ranked", "10.20.10.10", id="today-a-four-hop-path"),
    pytest.param("today", "light", "viz_ranked", "10.20.10.10", id="today-in-light"),
    pytest.param("host", "dark", "viz_hosts", "10.20.10.10", id="host-the-one-with-a-path-and-a-beacon"),
    pytest.param("dns", "light", "viz_ranked", "birch-works.example", id="dns-a-tunnel"),
    pytest.param("exfil", "light", "viz_ranked", "birch-works.example", id="exfiltration-data-in-names"),
    pytest.param("intel", "dark", "viz_ranked", "10.20.30.12", id="intel-the-host-at-a-listed-name"),
    pytest.param("tuning", "light", "viz_ranks", "every ", id="tuning-a-planted-beacon"),
    pytest.param("library", "dark", "viz_states", "not ready", id="library-a-hunt-that-lacks-a-log"),
]


@pytest.fixture(scope="session")
def hunted(served: Served, repo: Path) -> Served:
    """The lab after its scheduled hunts ran once."""
    settings = SearchSettings(app=repo / "zeek_hunting", state=served.store.with_suffix(".state"))
    with Store(served.store, read_only=True) as store:
        run_search(store, LISTED, settings).close()
        for title in HUNTS:
            dispatch(store, named(settings.app, f"Zeek Hunting - {title}"), settings)
    return served


def drawn(view: str, theme: str, hunted: Served, screens: Open, repo: Path) -> Screen:
    """The page, kept as a picture, after everything that holds for each: valid, every panel filled, nothing asked elsewhere."""
    screen = screens(hunted.page(f"/en-US/app/zeek_hunting/{view}", theme=theme))
    screen.settle()
    screen.picture(repo / "build" / "screens" / f"{view}-{theme}.png")
    assert screen.validation_errors() == []
    assert screen.complaints == []
    panels = {name: found for name, found in screen.panels().items() if not WRITES.match(name)}
    unfilled = {name: found for name, found in panels.items() if found["status"] != "done" or not found["rows"]}
    assert unfilled == {}
    assert [url for url in screen.requests if not url.startswith((hunted.address + "/", "data:", "blob:"))] == []
    return screen


@pytest.mark.parametrize(("view", "theme", "panel", "planted"), FIRST_SEEN)
def test_a_page_is_valid_filled_and_shows_what_was_planted_first(
    view: str, theme: str, panel: str, planted: str, hunted: Served, screens: Open, repo: Path
) -> None:
    assert planted in drawn(view, theme, hunted, screens, repo).rows_of(panel)[0]


def test_lateral_movement_shows_the_four_steps_of_the_planted_path(hunted: Served, screens: Open, repo: Path) -> None:
    screen = drawn("lateral", "dark", hunted, screens, repo)
    assert "10.20.10.10" in screen.rows_of("viz_ranked")[0]
    labels = "".join(screen.text_of("viz_steps").split())
    assert all(host in labels for host in ("10.20.10.10", "10.20.10.15", "10.20.10.19", "10.20.1.10", "10.20.1.11"))


def test_a_click_on_a_finding_fills_its_evidence_its_events_and_the_links_that_act_on_it(hunted: Served, screens: Open) -> None:
    screen = screens(hunted.page("/en-US/app/zeek_hunting/dns"))
    screen.settle()
    row = screen.page.locator('[data-test="viz-item"][data-id="viz_ranked"] tbody tr').nth(1)
    cells = row.locator("td").all_inner_texts()
    host, domain, finding = cells[2], cells[3], cells[-1]
    row.locator("td").first.click()
    screen.settle()
    assert f"{host} to {domain}" in screen.text_of("viz_evidence")
    assert domain in screen.text_of("viz_events")
    links = [link.get_attribute("href") or "" for link in screen.page.locator('[data-id="viz_act"] a').all()]
    searches = [urllib.parse.unquote(link) for link in links if "/search?q=" in link]
    assert any(domain in search for search in searches[:1]), "the first link shows the raw events"
    for word in ("zeek_set_verdict", "zeek_allow_finding_preview", "zeek_allow_finding", "zeek_evidence_pack"):
        assert any(f'`{word}("{finding}"' in search for search in searches), word


def test_a_click_on_a_host_of_today_leads_to_its_page_with_the_host_filled_in(hunted: Served, screens: Open) -> None:
    screen = screens(hunted.page("/en-US/app/zeek_hunting/today"))
    screen.settle()
    cell = screen.page.locator('[data-test="viz-item"][data-id="viz_by_host"] tbody tr td').first
    host = cell.inner_text()
    cell.click()
    screen.page.wait_for_url(f"**/zeek_hunting/host?*form.host={host}*")


def test_a_host_without_findings_is_said_to_have_none(hunted: Served, screens: Open) -> None:
    screen = screens(hunted.page("/en-US/app/zeek_hunting/host", **{"form.host": "10.20.99.99"}))
    screen.settle()
    assert "What did 10.20.99.99 do?" in screen.text_of("viz_question")
    assert "no finding in this time" in screen.text_of("viz_evidence")


def chosen(screen: Screen, field: str, option: str) -> None:
    screen.page.locator(f'[data-input-id="{field}"] [data-test="select"]').click()
    screen.page.locator('[data-test="option"]', has_text=option).click()
    screen.settle()


def typed(screen: Screen, field: str, value: str) -> None:
    screen.page.locator(f'[data-input-id="{field}"] input').fill(value)
    screen.page.keyboard.press("Enter")
    screen.settle()


def confirmed(screen: Screen, offer: str, done: str) -> str:
    """Clicks the offer, then Run Query in Splunk's warning; what the panel then says."""
    screen.page.locator(f'[data-test="viz-item"][data-id="{offer}"] tbody tr td').first.click()
    screen.settle()
    assert not screen.rows_of(done), "Splunk asks before a page writes"
    screen.page.locator(f'[data-test="viz-item"][data-id="{done}"] [data-test="status-icon-container"]').first.click()
    screen.page.locator('[data-test="risky-warning-run-button"]').click()
    screen.settle()
    return screen.rows_of(done)[0]


def test_a_verdict_and_an_entry_are_written_in_the_page_and_change_what_comes_first(
    hunted: Served, screens: Open, repo: Path
) -> None:
    address = hunted.page("/en-US/app/zeek_hunting/today")
    screen = screens(address)
    screen.settle()
    first, second = (row.split("\t")[-1].strip() for row in screen.rows_of("viz_ranked")[:2])
    typed(screen, "input_reason", 'a "quoted" | `piped` \\')
    chosen(screen, "input_verdict", "benign")
    assert confirmed(screen, "viz_verdict_offer", "viz_verdict_done").startswith("Stored: benign")
    screen.picture(repo / "build" / "screens" / "today-judged.png")
    again = screens(address)
    again.settle()
    assert again.rows_of("viz_ranked")[0].split("\t")[-1].strip() == second != first
    assert "cannot stand" in again.text_of("viz_allow_offer") or "write why" in again.text_of("viz_allow_offer")
    typed(again, "input_reason", "our backup")
    assert int(again.rows_of("viz_allow_preview")[0].split("\t")[1]) >= 1
    assert confirmed(again, "viz_allow_offer", "viz_allow_done").startswith("Stored: ")
    last = screens(address)
    last.settle()
    assert second not in "".join(last.rows_of("viz_ranked"))
    last.page.goto(hunted.page("/en-US/app/zeek_hunting/tuning"))
    last.settle()
    assert "our backup" in "".join(last.rows_of("viz_hides")), "what is hidden is counted"

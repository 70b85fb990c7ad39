"""What a viewer does to the zeek_graph visualization, by mouse and by keys, and what it hands on to the dashboard."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -e .[test]")

from playwright.sync_api import expect
from web.graph_page import DRILLED, LAID_OUT, VIEW, Open, spot


def test_rows_come_in_pieces_are_asked_for_by_offset_and_all_drawn(opened: Open) -> None:
    page = opened("world=mesh&size=12000&edges=50000&manual=1&picture=hubs", wait=False)
    asked = page.evaluate(
        """() => {
          const panel = window.harness.mounted[0], fields = window.worlds.FIELDS.map((name) => ({name}));
          const {count, outputMode} = panel.params;
          panel.give({fields, rows: window.harness.rows.slice(0, 500), meta: {done: false}});
          const [root, notes] = ['.zg', '.zg-notes'].map((name) => document.querySelector(name));
          const early = {edges: Number(root.dataset.edges), asked: panel.viz.asked.length, said: notes.textContent};
          panel.give({fields, rows: window.harness.rows.slice(0, count), meta: {done: true}});
          const next = panel.viz.asked[0];
          panel.give({fields, rows: window.harness.rows.slice(next.offset, next.offset + next.count), meta: {done: true}});
          return {early, count, outputMode, asked: panel.viz.asked};
        }"""
    )
    assert asked["outputMode"] == "json_rows"
    assert asked["early"]["asked"] == 0, "while the search runs, pages are not asked for: they would be of another state"
    assert 400 < asked["early"]["edges"] <= 500
    assert "still running" in asked["early"]["said"]
    assert asked["asked"] == [{"count": 10_000, "offset": 10_000}]
    page.wait_for_function(LAID_OUT, timeout=60_000)
    assert int(page.locator(".zg").get_attribute("data-edges") or 0) > 11_000


def test_more_edges_than_the_cap_are_cut_with_a_sentence_and_the_flagged_pair_stays(opened: Open) -> None:
    page = opened("world=mesh&size=3000&edges=1000&picture=anomaly")
    expect(page.locator(".zg-notes")).to_contain_text("Only 1,000 of")
    expect(page.locator(".zg-headline")).to_contain_text("203.0.113.66")


@pytest.mark.parametrize("webgl", ["auto", "on"])
def test_a_click_on_a_node_selects_it_and_hands_over_every_field(webgl: str, opened: Open) -> None:
    page = opened(f"world=intel&webgl={webgl}")
    page.mouse.click(*spot(page, "198.51.100.23"))
    expect(page.locator(".zg-details h4").first).to_have_text("198.51.100.23")
    page.wait_for_function(f"() => {DRILLED}.length > 0")
    payload = page.evaluate(f"() => {DRILLED}[0]")
    assert payload["action"] == "fieldvalue"
    assert payload["hasEvent"]
    wanted = {"id": "198.51.100.23", "intel": "malicious", "intel_source": "abuse feed", "severity": "critical", "degree_in": "3"}
    assert {name: payload["data"].get(name) for name in wanted} == wanted


def test_a_click_on_an_edge_hands_over_its_columns_and_its_time(opened: Open) -> None:
    page = opened("world=intel")
    (ax, ay), (bx, by) = spot(page, "10.0.1.5"), spot(page, "198.51.100.23")
    page.mouse.click(ax + (bx - ax) * 0.4, ay + (by - ay) * 0.4)
    page.wait_for_function(f"() => {DRILLED}.length > 0")
    payload = page.evaluate(f"() => {DRILLED}[0]")
    assert (payload["data"]["src"], payload["data"]["dst"], payload["data"]["service"]) == ("10.0.1.5", "198.51.100.23", "ssl")
    assert payload["earliest"] < payload["latest"]


def test_search_zooms_to_the_node_even_out_of_a_folded_bundle(opened: Open) -> None:
    page = opened("world=hubs")
    folded = page.evaluate(f"() => [...{VIEW}.base.bundles.values()][0].members[0]")
    before = int(page.locator(".zg").get_attribute("data-nodes") or 0)
    page.fill(".zg-search", folded)
    page.keyboard.press("Enter")
    expect(page.locator(".zg-details h4").first).to_have_text(folded)
    assert int(page.locator(".zg").get_attribute("data-nodes") or 0) > before
    x, y = spot(page, folded)
    box = page.locator(".zg-stage").bounding_box()
    assert box and box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"]


def test_legend_rows_hide_and_show_chips_take_a_filter_away_and_escape_undoes(opened: Open) -> None:
    page = opened("world=hubs")
    root = page.locator(".zg")
    every = root.get_attribute("data-edges")
    row = page.locator('.zg-row[data-key="services"][data-name="dns"]')
    row.click()
    assert root.get_attribute("data-edges") != every
    assert page.locator('.zg-row[data-key="services"][data-name="dns"]').get_attribute("aria-pressed") == "false"
    page.locator(".zg-chip").click()
    assert root.get_attribute("data-edges") == every
    page.locator('.zg-row[data-key="categories"][data-name="external"]').click()
    assert root.get_attribute("data-edges") != every
    page.locator(".zg-headline").click()
    page.locator(".zg").focus()
    page.keyboard.press("Escape")
    assert root.get_attribute("data-edges") == every


def test_path_mode_finds_the_way_that_time_allows(opened: Open) -> None:
    page = opened("world=lateral&picture=hubs")
    page.fill(".zg-search", "10.0.1.14")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Find ways from here").click()
    expect(page.locator(".zg-notes")).to_contain_text("choose the other end")
    page.fill(".zg-search", "10.0.0.10")
    page.keyboard.press("Enter")
    expect(page.locator(".zg-notes")).to_contain_text("10.0.1.14 reaches 10.0.0.10 in 4 steps")
    way = page.evaluate(f"() => {VIEW}.state.way.map((id) => {VIEW}.base.edges.find((edge) => edge.id === id).dst)")
    assert way == ["10.0.2.31", "10.0.2.40", "10.0.0.50", "10.0.0.10"]


def test_a_dragged_node_is_pinned_where_it_is_dropped_and_undo_puts_it_back(opened: Open) -> None:
    page = opened("world=anomaly")
    x, y = spot(page, "203.0.113.66")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 50, steps=5)
    page.mouse.up()
    moved = spot(page, "203.0.113.66")
    assert abs(moved[0] - x + 60) < 6 and abs(moved[1] - y - 50) < 6
    page.locator("text=Undo").click()
    back = spot(page, "203.0.113.66")
    assert abs(back[0] - x) < 3 and abs(back[1] - y) < 3


def test_a_double_click_on_a_bundle_opens_its_leaves(opened: Open) -> None:
    page = opened("world=hubs")
    bundle = page.evaluate(f"() => [...{VIEW}.base.bundles.values()].sort((a, b) => b.members.length - a.members.length)[0]")
    before = int(page.locator(".zg").get_attribute("data-nodes") or 0)
    page.mouse.dblclick(*spot(page, bundle["id"]))
    assert int(page.locator(".zg").get_attribute("data-nodes") or 0) == before + len(bundle["members"]) - 1


def test_isolate_hide_and_least_count_leave_what_they_say_and_what_was_opened_folds_again(opened: Open) -> None:
    page = opened("world=hubs")
    root = page.locator(".zg")
    every = int(root.get_attribute("data-nodes") or 0)
    page.fill(".zg-search", "10.0.3.77")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show it and its peers alone").click()
    peers = int(root.get_attribute("data-nodes") or 0)
    assert 1 < peers < every
    page.get_by_role("button", name="Hide it").click()
    assert int(root.get_attribute("data-edges") or 0) == 0, "only the hidden host had edges among them"
    for _ in range(2):
        page.locator(".zg-chip").first.click()
    assert int(root.get_attribute("data-nodes") or 0) == every
    page.get_by_label("Least count of an edge").fill("50")
    page.get_by_label("Least count of an edge").blur()
    assert page.evaluate(f"() => {VIEW}.shown.edges.every((edge) => edge.count >= 50) && {VIEW}.shown.edges.length > 0")
    page.locator(".zg-chip").click()
    hub = page.evaluate(f"() => [...{VIEW}.base.bundles.values()].sort((a, b) => b.members.length - a.members.length)[0].hub")
    for _ in range(2):
        page.evaluate(f"(hub) => {VIEW}.unfold(hub)", hub)
    assert int(root.get_attribute("data-nodes") or 0) == every


def test_the_time_bar_narrows_by_mouse_and_keys_plays_and_lets_go(opened: Open) -> None:
    page = opened("world=lateral")
    root = page.locator(".zg")
    every = int(root.get_attribute("data-edges") or 0)
    box = page.locator(".zg-times").bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 10, steps=4)
    page.mouse.up()
    narrowed = int(root.get_attribute("data-edges") or 0)
    assert 0 < narrowed < every
    page.locator(".zg-times").focus()
    page.keyboard.press("ArrowRight")
    window = page.evaluate(f"() => {VIEW}.state.choices.window")
    page.locator("text=Play").click()
    page.wait_for_function(f"(before) => {VIEW}.state.choices.window[0] > before", arg=window[0], timeout=10_000)
    page.locator("text=Pause").click()
    page.locator("text=All time").click()
    assert int(root.get_attribute("data-edges") or 0) == every


def test_the_table_shows_the_same_rows_and_works_by_keyboard(opened: Open) -> None:
    page = opened("world=intel")
    page.locator(".zg").focus()
    page.keyboard.press("t")
    table = page.locator(".zg-table")
    expect(table).to_be_visible()
    edges = int(page.locator(".zg").get_attribute("data-edges") or 0)
    expect(table.locator("tbody tr")).to_have_count(min(edges, 100))
    row = table.locator("tbody tr").first
    row.focus()
    page.keyboard.press("Enter")
    assert page.evaluate(f"() => {DRILLED}.length") == 1
    table.get_by_role("tab", name=re.compile("Nodes")).click()
    expect(table.locator("caption")).to_have_text("Nodes of the graph")
    table.get_by_role("button", name="Sort by bytes").click()
    assert table.locator("th[aria-sort=descending]").inner_text() == "bytes"


def test_csv_and_png_files_hold_what_is_visible(opened: Open, tmp_path: Path) -> None:
    page = opened("world=intel")
    with page.expect_download() as saved:
        page.locator("text=CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(saved.value.path()).read_text(encoding="utf-8"))))
    assert {row["src_label"] for row in rows if row["dst_label"] == "198.51.100.23"} == {"10.0.1.5", "10.0.1.19", "10.0.2.8"}
    with page.expect_download() as saved:
        page.locator("text=PNG").click()
    content = Path(saved.value.path()).read_bytes()
    assert content.startswith(b"\x89PNG") and len(content) > 10_000


def test_the_link_to_graphistry_is_there_when_its_column_is_and_names_its_host(opened: Open) -> None:
    page = opened("world=intel&manual=1", wait=False)
    page.evaluate(
        """() => {
          const at = window.worlds.FIELDS.indexOf('graphistry_url');
          window.harness.rows[0][at] = 'https://hub.graphistry.com/graph/graph.html?dataset=abc';
          window.harness.mounted[0].give({fields: window.worlds.FIELDS, rows: window.harness.rows, meta: {done: true}});
        }"""
    )
    link = page.locator(".zg a", has_text="Open in Graphistry (hub.graphistry.com)")
    assert link.get_attribute("href") == "https://hub.graphistry.com/graph/graph.html?dataset=abc"
    assert link.get_attribute("rel") == "noopener noreferrer"

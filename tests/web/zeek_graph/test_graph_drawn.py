"""The zeek_graph visualization drawn in a real browser: pictures, hostile values, lost and missing WebGL, frames and policies."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright.sync_api", reason="no playwright: pip install -e .[test]")

from playwright.sync_api import Browser, expect
from web.graph_page import LAID_OUT, VIEW, Open, coloured, inline, spot

from tools.graph_harness import FLAGS, WITHOUT_WEBGL, serving
from tools.graph_view import VIZ, ensure_packages


def test_the_sources_pass_their_own_tests(bundle: Path) -> None:
    node = ensure_packages(lambda _: None)
    done = subprocess.run([node, "--test", "test/"], cwd=VIZ, capture_output=True, text=True, timeout=240)
    counted = re.search(r"^(?:#|ℹ) pass (\d+)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout[-4000:]
    assert counted and int(counted.group(1)) > 80, "a run that executed nothing is no pass"


def test_the_bundle_is_one_module_without_addresses_and_lists_the_licences_of_what_is_in_it(bundle: Path) -> None:
    text = (bundle / "visualization.js").read_text(encoding="utf-8")
    code = re.sub(r"^/\*.*?\*/\s*", "", text, flags=re.DOTALL)
    assert code.startswith("define(['api/SplunkVisualizationBase','api/SplunkVisualizationUtils']")
    assert re.findall(r"https?://(?!www\.w3\.org/)[\w.-]+", text) == []
    assert "cosmograph" not in text
    licences = (bundle / "LICENSES.txt").read_text(encoding="utf-8")
    for package in ("sigma 3", "graphology 0", "@sigma/edge-curve", "d3-force", "d3-hierarchy"):
        assert package in licences
    assert len(text) < 500_000


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize(
    ("world", "said", "colour"),
    [
        pytest.param("hubs", "10.0.3.77 (scanner) reaches out to 168 peers", "#E45756", id="the-scanner"),
        pytest.param("anomaly", "10.0.1.23 → 203.0.113.66", "#e8683a", id="the-beacon"),
        pytest.param("lateral", "10.0.1.14 → 10.0.2.31 → 10.0.2.40 → 10.0.0.50 → 10.0.0.10: 4 hops", None, id="the-path"),
        pytest.param("intel", "198.51.100.23 is listed as malicious", "#E41E26", id="the-bad-host"),
    ],
)
@pytest.mark.parametrize("webgl", ["auto", "on"])
def test_a_picture_shows_its_planted_thing(
    world: str, said: str, colour: str | None, theme: str, webgl: str, opened: Open, repo: Path
) -> None:
    page = opened(f"world={world}&theme={theme}&webgl={webgl}")
    assert page.locator(".zg").get_attribute("data-drawing") == ("webgl" if webgl == "on" else "canvas")
    expect(page.locator(".zg-headline")).to_contain_text(said)
    folder = repo / "build" / "screens"
    folder.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=str(folder / f"graph-{world}-{theme}-{webgl}.png"))
    if colour:
        assert coloured(page, colour) > 60


def test_emulated_webgl_leaves_many_edges_to_a_canvas_below_it_and_wipes_it_when_they_are_few(opened: Open) -> None:
    page = opened("world=mesh&size=3000&picture=anomaly&webgl=on")
    painted = """() => {
      const canvas = document.querySelector('.zg-host > canvas.zg-layer');
      const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
      let many = 0;
      for (let at = 3; at < pixels.length; at += 4) many += pixels[at] > 0;
      return many;
    }"""
    page.wait_for_function(f"() => ({painted})() > 20000", timeout=10_000)
    assert page.evaluate(f"() => {VIEW}.stage.drawing.graph.size") == 1, "the flagged edge alone is left to WebGL"
    page.get_by_label("Least count of an edge").fill("48")
    page.get_by_label("Least count of an edge").blur()
    page.wait_for_function(f"() => ({painted})() === 0", timeout=10_000)
    assert page.evaluate(f"() => {VIEW}.stage.drawing.graph.size") > 100


def test_hostile_values_are_text_everywhere(opened: Open) -> None:
    page = opened("world=hostile")
    for name in page.evaluate("() => window.worlds.HOSTILE"):
        page.fill(".zg-search", name[:100].replace("\x00", ""))
        page.keyboard.press("Enter")
    page.locator("select").first.select_option("all")
    page.locator(".zg").focus()
    page.keyboard.press("t")
    assert page.evaluate("() => window.broken") is None
    assert page.locator(".zg img, .zg script, .zg b > i, .zg-details i").count() == 0
    text = page.locator(".zg").inner_text()
    assert "\u202e" not in text and "\\u{202e}" in text
    assert page.locator(".zg a[href]:not([href^='https:'])").count() == 0
    expect(page.locator(".zg-notes")).to_contain_text("not a plain https address")


def test_two_panels_do_not_disturb_each_other_and_one_removed_leaves_the_other(opened: Open) -> None:
    page = opened("world=intel&panels=2&webgl=on&height=380")
    page.evaluate("() => window.harness.mounted[0].viz.zeek.view.act({picture: 'hubs'})")
    assert page.evaluate("() => window.harness.mounted[1].viz.zeek.view.state.picture") == "intel"
    page.evaluate("() => window.harness.mounted[0].viz.remove()")
    page.mouse.move(300, 600)
    assert page.locator(".zg canvas").count() > 0
    assert page.evaluate("() => window.harness.mounted[1].viz.zeek.view.stage.drawing.kind") == "webgl"


def test_panels_made_and_removed_many_times_give_their_contexts_back(opened: Open) -> None:
    page = opened("world=lateral&webgl=on")
    lost = page.evaluate(
        """async () => {
          const panel = window.harness.mounted[0];
          for (let at = 0; at < 12; at += 1) {
            panel.set({theme: at % 2 ? 'light' : 'dark'});
            await new Promise((done) => requestAnimationFrame(done));
          }
          await new Promise((done) => setTimeout(done, 300));
          return document.querySelector('.zg').dataset.drawing;
        }"""
    )
    assert lost == "webgl", "a context that is not given back makes the browser take one away"


def test_a_lost_context_goes_on_by_canvas_and_can_be_tried_again(opened: Open) -> None:
    page = opened("world=intel&webgl=on")
    page.evaluate(
        "() => document.querySelector('.sigma-nodes').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    expect(page.locator(".zg")).to_have_attribute("data-drawing", "canvas")
    expect(page.locator(".zg-notes")).to_contain_text("graphics context was lost")
    assert coloured(page, "#E41E26") > 60
    page.locator("text=Try WebGL again").click()
    expect(page.locator(".zg")).to_have_attribute("data-drawing", "webgl")


def test_without_webgl_it_draws_on_a_canvas_and_says_so(playwright: Any, chromium: str, opened: Open) -> None:
    without = playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *WITHOUT_WEBGL])
    page = opened("world=intel", of=without)
    assert page.locator(".zg").get_attribute("data-drawing") == "canvas"
    expect(page.locator(".zg-notes")).to_contain_text("This browser offers no WebGL")
    assert coloured(page, "#E41E26") > 60
    page.mouse.click(*spot(page, "198.51.100.23"))
    expect(page.locator(".zg-details h4").first).to_have_text("198.51.100.23")
    without.close()


def test_a_policy_without_workers_still_ends_its_layout(bundle: Path, browser: Browser) -> None:
    sources = {"default-src": "'self'", "script-src": "'self' 'unsafe-inline'", "style-src": "'self' 'unsafe-inline'"}
    policy = "; ".join(f"{name} {value}" for name, value in {**sources, "worker-src": "'none'"}.items())
    with serving(bundle, policy) as address:
        page = browser.new_page()
        page.goto(f"{address}?world=anomaly&size=150")
        page.wait_for_function(LAID_OUT, timeout=60_000)
        assert page.evaluate(f"() => {VIEW}.layout.inWorker") is False
        page.close()


def test_it_runs_in_a_sandboxed_frame_of_no_origin(bundle: Path, browser: Browser, address: str) -> None:
    """Dashboard Studio shows it so: no storage, no parent."""
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.goto(address.replace("index.html", "amd.js"))
    scripts = [
        (VIZ / "harness" / "amd.js").read_text(encoding="utf-8"),
        (bundle / "visualization.js").read_text(encoding="utf-8"),
    ]
    worlds = inline((VIZ / "harness" / "worlds.js").read_text(encoding="utf-8"))
    start = """
      const el = document.body.appendChild(document.createElement('div')); el.style.height = '600px';
      const panel = window.harness.mount(el, {});
      panel.give({fields: FIELDS, rows: rowsOf(anomaly(150)), meta: {done: true}});
      const timer = setInterval(() => {
        const told = {...document.querySelector('.zg').dataset, worker: panel.viz.zeek.view.layout.inWorker, origin: self.origin};
        if (told.layout !== 'done') return;
        clearInterval(timer);
        parent.postMessage(told, '*');
      }, 100);
    """
    content = "".join(f"<script>{inline(text)}</script>" for text in scripts)
    content += f'<script type="module">{worlds}\n{start}</script>'
    found = page.evaluate(
        """(content) => new Promise((done) => {
          window.addEventListener('message', (event) => done(event.data));
          const frame = document.createElement('iframe');
          frame.sandbox = 'allow-scripts';
          frame.srcdoc = content;
          frame.style = 'width: 1100px; height: 700px';
          document.body.replaceChildren(frame);
        })""",
        "<!doctype html><body>" + content,
    )
    page.close()
    assert found["origin"] == "null"
    assert found["worker"] is True
    assert int(found["edges"]) > 100


def test_a_table_without_ends_is_refused_with_what_to_do(opened: Open) -> None:
    page = opened("world=intel&manual=1", wait=False)
    error = page.evaluate(
        """() => {
          const panel = window.harness.mounted[0];
          panel.give({fields: ['colour', 'size'], rows: [['red', '3']]});
          return panel.error;
        }"""
    )
    assert "source and a destination" in error and "rename" in error


def test_a_smaller_panel_is_drawn_again_in_its_new_size(opened: Open) -> None:
    page = opened("world=hubs&webgl=on")
    page.evaluate("() => { document.querySelector('.panel').style.height = '420px'; window.harness.mounted[0].viz.reflow(); }")
    page.wait_for_function(f"() => {VIEW}.stage.element.clientHeight < 300")
    page.wait_for_timeout(200)
    box = page.locator(".zg-stage").bounding_box()
    _, y = spot(page, "10.0.3.77")
    assert box and box["y"] < y < box["y"] + box["height"]

"""How fast the zeek_graph visualization draws, in a Chromium without a graphics card. ``python -m bench.graph_view [edges ...]``.

The browser is started as Chrome starts where there is no card: pages are put together by the processor, WebGL is emulated. There
the visualization takes a canvas by itself (``auto``); with ``on`` it is made to use the emulated WebGL.

For each size and picture: time from the rows to the first frame that shows them, time until the layout has ended, and the longest
gap between two frames afterwards while nothing happens, while the mouse moves over the picture, while it is dragged and zoomed,
and while the time window moves. The target: first picture under 2 s and no gap over 100 ms, at 10,000 edges on two cores.
"""

from __future__ import annotations

import itertools
import sys
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, sync_playwright

from tools.graph_harness import FLAGS, WITH_WEBGL, chromium_path, serving
from tools.graph_view import ensure_bundle

SIZES = (2_000, 10_000)
PICTURES = ("hubs", "anomaly")
DRAWINGS = ("auto", "on")
_LAID_OUT = "() => document.querySelector('.zg')?.dataset.layout === 'done'"
_FIRST = """(url) => new Promise((done) => {
  const rows = window.harness.rows, panel = window.harness.mounted[0], start = performance.now();
  panel.give({fields: window.worlds.FIELDS.map((name) => ({name})), rows, meta: {done: true}});
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - start), 0));
})"""
_WATCH = """() => {
  window.gaps = [];
  let before = performance.now();
  const step = (now) => { window.gaps.push(now - before); before = now; window.watching = requestAnimationFrame(step); };
  window.watching = requestAnimationFrame((now) => { before = now; window.watching = requestAnimationFrame(step); });
}"""
_LONGEST = "() => { cancelAnimationFrame(window.watching); return Math.max(...window.gaps); }"


@dataclass(frozen=True)
class Drawn:
    """first_ms: rows to picture. layout_ms: rows to the end of the layout. gaps_ms: longest gap between frames by activity."""

    edges: int
    first_ms: float
    layout_ms: float
    gaps_ms: dict[str, float]


def measure(browser: Browser, address: str, picture: str, webgl: str, edges: int) -> Drawn:
    page = browser.new_page(viewport={"width": 1440, "height": 900}, reduced_motion="no-preference")
    page.goto(f"{address}?world=mesh&size={edges}&picture={picture}&webgl={webgl}&manual=1")
    page.wait_for_selector("body[data-ready]")
    first_ms = page.evaluate(_FIRST)
    started = page.evaluate("() => performance.now()")
    page.wait_for_function(_LAID_OUT, timeout=120_000, polling=50)
    layout_ms = first_ms + page.evaluate("() => performance.now()") - started
    page.wait_for_timeout(500)
    drawn = int(page.evaluate("() => document.querySelector('.zg').dataset.edges"))
    gaps = {name: _longest(page, act) for name, act in ACTS.items()}
    page.close()
    return Drawn(drawn, first_ms, layout_ms, gaps)


def _longest(page: Page, act: str) -> float:
    page.evaluate(_WATCH)
    getattr(_Acting(page), act)()
    page.wait_for_timeout(300)
    return float(page.evaluate(_LONGEST))


class _Acting:
    """What a viewer does, on the middle of the picture."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def idle(self) -> None:
        self.page.wait_for_timeout(1500)

    def hover(self) -> None:
        for at in range(60):
            self.page.mouse.move(300 + 8 * at, 300 + 3 * at)

    def pan(self) -> None:
        self.page.mouse.move(200, 650)
        self.page.mouse.down()
        for at in range(30):
            self.page.mouse.move(200 + 6 * at, 650 - 4 * at)
        self.page.mouse.up()

    def zoom(self) -> None:
        self.page.mouse.move(500, 400)
        for at in range(6):
            self.page.mouse.wheel(0, -120 if at < 3 else 120)
            self.page.wait_for_timeout(250)

    def brush(self) -> None:
        self.page.keyboard.press("Escape")
        self.page.locator(".zg-times").focus()
        for _ in range(5):
            self.page.keyboard.press("ArrowRight")
            self.page.wait_for_timeout(150)


ACTS = {"idle": "idle", "hover": "hover", "pan": "pan", "zoom": "zoom", "time window": "brush"}


def main(arguments: list[str]) -> int:
    sizes = [int(argument) for argument in arguments] or SIZES
    bundle = ensure_bundle(lambda text: sys.stdout.write(f"{text}\n"))
    with serving(bundle) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium_path(), args=[*FLAGS, *WITH_WEBGL, "--disable-gpu-compositing"]
        )
        for picture, webgl, edges in itertools.product(PICTURES, DRAWINGS, sizes):
            drawn = measure(browser, address, picture, webgl, edges)
            gaps = ", ".join(f"{name} {gap_ms:.0f}" for name, gap_ms in drawn.gaps_ms.items())
            sys.stdout.write(
                f"{picture}, webgl={webgl}, {drawn.edges:,} edges: first picture {drawn.first_ms:.0f} ms, layout ended after "
                f"{drawn.layout_ms:.0f} ms; longest gap between frames, ms: {gaps}\n"
            )
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

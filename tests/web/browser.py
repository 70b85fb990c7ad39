"""Chromium on one page of the lab: open it, wait until it is drawn, ask what its panels hold. Facts: the renderer's own probe."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Request

from tools.dashboard_fields import field_sentences
from tools.graph_harness import chromium_path

__all__ = ["FLAGS", "Screen", "chromium_path"]

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--hide-scrollbars", "--font-render-hinting=none"),
]
SETTLED_MS = 90_000

# Every search failed, with its rows fetched, or waiting for the click that confirms it; size and tokens quiet for a moment.
# Silence of the whole network says nothing, since it polls; silence of rows does: a chained panel is "done" with no rows until
# its own post-process search has answered.
QUIET_S = 1.5
_SETTLED = """() => {
  const probe = window.zeekHuntingProbe;
  if (!probe || !probe.api) return false;
  const searches = Object.values(probe.api.getSearches());
  const over = ({options}) => options?.meta?.status === 'failed' || (options?.meta?.status === 'done' && options.data);
  const sources = Object.values(window.zeekHuntingLab.definition.dataSources);
  const held = sources.filter(({options}) => /\\$confirm_/.test(options.query || '')).map(({name}) => `${name}_bound_to_`);
  const waits = ({name, options}) => !options?.meta?.status && held.some((start) => name.startsWith(start));
  if (!searches.length || !searches.every((search) => over(search) || waits(search))) return false;
  const height = document.documentElement.scrollHeight;
  if (probe.height !== height) { probe.height = height; probe.changedAt = Date.now(); }
  return Date.now() - probe.changedAt > 600;
}"""
_COLUMNS = """() => Object.fromEntries(Object.values(window.zeekHuntingProbe.api.getSearches())
  .filter(({name, options}) => /_bound_to_.*-primary$/.test(name) && options?.data?.columns?.length)
  .map(({name, options: {data}}) => [
    name.replace(/.*_bound_to_(.*)-primary$/, '$1'), data.fields.map((each) => each.name ?? each),
  ]))"""
_PANELS = """() => Object.fromEntries(Object.values(window.zeekHuntingProbe.api.getSearches()).map((search) => {
  const {meta, data} = search.options || {};
  return [search.name, {status: meta?.status ?? null, rows: data?.columns?.[0]?.length ?? 0, said: meta?.statusMessage ?? ''}];
}))"""


@dataclass
class Screen:
    """One page in one theme. requests: every address it asked for. complaints: errors of its scripts. fetching: requests for rows
    that are not answered yet; fetched_s: when the last was (monotonic)."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    fetching: set[Request] = field(default_factory=set)
    fetched_s: float = 0.0

    @classmethod
    def open(cls, browser: Browser, address: str) -> Screen:
        context = browser.new_context(
            viewport={"width": 1440, "height": 1000}, locale="en-US", timezone_id="UTC", reduced_motion="reduce"
        )
        context.set_default_timeout(SETTLED_MS)  # a shared machine may take longer than the half minute that is usual
        screen = cls(context.new_page())
        screen.page.on("request", screen._asked)
        screen.page.on("requestfinished", screen._answered)
        screen.page.on("requestfailed", screen._answered)
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        screen.page.goto(address)
        return screen

    def settle(self) -> None:
        self.page.wait_for_timeout(300)  # a click's searches start a moment later
        self.page.wait_for_function(_SETTLED, timeout=SETTLED_MS, polling=200)
        while self.fetching or time.monotonic() - self.fetched_s < QUIET_S:
            self.page.wait_for_timeout(100)
        self.page.wait_for_function(_SETTLED, timeout=SETTLED_MS, polling=200)

    def _asked(self, request: Request) -> None:
        self.requests.append(request.url)
        if "/results" in request.url:
            self.fetching.add(request)

    def _answered(self, request: Request) -> None:
        if request in self.fetching:
            self.fetching.remove(request)
            self.fetched_s = time.monotonic()

    def panels(self) -> dict[str, dict[str, Any]]:
        answer: dict[str, dict[str, Any]] = self.page.evaluate(_PANELS)
        return answer

    def columns(self) -> dict[str, list[str]]:
        """Panel -> the fields that its search returned."""
        answer: dict[str, list[str]] = self.page.evaluate(_COLUMNS)
        return answer

    def validation_errors(self) -> list[Any]:
        """What Splunk's validator says of the page, and the fields that it names and its searches do not return."""
        said = [error for error in self.page.evaluate("() => window.zeekHuntingProbe.validationErrors") if error]
        return said + field_sentences(self.page.evaluate("() => window.zeekHuntingLab.definition"), self.columns())

    def text_of(self, panel: str) -> str:
        return self.page.locator(f'[data-test="viz-item"][data-id="{panel}"]').inner_text()

    def rows_of(self, panel: str) -> list[str]:
        return self.page.locator(f'[data-test="viz-item"][data-id="{panel}"] tbody tr').all_inner_texts()

    def picture(self, path: Path) -> None:
        """The whole page, nothing focused, the mouse out of the way."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.mouse.move(0, 0)
        self.page.screenshot(path=str(path), full_page=True)

    def close(self) -> None:
        self.page.context.close()

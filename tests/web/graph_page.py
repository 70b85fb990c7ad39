"""What the tests of the zeek_graph visualization ask of its harness page."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page

Open = Callable[..., Page]
LAID_OUT = """() => {
  const all = [...document.querySelectorAll('.zg')];
  return all.length > 0 && all.every((each) => each.dataset.layout === 'done');
}"""
VIEW = "window.harness.mounted[0].viz.zeek.view"
DRILLED = "window.harness.mounted[0].viz.drilled"


def spot(page: Page, name: str) -> tuple[float, float]:
    """Where a node stands on the screen, in pixels of the page."""
    found = page.evaluate(
        f"""(name) => {{
          const stage = {VIEW}.stage, node = stage.scene.nodes.find((each) => each.ref === name);
          const box = stage.element.getBoundingClientRect(), at = stage.drawing.at(node);
          return [box.x + stage.element.clientLeft + at.x, box.y + stage.element.clientTop + at.y];
        }}""",
        name,
    )
    return float(found[0]), float(found[1])


def coloured(page: Page, colour: str) -> int:
    """How many pixels of the saved picture are near this colour."""
    return int(
        page.evaluate(
            f"""(colour) => {{
              const canvas = {VIEW}.stage.picture(1), to = canvas.getContext('2d');
              const wanted = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
              const pixels = to.getImageData(0, 0, canvas.width, canvas.height).data;
              let many = 0;
              const near = (at) => wanted.every((value, channel) => Math.abs(pixels[at + channel] - value) < 12);
              for (let at = 0; at < pixels.length; at += 4) many += near(at);
              return many;
            }}""",
            colour,
        )
    )


def inline(script: str) -> str:
    """As it may stand between script tags: the hostile names hold an end of such a tag."""
    return script.replace("</script", "<\\/script")

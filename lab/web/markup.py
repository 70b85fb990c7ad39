"""The lab's own HTML, all of it: plain, readable in light and dark, without scripts except on a dashboard's page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_STYLE = """
:root { color-scheme: dark light; }
body { margin: 0; font: 15px/1.5 Roboto, system-ui, sans-serif; background: #14171b; color: #e8eaed; }
body.light { background: #f4f5f7; color: #1f2328; }
main { max-width: 860px; margin: 40px auto; padding: 0 20px; }
h1 { font-size: 26px; } a { color: #6db3ff; } .light a { color: #0b5cad; }
.bar { display: flex; gap: 18px; align-items: center; padding: 8px 16px; border-bottom: 1px solid #8884; font-size: 14px; }
.bar a { text-decoration: none; }
.bar a.here { font-weight: 600; color: inherit; } .bar .right { margin-left: auto; opacity: .8; }
.card { display: block; padding: 14px 18px; margin: 12px 0; border: 1px solid #8885; border-radius: 6px; }
.card b { display: block; font-size: 17px; }
code { background: #8882; padding: 2px 6px; border-radius: 4px; overflow-wrap: anywhere; }
.warn { border-left: 4px solid #d9a400; padding: 8px 16px; background: #d9a40018; }
""".strip()
_LOAD = (
    "<p>Stop this server and start it with your logs:</p><p><code>make lab LOGS=/path/to/zeek</code></p>"
    "<p>TSV or JSON, plain or gzip, any mixture, also Corelight's. Without <code>LOGS</code> it shows a simulated network.</p>"
)


def page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title><style>{_STYLE}</style></head>'
        f"<body><main><h1>{escape(title)}</h1>{body}</main></body></html>"
    )


def note(text: str) -> str:
    return f'<p class="warn">{escape(text)}</p><p><a href="/">All pages</a></p>'


def no_logs() -> str:
    """Instead of a dashboard over nothing."""
    return f'<p class="warn">No logs are loaded, so there is nothing to show: this is not a clean network.</p>{_LOAD}'


def search(spl: str) -> str:
    """Where a drilldown to Splunk's search page leads in the lab."""
    return (
        "<p>In Splunk this opens the search page. The lab runs the same search on the command line:</p>"
        f'<p><code>lab search "…"</code></p><p><code>{escape(spl)}</code></p><p><a href="/">All pages</a></p>'
    )


def index(views: Sequence[tuple[str, str, str]], broken: Sequence[str], loaded: dict[str, int]) -> str:
    """views: (address, label, description). broken: why a view is not shown. loaded: events per log."""
    cards = "".join(
        f'<a class="card" href="{escape(address)}"><b>{escape(label)}</b>{escape(description)}</a>'
        for address, label, description in views
    )
    faults = "".join(f'<p class="warn">{escape(sentence)}</p>' for sentence in broken)
    if not loaded:
        return f"{no_logs()}{cards}{faults}"
    held = ", ".join(f"{escape(log)} {events:,}" for log, events in sorted(loaded.items(), key=lambda item: -item[1]))
    said = f"The app's dashboards, drawn by Splunk's own renderer over {sum(loaded.values()):,} events: {held}."
    return f"<p>{said}</p>{cards}{faults}"


def bar(links: Sequence[tuple[str, bool, str]], other_theme: tuple[str, str], said: str) -> str:
    """links: (address, is this page, label). other_theme: (escaped address, name)."""
    items = "".join(
        f'<a href="{escape(address)}"{" class=here" if here else ""}>{escape(label)}</a>' for address, here, label in links
    )
    address, name = other_theme
    return (
        f'<nav class="bar"><a href="/">Zeek Hunting lab</a>{items}<span class="right">{escape(said)} · '
        f'<a href="{address}">{escape(name)}</a></span></nav>'
    )


def dashboard(title: str, theme: str, top: str, script: str, nonce: str) -> str:
    """script: trusted, its values already escaped for a script element."""
    head = (
        f'<meta charset="utf-8"><title>{escape(title)}</title><link rel="icon" href="data:,">'
        f'<style>{_STYLE}</style><link rel="stylesheet" href="/lab/page.css">'
    )
    scripts = f'<script nonce="{nonce}">{script}</script><script src="/lab/page.js"></script>'
    return (
        f'<!doctype html><html lang="en"><head>{head}</head><body class="{escape(theme)}">{top}<div id="dashboard"></div>'
        f"{scripts}</body></html>"
    )

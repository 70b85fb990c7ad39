"""What a hunt's page says, as a lookup for the page Hunt library: ``lookups/zeek_hunt_guides.csv``, one row per line of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from tools.hunts.conf_text import one_line, written
from tools.hunts.playbook import Hunt
from tools.hunts.searches import hunt_search

COLUMNS = ("hunt", "line", "part", "text")


def guides_csv(hunts: Sequence[Hunt]) -> str:
    """The lines of every hunt, numbered from 1 in reading order."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for hunt in hunts:
        writer.writerows((hunt.id, at, part, said) for at, (part, said) in enumerate(_lines(hunt), 1))
    return text.getvalue()


def _lines(hunt: Hunt) -> Iterator[tuple[str, str]]:
    raw = hunt.raw
    yield "what it does", one_line(raw["explanation"])
    for at, step in enumerate(raw["response"], 1):
        yield "when it finds something", f"{at}. {one_line(step)}"
    for each in raw["false_positives"]:
        yield "false positives", f"{one_line(each['what'])}. {one_line(each['handle'])}"
    yield from (("blind to", one_line(each)) for each in raw["blind_spots"])
    for each in hunt.parameters:
        yield (
            "threshold",
            f"macro {hunt.id}_{each['name']}, {written(each['default'])} {each['unit']}: {one_line(each['reason'])}",
        )
    baseline = raw.get("baseline")
    if baseline:
        days = baseline["activation_days"]
        yield "baseline", f"{baseline['kind']}; {f'silent before it is {days} days old' if days else 'works without it'}"
    yield "search", one_line(hunt_search(hunt))

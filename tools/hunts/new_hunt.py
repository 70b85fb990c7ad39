"""A new hunt from the template: it builds and passes its tests as it is, to be changed into what it should be."""

from __future__ import annotations

import re
from pathlib import Path

from tools.hunts.playbook import hunt_files, read_hunts

TEMPLATE = Path(__file__).resolve().parent.parent / "templates" / "hunt" / "hunt.yml.txt"
_NAME = re.compile(r"[a-z][a-z0-9_]{2,39}")


class NewHuntError(ValueError):
    """A name that no hunt can have; the text says why."""


def write(root: Path, name: str = "") -> Path:
    """Writes hunts/<name>.yml with a minute of its own. Raises NewHuntError."""
    folder = root / "hunts"
    if not _NAME.fullmatch(name):
        raise NewHuntError(
            f"{name!r} is no name of a hunt: 3 to 40 small letters, digits and _, a letter first (make new-hunt NAME=...)"
        )
    if folder / f"{name}.yml" in hunt_files(folder):
        raise NewHuntError(f"hunts/{name}.yml is there already")
    hunts, _ = read_hunts(folder)
    taken = {tuple(hunt.schedule["cron"].split()[:2]) for hunt in hunts}
    minute, hour = next((str(m), str(h)) for h in range(4, 24) for m in range(13, 60) if (str(m), str(h)) not in taken)
    path = folder / f"{name}.yml"
    title = name.replace("_", " ").capitalize()
    path.write_text(
        TEMPLATE.read_text(encoding="utf-8") % {"id": name, "title": title, "cron": f"{minute} {hour} * * *"}, encoding="utf-8"
    )
    return path

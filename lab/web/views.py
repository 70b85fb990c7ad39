"""The Dashboard Studio views of an app, read from default/data/ui/views (local/ first, as splunkd does)."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NAME = re.compile(r"^[A-Za-z0-9_-]{1,100}$")


class ViewUnusable(ValueError):
    """A view cannot be shown; the text says why and what to do."""


@dataclass(frozen=True)
class View:
    """name: as in the address. theme: dark or light, the one the view asks for."""

    name: str
    label: str
    description: str
    theme: str
    definition: dict[str, Any]


def view_names(app: Path) -> list[str]:
    """Names of all Dashboard Studio views, in the order of the app's menu, then by name."""
    found = sorted(
        name for name in {path.stem for folder in _folders(app) for path in folder.glob("*.xml")} if _is_studio(app, name)
    )
    order = {name: at for at, name in enumerate(_menu(app))}
    return sorted(found, key=lambda name: (order.get(name, len(order)), name))


def read_view(app: Path, name: str) -> View | None:
    """The view; None when the app has none of this name. Raises ViewUnusable."""
    root = _root(app, name)
    if root is None:
        return None
    if root.tag != "dashboard" or root.get("version") != "2":
        raise ViewUnusable(f'{name} is a Simple XML view; the lab draws Dashboard Studio views (<dashboard version="2">) alone')
    try:
        definition = json.loads(root.findtext("definition") or "")
    except ValueError as error:
        raise ViewUnusable(f"the definition of {name} is no JSON ({error}); run python3 -m tools.dashboards") from error
    theme = "light" if root.get("theme") == "light" else "dark"
    return View(name, root.findtext("label") or name, root.findtext("description") or "", theme, definition)


def _folders(app: Path) -> list[Path]:
    return [app / layer / "data" / "ui" / "views" for layer in ("local", "default")]


def _root(app: Path, name: str) -> ElementTree.Element | None:
    if not NAME.match(name):
        return None
    for folder in _folders(app):
        path = folder / f"{name}.xml"
        if path.is_file():
            try:
                return ElementTree.parse(path).getroot()
            except ElementTree.ParseError as error:
                raise ViewUnusable(f"{path.name} is no XML: {error}") from error
    return None


def _is_studio(app: Path, name: str) -> bool:
    root = _root(app, name)
    return root is not None and root.tag == "dashboard" and root.get("version") == "2"


def _menu(app: Path) -> list[str]:
    for layer in ("local", "default"):
        path = app / layer / "data" / "ui" / "nav" / "default.xml"
        if path.is_file():
            return [str(view.get("name")) for view in ElementTree.parse(path).getroot().iter("view") if view.get("name")]
    return []

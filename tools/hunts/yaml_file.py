"""Read a YAML file strictly: plain values alone, no key twice, and every problem with its line.

YAML itself lets the last of two equal keys win and turns ``no`` and ``1:30`` into a truth and a number; here a key that stands
twice is refused, and only ``true``, ``false``, ``null``, whole and decimal numbers are anything but text.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

LONGEST_B = 200_000


class YamlUnusable(ValueError):
    """The file cannot be read; the text says where and what to do."""


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # PyYAML has no types
    """SafeLoader with fewer kinds of plain values; libyaml's, where PyYAML was built with it, reads ten times as fast."""


_Loader.yaml_implicit_resolvers = {}
_NUMBER = "-+0123456789."
for _tag, _pattern, _first in (
    ("bool", r"^(?:true|false)$", "tf"),
    ("null", r"^(?:null|~|)$", ["n", "~", ""]),
    ("int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("float", r"^-?[0-9]+\.[0-9]+$", _NUMBER),
    ("merge", r"^<<$", "<"),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), list(_first))


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
            raise YamlUnusable(f"line {line}: the key {key.value!r} stands already at line {seen[key.value]}; keep one")
        seen[key.value] = line
    loader.flatten_mapping(node)
    return {str(loader.construct_object(key, deep=True)): loader.construct_object(value, deep=True) for key, value in node.value}


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(path: Path) -> Any:
    """The file's value. Raises YamlUnusable with the file's name."""
    text = path.read_text(encoding="utf-8")
    if len(text.encode()) > LONGEST_B:
        raise YamlUnusable(f"{path.name}: longer than {LONGEST_B:,} bytes; a hunt is a page, not a data set")
    try:
        return yaml.load(text, Loader=_Loader)  # a SafeLoader: plain values alone
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise YamlUnusable(f"{path.name}: line {line}: {error.problem}") from error
    except YamlUnusable as error:
        raise YamlUnusable(f"{path.name}: {error}") from error

"""Splunk's safeguard: what a page or link runs is refused while it holds a command that writes, sends or deletes.

The browser asks with ``check_risky_command``; refused, it shows the search and runs it without the check once its reader says so.
What a person types is not checked. Commands: Splunk's list, and those of the app with ``is_risky``.
https://help.splunk.com/en/splunk-enterprise/administer/manage-users-and-security/10.2/best-practices-for-splunk-platform-security/spl-safeguards-for-risky-commands/commands-that-trigger-spl-safeguards
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lab.driver import app_conf
from lab.rest.refusal import Refused
from lab.spl import SplError, parsing
from lab.spl.parsing import Segment

BUILT_IN = frozenset(
    (
        *("collect", "delete", "dump", "map", "mcollect", "meventcollect", "outputcsv", "outputlookup"),
        *("run", "runshellscript", "script", "sendalert", "sendemail", "tscollect"),
    )
)


def refuse_risky(app: Path, segments: Iterable[Segment]) -> None:
    """Raises Refused, in the words by which Splunk's renderer knows it, when a command or one of its subsearches is risky."""
    risky = BUILT_IN | {name for name, settings in app_conf(app, "commands").items() if _true(settings.get("is_risky", ""))}
    found = sorted(set(_commands(segments)) & risky)
    if found:
        raise Refused(400, f"Found potentially risky commands: {' '.join(found)}", "FATAL")


def _commands(segments: Iterable[Segment]) -> Iterator[str]:
    for segment in segments:
        yield segment.name
        for subsearch in segment.subsearches:
            text = subsearch.text.strip()
            try:
                yield from _commands(parsing.split(text if text.startswith("|") else f"| {text}"))
            except SplError:  # no search but a list, such as ``stats`` in foreach: run as text, it is refused where it runs
                continue


def _true(text: str) -> bool:
    return text.strip().lower() in ("1", "true", "t", "yes")

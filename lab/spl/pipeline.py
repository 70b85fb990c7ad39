"""Runs the commands of a search one after the other, and those of the subsearches inside it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from lab.driver import app_commands
from lab.spl import custom, parsing, subsearch
from lab.spl.commands import COMMANDS, REFUSED
from lab.spl.failure import Place, SplError
from lab.spl.parsing import Segment
from lab.spl.relation import Relation
from lab.spl.session import Session, Step


def run_text(text: str, place: Place, session: Session, relation: Relation | None) -> Relation:
    """The rows of a pipeline. relation: the rows that its first command gets; None where it must find or make them itself."""
    segments = parsing.split(text) if place.offset == 0 and relation is None else parsing.pipeline(text, place)
    custom_names = frozenset(app_commands(session.settings.app))
    for segment in segments:
        check_known(segment, custom_names)
    return _piped(segments, session, relation)


def check_known(segment: Segment, custom_names: frozenset[str]) -> None:
    if segment.name in COMMANDS or segment.name in custom_names:
        return
    if segment.name in REFUSED:
        raise SplError(f"the lab does not run {segment.name}: {REFUSED[segment.name]}", segment.at)
    known = f"{', '.join(sorted(COMMANDS))}; commands of the app: {', '.join(sorted(custom_names)) or 'none'}"
    raise SplError(f"no command {segment.name} in the lab. It has {known}", segment.at)


def _piped(segments: Sequence[Segment], session: Session, relation: Relation | None) -> Relation:
    for segment in segments:
        started = time.perf_counter()
        relation = _made(segment, session) if relation is None else _applied(relation, segment, session)
        if session.settings.explain is not None:
            relation = session.fixed(relation)
            taken_s = time.perf_counter() - started
            rows = session.count(relation)
            session.settings.explain(Step(segment.name, segment.written().strip(), rows, len(relation.columns), taken_s))
    if relation is None:
        raise SplError("the search is empty")
    return relation


def _made(segment: Segment, session: Session) -> Relation:
    """The rows of a command that stands first."""
    command = COMMANDS.get(segment.name)
    if command is None:
        return custom.generated(subsearch.filled(segment, session), session)
    if command.generate is None:
        raise SplError(f"{segment.name} needs rows: write a search before it, then | {segment.name}", segment.at)
    if not command.pipelines:
        segment = subsearch.filled(segment, session)
    return command.generate(parsing.parse(segment, command.start, command.syntax), segment, session)


def _applied(relation: Relation, segment: Segment, session: Session) -> Relation:
    command = COMMANDS.get(segment.name)
    if command is None:
        return custom.applied(relation, subsearch.filled(segment, session), session)
    if command.run is None:
        raise SplError(f"{segment.name} makes rows of its own: it must stand first, after a |", segment.at)
    if not command.pipelines:
        segment = subsearch.filled(segment, session)
    distributed = relation.distributed and command.distributable
    result = command.run(relation, parsing.parse(segment, command.start, command.syntax), segment, session)
    return replace(result, distributed=distributed)

"""A custom command in the pipeline: its rows go to real processes through lab.driver, its answer becomes the next relation."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace

from lab.driver import CommandRun, Invocation, Rows, RunOptions, RunResult, SearchInfo, split_arguments
from lab.spl.failure import SplError
from lab.spl.parsing import Segment
from lab.spl.relation import Column, Order, Relation
from lab.spl.session import Session
from lab.spl.tables import Table, batches, loaded, materialised

# The number of a row, carried beside the fields that are sent. No field can be called so: it is not text of any log.
_KEY = "\x1f"
_FIRST_SID = "1700000000.1"


def generated(segment: Segment, session: Session) -> Relation:
    """The rows of a command that stands first, after a |."""
    with CommandRun(_invocation(segment, session), _options(session, distributed=False)) as command:
        _tell(command, session)
        if not command.info.generating:
            raise SplError(f"{segment.name} needs rows: write a search before it, then | {segment.name}", segment.at)
        return _answer(command.feed(Rows({}, 0)), session)


def applied(relation: Relation, segment: Segment, session: Session) -> Relation:
    """The relation after a custom command. Only the fields that the command asks for are fetched."""
    with CommandRun(_invocation(segment, session), _options(session, relation.distributed)) as command:
        _tell(command, session)
        if command.info.generating:
            raise SplError(f"{segment.name} makes rows of its own: it must stand first, after a |", segment.at)
        wanted = _wanted(relation, command.fields)
        streaming = command.info.type == "streaming"
        replies = replace(relation, distributed=relation.distributed and streaming)
        over = command.info.type in ("streaming", "stateful")
        if over and command.fields is not None:
            table = materialised(session.connection, session.names, f"SELECT * FROM ({relation.sql}){relation.order_by}")
            result = command.feed(batches(session.connection, table, wanted, _KEY), _progress(segment, session, table))
            return _laid_over(replies, wanted, table, result, session)
        only = ", ".join(column.ident for column in wanted.values()) or "1 AS none"
        table = materialised(session.connection, session.names, f"SELECT {only} FROM ({relation.sql}){relation.order_by}")
        result = command.feed(batches(session.connection, table, wanted), _progress(segment, session, table))
        answer = _answer(result, session)
        return replace(answer, distributed=replies.distributed, events=relation.events and over)


def _tell(command: CommandRun, session: Session) -> None:
    if session.settings.started is not None:
        session.settings.started(command)


def _invocation(segment: Segment, session: Session) -> Invocation:
    settings = session.settings
    times = [
        f"{time:.6f}".rstrip("0").rstrip(".") if time is not None else "0" for time in (session.earliest_s, session.latest_s)
    ]
    text = session.text if session.text.lstrip().startswith("|") else f"search {session.text.strip()}"
    search = SearchInfo(text=text, sid=_FIRST_SID, earliest_time=times[0], latest_time=times[1])
    return Invocation(
        app=settings.app,
        command=segment.name,
        raw_args=split_arguments(segment.text),
        search=search,
        python=settings.python or sys.executable,
        environment=settings.environment,
        limits=settings.limits,
    )


def _options(session: Session, distributed: bool) -> RunOptions:
    """After a command that gathers rows on the search head nothing runs on indexers any more, and no map before a reduce."""
    settings = session.settings
    return RunOptions(
        chunk_rows=settings.chunk_rows,
        indexers=settings.indexers if distributed else 1,
        skip_map=settings.skip_map or not distributed,
    )


def _wanted(relation: Relation, fields: tuple[str, ...] | None) -> dict[str, Column]:
    if fields is None:
        return dict(relation.columns)
    return {name: relation.columns[name] for field in fields for name in relation.matching(field)}


def _progress(segment: Segment, session: Session, table: Table) -> Callable[[int], None] | None:
    report = session.settings.progress
    if report is None:
        return None
    done = 0

    def advanced(rows: int) -> None:
        nonlocal done
        done += rows
        report(segment.name, done, table.count)

    return advanced


def _answer(result: RunResult, session: Session) -> Relation:
    """A reply that stands for itself, in the order it came."""
    session.runs.append(result)
    return session.given(result.rows)


def _laid_over(relation: Relation, sent: Mapping[str, Column], table: Table, result: RunResult, session: Session) -> Relation:
    """A streaming reply joined to the fields that were not sent; rows of several processes get back into one order."""
    session.runs.append(result)
    reply, columns = loaded(session.connection, session.names, result.rows)
    key = columns.pop(_KEY, None)
    here, place = Order(session.names.new()), Order(session.names.new())
    if key is None:  # no row came back, or only rows of the command's own making
        return replace(relation, sql=f"SELECT *, rowid AS {here.ident} FROM {reply.name}", columns=columns, order=[here])
    added = "".join(f", r.{column.ident}" for column in columns.values())
    number = f"TRY_CAST(r.{key.ident} AS BIGINT)"
    sql = (
        f"SELECT t.*{added}, {number} AS {place.ident}, r.rowid AS {here.ident} "
        f"FROM {reply.name} r LEFT JOIN {table.name} t ON t.rowid = {number}"
    )
    kept = {name: column for name, column in relation.columns.items() if name not in sent or name in columns}
    order = [place, here] if len(result.processes) > 1 else [here]
    return replace(relation, sql=sql, columns={**kept, **columns}, order=order)

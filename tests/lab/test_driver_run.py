"""Whole runs: real commands written with the splunk-sdk, cut, spread and merged in every way splunkd may choose."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.driver import (
    EMPTY_BODY,
    HEADER_ONLY,
    WITH_ROWS,
    BrokenReply,
    CommandFailed,
    CommandRun,
    Invocation,
    Limits,
    Rows,
    RunOptions,
    run,
)

APP = Path(__file__).parent / "commands"
COUNT = 60
EVENTS = Rows.of(
    {
        "_time": [str(2000 - i) for i in range(COUNT)],
        "n": [None if i % 10 == 9 else str(i) for i in range(COUNT)],
        "key": [f"k{i % 3}" for i in range(COUNT)],
        "note": [["a;$", 'b"c'] if i % 2 else f"é,{i}" for i in range(COUNT)],
    }
)


def command(name: str, *args: str, **settings) -> Invocation:
    return Invocation(APP, name, args, **settings)


def by_hand() -> list[dict[str, str]]:
    """The answer of sumby, worked out without it."""
    groups: dict[str, list[int]] = {}
    for record in EVENTS.records():
        if "n" in record:
            groups.setdefault(str(record["key"]), []).append(int(str(record["n"])))
    return [{"key": key, "count": str(len(values)), "total": str(sum(values))} for key, values in sorted(groups.items())]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(RunOptions(), id="one-chunk"),
        pytest.param(RunOptions(chunk_rows=1), id="chunks-of-1"),
        pytest.param(RunOptions(chunk_rows=[7, 2, 30]), id="uneven-chunks"),
        pytest.param(RunOptions(skip_map=True), id="map-skipped"),
        pytest.param(RunOptions(skip_map=True, chunk_rows=11, last_request=WITH_ROWS), id="map-skipped-no-header-alone"),
        pytest.param(RunOptions(indexers=2), id="2-indexers"),
        pytest.param(RunOptions(indexers=3, shard_seed=7, chunk_rows=5), id="3-indexers-dealt-at-random"),
        pytest.param(RunOptions(indexers=4, map_chunk_rows=4, last_request=EMPTY_BODY), id="4-indexers-no-last-body"),
    ],
)
def test_map_and_reduce_give_one_result_however_the_events_are_spread(options):
    result = run(command("sumby"), EVENTS, options)
    assert result.rows.records() == by_hand()
    assert [message.text for message in result.messages] == ["summed 3 keys"]
    assert len(result.processes) == (1 if options.skip_map else 1 + options.indexers)
    assert sum(report.rows_in for report in result.processes[1:]) == (0 if options.skip_map else COUNT)


def test_a_map_gets_the_arguments_of_the_search():
    assert list(run(command("sumby", 'label="the sum"'), EVENTS, RunOptions(indexers=2)).rows.columns) == [
        "key",
        "count",
        "the sum",
    ]


@pytest.mark.parametrize("chunk_rows", [1, 7, 60, 1000])
@pytest.mark.parametrize("last_request", [HEADER_ONLY, WITH_ROWS, EMPTY_BODY])
def test_streaming_lays_its_answer_over_the_fields_that_were_not_sent(chunk_rows, last_request):
    result = run(command("doubled"), EVENTS, RunOptions(chunk_rows=chunk_rows, last_request=last_request))
    expected = [{**record, "twice": str(2 * int(record["n"]))} if "n" in record else record for record in EVENTS.records()]
    assert result.rows.records() == expected
    assert list(result.rows.columns) == ["_time", "n", "key", "note", "twice"]


def test_rows_that_a_streaming_command_leaves_out_are_gone_and_the_others_keep_their_own_fields():
    result = run(command("doubled", "keep=filled"), EVENTS, RunOptions(chunk_rows=13))
    assert result.rows.records() == [{**r, "twice": str(2 * int(r["n"]))} for r in EVENTS.records() if "n" in r]


def test_streaming_over_several_indexers_gives_the_same_rows():
    alone = run(command("doubled"), EVENTS).rows.records()
    spread = run(command("doubled"), EVENTS, RunOptions(indexers=4, shard_seed=1, chunk_rows=3))
    assert sorted(spread.rows.records(), key=lambda record: record["_time"], reverse=True) == alone
    assert [report.name for report in spread.processes][:4] == [f"doubled on indexer {number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize("chunk_rows", [1, 8, 1000])
def test_a_stateful_command_sees_every_row_once_and_in_order(chunk_rows):
    result = run(command("running"), EVENTS, RunOptions(chunk_rows=chunk_rows, indexers=3))
    totals, total = [], 0
    for cell in EVENTS.columns["n"]:
        total += int(cell or 0)
        totals.append(str(total))
    assert result.rows.columns["total"] == totals
    assert result.rows.columns["note"] == EVENTS.columns["note"]


def test_a_generating_command_is_asked_until_it_is_done():
    result = run(command("counted", "count=50001"), Rows({}, 0))
    assert result.rows.count == 50_001
    assert result.rows.records()[-1] == {"_time": "51000", "n": "50000"}
    assert (result.processes[0].requests, result.processes[0].rows_out) == (2, 50_001)


def test_a_command_of_type_events_gets_whole_rows():
    result = run(command("backwards"), EVENTS, RunOptions(chunk_rows=9))
    assert sorted(result.rows.records(), key=str) == sorted(EVENTS.records(), key=str)
    assert [int(cell or 0) for cell in result.rows.columns["n"]] == sorted(int(cell or 0) for cell in EVENTS.columns["n"])


def echoed(fields: str, options: RunOptions, rows: Rows = EVENTS, kind: str = "reporting") -> list[str]:
    result = run(command("mischief", "echo", "1", kind, fields), rows, options)
    return [json.loads(message.text)[0] for message in result.messages[1:]]


@pytest.mark.parametrize(
    ("fields", "options", "header"),
    [
        pytest.param("n,absent,key", RunOptions(), 'n,key,"__mv_n","__mv_key"', id="only-those-present"),
        pytest.param(
            "n,absent", RunOptions(send_absent_fields=True), 'n,absent,"__mv_n","__mv_absent"', id="absent-ones-if-asked"
        ),
        pytest.param("*", RunOptions(), '"_time",n,key,note,"__mv__time","__mv_n","__mv_key","__mv_note"', id="star-means-all"),
        pytest.param("n*", RunOptions(), 'n,note,"__mv_n","__mv_note"', id="wildcard"),
    ],
)
def test_a_reporting_command_is_sent_what_it_asked_for(fields, options, header):
    assert echoed(fields, options)[0].split("\r\n")[0] == header


def test_fields_without_a_value_in_a_chunk_are_not_in_its_header():
    rows = Rows.of({"a": ["1", None], "b": [None, "2"]})
    assert [body.split("\r\n")[0] for body in echoed("a,b", RunOptions(chunk_rows=1), rows)[:2]] == ['a,"__mv_a"', 'b,"__mv_b"']


@pytest.mark.parametrize(
    ("last_request", "bodies"),
    [
        (HEADER_ONLY, ['a,"__mv_a"\r\n1,\r\n', 'a,"__mv_a"\r\n2,\r\n', 'a,"__mv_a"\r\n']),
        (WITH_ROWS, ['a,"__mv_a"\r\n1,\r\n', 'a,"__mv_a"\r\n2,\r\n']),
        (EMPTY_BODY, ['a,"__mv_a"\r\n1,\r\n', 'a,"__mv_a"\r\n2,\r\n', ""]),
    ],
)
def test_the_last_request_is_what_was_asked_for(last_request, bodies):
    rows = Rows.of({"a": ["1", "2"]})
    assert echoed("a", RunOptions(chunk_rows=1, last_request=last_request), rows) == bodies


def test_no_event_at_all_is_one_request_with_a_header():
    assert echoed("a", RunOptions(), Rows.of({"a": [], "b": []})) == ['a,"__mv_a"\r\n']


def test_batches_of_the_source_do_not_show_in_the_requests():
    batches = (EVENTS.slice(start, start + 7) for start in range(0, COUNT, 7))
    seen: list[int] = []
    with CommandRun(command("mischief", "echo", "1", "reporting", "key"), RunOptions(chunk_rows=25)) as running:
        result = running.feed(batches, seen.append)
    sizes = [json.loads(message.text)[0].count("\r\n") - 1 for message in result.messages[1:]]
    assert sizes == [25, 25, 10, 0]
    assert sum(seen) == COUNT


def test_the_fields_asked_for_are_known_before_any_row_is_fetched():
    with CommandRun(command("sumby")) as running:
        assert running.fields == ("key", "n", "partial_count")
        assert running.info.streaming_preop.startswith("sumby phase=")
        assert running.mapped


def test_the_environment_reaches_the_command():
    result = run(command("mischief", "echo", environment={"SAY": "hi"}), EVENTS)
    assert json.loads(result.messages[1].text)[1] == "hi"


def test_a_command_that_has_enough_is_sent_no_more():
    result = run(command("mischief", "early"), EVENTS, RunOptions(chunk_rows=5))
    assert result.rows.records() == [{"a": "enough"}]
    assert result.processes[0].requests == 1


@pytest.mark.parametrize(
    ("invocation", "says"),
    [
        pytest.param(command("refusing"), "when=prepare is not allowed here", id="refused-in-prepare"),
        pytest.param(command("refusing", "when=stream"), "not to my taste", id="refused-while-streaming"),
        pytest.param(command("counted", "count=x"), "count", id="bad-option-value"),
        pytest.param(command("doubled", "n=1"), "Unrecognized option: n=1", id="unknown-option"),
        pytest.param(command("mischief", "exit", "2"), "exited unexpectedly with code 3", id="crash"),
        pytest.param(command("mischief", "index", "1", "streaming"), "_chunked_idx is '77'", id="row-number-out-of-range"),
        pytest.param(command("mischief", "ragged"), "row 1 of the reply has 1 cells", id="ragged-body"),
        pytest.param(command("mischief", "hang", limits=Limits(reply_s=0.3)), "within 0.3 s", id="hang"),
    ],
)
@pytest.mark.parametrize("chunk_rows", [2, 1000])
def test_a_failing_command_fails_the_run_with_what_it_said(invocation, says, chunk_rows):
    with pytest.raises(CommandFailed) as caught:
        run(invocation, EVENTS, RunOptions(chunk_rows=chunk_rows))
    assert says in caught.value.text


def test_a_failure_on_one_indexer_fails_the_run():
    with pytest.raises(CommandFailed, match="not to my taste"):
        run(command("refusing", "when=stream"), EVENTS, RunOptions(indexers=3, chunk_rows=2))


def test_an_endless_generator_is_stopped():
    with pytest.raises(CommandFailed, match="more than 100 rows"):
        run(command("counted", "count=100000", limits=Limits(max_rows=100)), Rows({}, 0))


def test_an_error_of_the_source_ends_every_process():
    def broken():
        yield EVENTS
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk is gone"), CommandRun(command("sumby"), RunOptions(indexers=2)) as running:
        running.feed(broken())
    assert all(process.exit_code is not None for process in running._processes)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"chunk_rows": 0}, "positive"),
        ({"chunk_rows": []}, "positive"),
        ({"indexers": 0}, "1 or more"),
        ({"last_request": "x"}, "header"),
    ],
)
def test_impossible_options_are_refused(settings, says):
    with pytest.raises(ValueError, match=says):
        RunOptions(**settings)


def test_a_reply_that_cannot_be_read_names_the_process():
    with pytest.raises(BrokenReply, match=r"^mischief: .*names a field twice"):
        run(command("mischief", "duplicate"), EVENTS)

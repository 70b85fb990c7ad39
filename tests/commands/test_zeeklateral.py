"""| zeeklateral as splunkd runs it: a process over the chunked protocol."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from session_events import NESTED, A, B, C, Row, conn

from lab.driver import CommandFailed, Invocation, Rows, RunOptions, RunResult, SearchInfo, run


def hunt(repo: Path, rows: list[Row], *args: str, **options: Any) -> RunResult:
    return run(
        Invocation(repo / "zeek_hunting", "zeeklateral", args, SearchInfo()), Rows.from_records(rows), RunOptions(**options)
    )


@pytest.fixture(scope="module")
def whole(repo: Path) -> dict[str, Any]:
    return dict(hunt(repo, NESTED, skip_map=True).rows.columns)


def test_the_path_comes_with_its_story(repo: Path) -> None:
    (found,) = hunt(repo, NESTED).rows.records()
    assert (found["hunt"], found["path"], found["hops"]) == ("lateral_path", f"{A} > {B} > {C}", "2")
    assert [line.partition(" reaches ")[0] for line in found["story"]] == [A, B]
    assert sum(float(line.partition(" ")[0]) for line in found["evidence"]) == pytest.approx(float(found["score"]), abs=1e-6)


@pytest.mark.parametrize(
    "way",
    [
        pytest.param({"chunk_rows": 1, "skip_map": True}, id="chunks-of-1"),
        pytest.param({"chunk_rows": 50_000}, id="map-then-merge"),
        pytest.param({"chunk_rows": 3, "map_chunk_rows": 1}, id="map-in-chunks-of-1"),
        pytest.param({"indexers": 8, "shard_seed": 3}, id="8-indexers"),
    ],
)
def test_every_way_gives_the_same_bytes(repo: Path, whole: dict[str, Any], way: dict[str, Any]) -> None:
    assert dict(hunt(repo, NESTED, **way).rows.columns) == whole


def test_options_bound_what_is_returned(repo: Path) -> None:
    assert hunt(repo, NESTED, "min_hops=3").rows.count == 0
    far = [conn("C1", A, B, 3389, 0, service="rdp"), conn("C2", B, C, 3389, 3_000, service="rdp")]
    assert {row["hops"] for row in hunt(repo, far).rows.records()} == {"1"}
    assert "2" in {row["hops"] for row in hunt(repo, far, "gap=60").rows.records()}


def test_a_value_that_is_not_allowed_is_refused_with_what_is(repo: Path) -> None:
    with pytest.raises(CommandFailed, match="min_score"):
        hunt(repo, NESTED, "min_score=many")

"""getinfo from plain data: probes, phases, the map's SPL."""

from __future__ import annotations

from typing import Any

import pytest
from zeekhunt.spl.plan import Plan, is_probe

PLAN = Plan("zeekx", lambda options: ["a", "b", "a", *options.get("fields", "").split()], map_merge=True)


@pytest.mark.parametrize(
    ("searchinfo", "probe"),
    [
        ({}, True),
        ({"sid": ""}, True),
        ({"sid": "tmp"}, True),
        ({"sid": "searchparsetmp_123"}, True),
        ({"sid": "x_tmp"}, True),
        ({"sid": None}, True),
        ({"sid": "1700000000.1"}, False),
        ({"sid": "remote_sh1_1700000000.1"}, False),
        ({"sid": "scheduler__admin__tmpx"}, False),
    ],
)
def test_probes_are_told_by_their_sid(searchinfo: dict[str, Any], probe: bool) -> None:
    assert is_probe(searchinfo) is probe


@pytest.mark.parametrize(
    ("raw_args", "preop"),
    [
        pytest.param([], "zeekx phase=map", id="no-options"),
        pytest.param(["n=5", 'name="a \\"b\\" c"'], 'zeekx phase=map n=5 name="a \\"b\\" c"', id="quotes-as-typed"),
        pytest.param(["phase=merge", "n=5"], "zeekx phase=map n=5", id="a-typed-phase-is-replaced"),
        pytest.param(['n="ü€"'], 'zeekx phase=map n="ü€"', id="not-ascii"),
    ],
)
def test_the_preop_repeats_the_arguments_as_typed(raw_args: list[str], preop: str) -> None:
    reply = PLAN.reply({"args": [], "raw_args": raw_args})
    assert reply["streaming_preop"] == preop
    assert (reply["type"], reply["run_in_preview"]) == ("reporting", False)


def test_required_fields_follow_the_options_once_each() -> None:
    assert PLAN.reply({"args": ["fields=c d"]})["required_fields"] == ["a", "b", "c", "d"]
    assert PLAN.reply({"args": ["phase=map"]}) == {"type": "streaming", "required_fields": ["a", "b"]}
    assert Plan("s", lambda options: ("q",)).reply({}) == {"type": "streaming", "required_fields": ["q"]}

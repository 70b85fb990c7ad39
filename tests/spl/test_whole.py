"""Commands that read a whole table: their plan, and what they gather from chunks of different shape."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.spl import whole_command
from zeekhunt.spl.body import to_wire
from zeekhunt.spl.encode import encode_rows
from zeekhunt.spl.whole_command import _Table
from zeekhunt.spl.whole_plan import whole_plan


def gathered(*bodies: bytes) -> dict[str, list[object]]:
    table = _Table()
    for body in bodies:
        table.add(body)
    return {name: list(cells) for name, cells in table.taken().items()}


def test_the_plan_asks_for_every_field_and_stays_on_the_search_head() -> None:
    plan = whole_plan("graphistry")
    for args in ([], ["picture=hubs"], ["phase=map"]):
        assert plan.reply({"args": args}) == {"type": "reporting", "required_fields": ["*"], "run_in_preview": False}


CHUNKS = [
    pytest.param([], {}, id="nothing"),
    pytest.param([b""], {}, id="an-empty-body"),
    pytest.param([b"a,b\r\n"], {"a": [], "b": []}, id="a-header-alone"),
    pytest.param([b"a\r\n1\r\n", b"b\r\n2\r\n"], {"a": ["1", ""], "b": ["", "2"]}, id="a-field-that-comes-and-goes"),
    pytest.param([b"a,b\r\n1,2\r\n", b"b,a\r\n3,4\r\n"], {"a": ["1", "4"], "b": ["2", "3"]}, id="another-order"),
    pytest.param(
        [b'a,__mv_a\r\n"x\ny",$x$;$y$\r\nz,\r\n'],
        {"a": [["x", "y"], "z"]},
        id="several-values",
    ),
    pytest.param(["ä,b\r\nö,1\r\n".encode()], {"ä": ["ö"], "b": ["1"]}, id="beyond-ascii"),
    pytest.param([b"a,b\r\n\xff,1\r\n"], {"a": ["\ufffd"], "b": ["1"]}, id="no-utf-8"),
]


@pytest.mark.parametrize(("bodies", "expected"), CHUNKS)
def test_chunks_become_one_table(bodies: Sequence[bytes], expected: dict[str, list[object]]) -> None:
    assert gathered(*bodies) == expected


@given(st.lists(st.tuples(st.text(), st.sampled_from(["dns", "ssl", ""]))), st.integers(1, 5))
def test_any_rows_come_back_however_they_are_cut(rows: list[tuple[str, str]], size: int) -> None:
    bodies = []
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        bodies.append(encode_rows({"a": [to_wire(left) for left, _ in part], "b": [right for _, right in part]}))
    expected = {"a": [left for left, _ in rows], "b": [right for _, right in rows]} if rows else {}
    assert gathered(*bodies) == expected


def test_equal_texts_are_one_object() -> None:
    body = encode_rows({"a": [f"10.0.0.{row % 3}" for row in range(100)], "b": ["x"] * 100})
    column = gathered(body)["a"]
    assert len({id(cell) for cell in column}) == 3


def test_too_many_rows_are_an_error_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole_command, "MOST_ROWS", 2)
    with pytest.raises(ValueError, match="more than 2 rows came in; aggregate first"):
        gathered(b"a\r\n1\r\n2\r\n3\r\n")

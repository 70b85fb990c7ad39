"""Laws that hold for any values: arithmetic against Python, three-valued logic, percentiles, time there and back."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Optional

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.spl.aggregates import RowSet, aggregated
from lab.spl.comparison import compared
from lab.spl.expression import Compiler
from lab.spl.failure import Place, SplError
from lab.spl.functions import FUNCTIONS, Scope
from lab.spl.functions.function import FunctionError
from lab.spl.functions.pattern import for_python
from lab.spl.functions.python import register
from lab.spl.parsing import Segment, parse
from lab.spl.relation import Order
from lab.spl.sql import MACROS, NULL, Kind, Value, literal, text_value
from lab.spl.time_modifier import epoch_s

NUMBERS = st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e9, 1e9, allow_nan=False).map(lambda x: round(x, 6)))
TRUTHS = {True: "1=1", False: "1=2", None: "nosuch=1"}
Truth = Optional[bool]


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for macro in MACROS:
            connection.execute(macro)
        yield connection


def compiled(database: duckdb.DuckDBPyConnection, expression: str, fields: dict[str, Value]) -> Value:
    segment = Segment("eval", f"out={expression}", Place(expression, 0), Place(expression, 0))
    scope = Scope(
        lambda sql: [], lambda pattern: True, lambda name: None, 0.0, lambda name: register(database, name), lambda text: "true"
    )
    tree = parse(segment, "eval", "eval <field>=<expression>")
    return Compiler(segment, lambda name: fields.get(name, NULL), scope).value(tree.children[0].children[1])


def value(database: duckdb.DuckDBPyConnection, expression: str, **fields: str) -> object:
    """An expression over fields of text, as text."""
    found = compiled(database, expression, {name: Value(literal(text), Kind.TEXT) for name, text in fields.items()})
    sql = found.sql if found.kind in (Kind.BOOL, Kind.MULTI) else found.text
    return database.execute(f"SELECT {sql}").fetchall()[0][0]


def shown(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < 1e15 else f"{number:.15g}"


@settings(max_examples=60, deadline=None)
@given(NUMBERS, NUMBERS)
def test_arithmetic_is_pythons(database, a, b):
    rest = math.fmod(a, b) if b else None
    expected = {"+": a + b, "-": float(a) - float(b), "*": float(a) * float(b), "/": a / b if b else None, "%": rest}
    for operator, wanted in expected.items():
        found = value(database, f"a{operator}b", a=repr(a), b=repr(b))
        if wanted is None:
            assert found is None
        else:
            assert float(str(found)) == pytest.approx(wanted, rel=1e-12, abs=1e-9)


@given(NUMBERS)
@settings(max_examples=60, deadline=None)
def test_a_number_is_written_with_fifteen_digits(database, a):
    assert value(database, "a+0", a=repr(a)) == shown(float(a))


def of_three(name: str, left: Truth, right: Truth) -> Truth:
    if name == "AND":
        return False if False in (left, right) else None if None in (left, right) else True
    if name == "OR":
        return True if True in (left, right) else None if None in (left, right) else False
    return None if None in (left, right) else left != right


@pytest.mark.parametrize("left", [True, False, None])
@pytest.mark.parametrize("right", [True, False, None])
@pytest.mark.parametrize("name", ["AND", "OR", "XOR"])
def test_logic_has_three_values(database, name, left, right):
    wanted = of_three(name, left, right)
    assert value(database, f"{TRUTHS[left]} {name} {TRUTHS[right]}") is wanted
    negated = value(database, f"NOT ({TRUTHS[left]} {name} {TRUTHS[right]})")
    assert negated is (None if wanted is None else not wanted)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_null_in_every_argument_is_no_error(database, name):
    """Every function takes null where it takes a value; those of the second line may still have one."""
    function = FUNCTIONS[name]
    still = {"coalesce", "if", "case", "validate", "isnull", "isnotnull", "isnum", "isint", "isstr", "isbool", "typeof"}
    still |= {"json_array", "json_object", "true", "false", "now", "time", "pi", "random", "printf", "in"}
    quoted = {
        "match": ["nosuch", '"a"'],
        "replace": ["nosuch", '"a"', '"b"'],
        "mvfind": ["nosuch", '"a"'],
        "strftime": ["nosuch", '"%Y"'],
        "strptime": ["nosuch", '"%Y-%m-%d"'],
        "ipmask": ['"255.0.0.0"', "nosuch"],
        "spath": ["nosuch", '"a"'],
        "json_extract_exact": ["nosuch", '"a"'],
        "printf": ['"%s"', "nosuch"],
        "searchmatch": ['"a"'],
    }
    json_changes = {name: ["nosuch", '"a"', "nosuch"] for name in ("json_set", "json_append", "json_extend")}
    quoted.update(json_changes, json_delete=["nosuch", '"a"'])
    count = function.least
    arguments = quoted.get(name) or ["nosuch=1" if function.conditions(n, count) else "nosuch" for n in range(count)]
    found = value(database, f"{name}({', '.join(arguments)})")
    if name not in still | {"searchmatch"}:
        assert found is None


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=8), st.text(max_size=8))
def test_comparison_of_texts_is_by_code_point(database, a, b):
    a, b = f"x{a}".replace("\0", ""), f"x{b}".replace("\0", "")
    sql = compared(text_value(a), "<", text_value(b)).sql
    assert database.execute(f"SELECT {sql}").fetchall()[0][0] == (a.encode("utf-8", "replace") < b.encode("utf-8", "replace"))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=30), st.integers(0, 100))
def test_a_percentile_is_the_value_of_nearest_rank(database, numbers, percent):
    rank = min(len(numbers) * percent // 100, len(numbers) - 1)
    assert aggregate(database, f"perc{percent}", numbers) == shown(sorted(numbers)[rank])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-50, 50), min_size=1, max_size=20))
def test_aggregates_of_one_value_a_row_and_of_several_agree(database, numbers):
    for name in ("count", "dc", "sum", "avg", "min", "max", "range", "median", "sumsq", "stdev", "varp", "first", "last"):
        assert aggregate(database, name, numbers) == aggregate(database, name, numbers, several=True), name
    assert aggregate(database, "sum", numbers) == shown(sum(numbers))
    assert aggregate(database, "dc", numbers) == str(len(set(numbers)))
    assert aggregate(database, "last", numbers) == str(numbers[-1])


def aggregate(database: duckdb.DuckDBPyConnection, name: str, numbers: Sequence[int], several: bool = False) -> object:
    """A function over rows of one value each, or over one row of all of them."""
    texts = [literal(str(number)) for number in numbers]
    rows = [f"(0, [{', '.join(texts)}])"] if several else [f"({place}, {text})" for place, text in enumerate(texts)]
    argument = Value("x", Kind.MULTI if several else Kind.TEXT)
    found = aggregated(name, argument, RowSet([Order("place")]))
    return database.execute(f"SELECT {found.text} FROM (VALUES {', '.join(rows)}) rows(place, x)").fetchall()[0][0]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 4_000_000_000_000_000))
def test_a_time_written_and_read_is_the_same(database, micros):
    form = '"%d %b %Y %I:%M:%S.%6N %p %z"'
    assert value(database, f"round(strptime(strftime(t/1000000, {form}), {form})*1000000)", t=str(micros)) == shown(micros)
    moment = datetime.fromtimestamp(micros // 1_000_000, timezone.utc)
    assert value(database, 'strftime(floor(t/1000000), "%Y-%m-%dT%H:%M:%S %j %a")', t=str(micros)) == moment.strftime(
        "%Y-%m-%dT%H:%M:%S %j %a"
    )


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 4_000_000_000),
    st.lists(
        st.one_of(
            st.tuples(st.sampled_from("+-"), st.integers(0, 40), st.sampled_from(["s", "m", "h", "d", "w", "mon", "q", "y"])).map(
                lambda step: f"{step[0]}{step[1]}{step[2]}"
            ),
            st.sampled_from(["@s", "@m", "@h", "@d", "@w", "@w1", "@w5", "@w7", "@mon", "@q", "@y"]),
        ),
        min_size=1,
        max_size=4,
    ),
)
def test_relative_time_moves_as_a_time_modifier_does(database, time_s, parts):
    modifier = "".join(parts)
    found = value(database, f'relative_time(t, "{modifier}")', t=str(time_s))
    assert found == shown(epoch_s(modifier, time_s))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=6))
def test_several_values_joined_and_split_are_the_same(database, texts):
    joined = ",".join(texts)
    assert value(database, 'split(x, ",")', x=joined) == texts
    assert value(database, 'mvjoin(split(x, ","), ",")', x=joined) == joined
    assert value(database, 'mvcount(mvdedup(split(x, ",")))', x=joined) == str(len(set(texts)))
    assert value(database, 'json_array_to_mv(mv_to_json_array(split(x, ",")))', x=joined) == texts


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(min_size=1, max_size=6), st.text("abc\"\\é'", min_size=1, max_size=6), min_size=1, max_size=3))
def test_a_json_object_is_json(database, pairs):
    names = {f"f{place}": text for place, (key, text) in enumerate(pairs.items())}
    pairs = {key.replace("\0", "").replace("\ud800", ""): text for key, text in pairs.items()}
    keys = [key.encode("utf-8", "replace").decode() for key in pairs]
    written = [f'"{key}", {name}'.replace("\\", "\\\\") for key, name in zip(keys, names) if '"' not in key]
    if written:
        found = json.loads(str(value(database, f"json_object({', '.join(written)})", **names)))
        assert set(found.values()) <= set(names.values())


@settings(max_examples=100, deadline=None)
@given(st.text("ab(|)*+?{}[].\\1,=!<:", max_size=12))
def test_a_pattern_for_python_is_refused_or_ends(pattern):
    try:
        written = for_python(pattern)
    except FunctionError:
        return
    assert len(re.compile(written).sub("", "ab" * 40)) <= 80


@settings(max_examples=80, deadline=None)
@given(st.text("ab01.+-*/%()=<>\"', ", max_size=16))
def test_any_expression_is_run_or_refused(database, expression):
    try:
        value(database, expression, a="1", b="x")
    except (SplError, ValueError) as error:
        assert str(error)

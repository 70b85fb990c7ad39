"""Building blocks of the SQL that the lab runs. Nothing of a search or a log enters SQL except through this module.

Fields never appear by name: each gets an identifier c1, c2, … (``Names``), because DuckDB does not tell ``Host`` from ``host``
and because a field's name is hostile text.
"""

from __future__ import annotations

import enum
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")


class Kind(enum.Enum):
    """What a column or an expression holds: Splunk's text, a number, epoch seconds, several texts, or true/false."""

    TEXT = "text"
    NUMBER = "number"
    TIME = "time"
    MULTI = "multi"
    BOOL = "bool"


# spl_num: a text as a number where Splunk sees one (no inf, nan or 1_000), else NULL.
# spl_text: a number as Splunk writes it, 15 digits, no trailing zeros. spl_time: epoch seconds with the microseconds Zeek has.
# spl_ipv4: an address as a number, else NULL. spl_finite: NULL for inf and nan. spl_filled: NULL for a list without values.
# spl_single: a list of one text, NULL for NULL. spl_place: a position from 0, or from the end, as DuckDB counts.
# DuckDB copies the argument of a macro to each place where it stands, and binds every copy: those that get whole lists name
# theirs once.
MACROS = (
    """CREATE OR REPLACE TEMP MACRO spl_num(x) AS
       CASE WHEN isfinite(TRY_CAST(x AS DOUBLE)) AND NOT contains(x, '_') THEN TRY_CAST(x AS DOUBLE) END""",
    """CREATE OR REPLACE TEMP MACRO spl_text(x) AS
       CASE WHEN NOT isfinite(x) THEN NULL
            WHEN x = trunc(x) AND abs(x) < 1e15 THEN CAST(CAST(x AS BIGINT) AS VARCHAR)
            ELSE printf('%.15g', x) END""",
    """CREATE OR REPLACE TEMP MACRO spl_time(x) AS rtrim(rtrim(printf('%.6f', x), '0'), '.')""",
    "CREATE OR REPLACE TEMP MACRO spl_finite(x) AS CASE WHEN isfinite(x) THEN x END",
    "CREATE OR REPLACE TEMP MACRO spl_filled(x) AS list_aggregate(x, 'list')",
    "CREATE OR REPLACE TEMP MACRO spl_single(x) AS list_aggregate(list_distinct([x]), 'list')",
    "CREATE OR REPLACE TEMP MACRO spl_place(x) AS x + CASE WHEN x >= 0 THEN 1 ELSE 0 END",
    """CREATE OR REPLACE TEMP MACRO spl_octet(x, i) AS TRY_CAST(string_split(x, '.')[i] AS UTINYINT)::BIGINT""",
    r"""CREATE OR REPLACE TEMP MACRO spl_ipv4(x) AS
       CASE WHEN regexp_full_match(x, '\d{1,3}(\.\d{1,3}){3}')
            THEN spl_octet(x, 1) * 16777216 + spl_octet(x, 2) * 65536 + spl_octet(x, 3) * 256 + spl_octet(x, 4) END""",
)


def literal(text: str) -> str:
    """A text as an SQL constant. DuckDB has no escapes in '…' but the doubled quote; NUL cannot stand in a statement."""
    parts = ["'" + part.replace("'", "''") + "'" for part in text.split("\0")]
    return parts[0] if len(parts) == 1 else "(" + " || chr(0) || ".join(parts) + ")"


def identifier(name: str) -> str:
    """A stored name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def number(value: float) -> str:
    """A finite number as an SQL DOUBLE."""
    if not math.isfinite(value):
        raise ValueError(f"not a finite number: {value}")
    text = repr(value)
    text = text if "e" in text else text + "e0"  # an exponent makes it a DOUBLE
    return f"({text})" if text.startswith("-") else text


@dataclass(frozen=True)
class Value:
    """An SQL expression and what it holds.

    constant: its text where it is one known beforehand. json: a text that is JSON made by a function, to be nested as it stands.
    """

    sql: str
    kind: Kind
    constant: str | None = None
    json: bool = False

    @property
    def text(self) -> str:
        """SQL of the value as Splunk's text; several values are joined by line ends."""
        if self.kind is Kind.TEXT:
            return self.sql
        if self.kind is Kind.MULTI:
            return f"array_to_string({self.sql}, chr(10))"
        if self.kind is Kind.BOOL:
            raise ValueError("a truth value has no text in SPL")
        return f"spl_time({self.sql})" if self.kind is Kind.TIME else f"spl_text({self.sql})"

    @property
    def numeric(self) -> str:
        """SQL of the value as a number; NULL where it is none."""
        if self.is_number:
            return self.sql
        if self.constant is not None and _PLAIN_NUMBER.fullmatch(self.constant):
            return number(float(self.constant))
        return f"spl_num({self.text})"

    @property
    def is_plain(self) -> bool:
        """Whether it costs nothing to name it more than once: a column or a constant."""
        return self.constant is not None or self.sql.isidentifier()

    @property
    def is_number(self) -> bool:
        return self.kind in (Kind.NUMBER, Kind.TIME)


def text_value(text: str) -> Value:
    return Value(literal(text), Kind.TEXT, text)


NULL = Value("CAST(NULL AS VARCHAR)", Kind.TEXT)


@dataclass
class Names:
    """Hands out identifiers that no other column of the search has."""

    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new(self) -> str:
        return f"c{next(self._numbers)}"

"""Time variables like %Y-%m-%dT%H:%M:%S.%3N%z, for strftime and strptime (Search Reference, "Date and time format variables").

All times are UTC. Each format becomes SQL: strftime() pieces for writing, one regular expression for reading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from lab.spl.sql import literal, number

_PIECE = re.compile(r"%(?P<digits>\d?)(?P<code>:{0,2}z|Ez|[A-Za-z%+])|(?P<text>[^%]+|%)", re.DOTALL)
_SHORT = {
    "F": "%Y-%m-%d",
    "T": "%H:%M:%S",
    "X": "%H:%M:%S",
    "D": "%m/%d/%y",
    "x": "%m/%d/%Y",
    "R": "%H:%M",
    "h": "%b",
    "c": "%a %b %e %H:%M:%S %Y",
    "+": "%a %b %e %H:%M:%S %Z %Y",
}
_SAME = frozenset("aAbBdGHIjmMpSuUVwWyY")
_MICROS = "CAST(round({x} * 1000000) AS BIGINT)"
_FRACTION = "rpad(lpad(CAST((({us} % 1000000) + 1000000) % 1000000 AS VARCHAR), 6, '0'), 9, '0')"
_WRITTEN = {
    "e": "lpad(strftime({t}, '%-d'), 2, ' ')",
    "k": "lpad(strftime({t}, '%-H'), 2, ' ')",
    "l": "lpad(strftime({t}, '%-I'), 2, ' ')",
    "P": "lower(strftime({t}, '%p'))",
    "s": "CAST(CAST(floor({x}) AS BIGINT) AS VARCHAR)",
    "z": "'+0000'",
    ":z": "'+00:00'",
    "::z": "'+00:00:00'",
    "Ez": "'+0'",
    "Z": "'UTC'",
    "n": "chr(10)",
    "t": "chr(9)",
    "%": "'%'",
}
_DIGITS = {"N": 9, "Q": 3, "f": 6}
KNOWN = " ".join(f"%{code}" for code in sorted({*_SHORT, *_SAME, *_WRITTEN, *_DIGITS}))
_NAME = "([A-Za-z]{3,9})"
_READ = {
    "Y": r"(\d{4})",
    "y": r"(\d{2})",
    "m": r"(\d{1,2})",
    "d": r"\s*(\d{1,2})",
    "j": r"(\d{1,3})",
    "H": r"\s*(\d{1,2})",
    "I": r"\s*(\d{1,2})",
    "M": r"(\d{1,2})",
    "S": r"(\d{1,2})",
    "p": "([AaPp][Mm])",
    "b": _NAME,
    "a": _NAME,
    "z": r"([+-]\d{2}:?\d{2}|[Zz])",
    "Z": "([A-Za-z]{1,5})",
    "s": r"(\d{1,11})",
}
_ALIASES = {"e": "d", "k": "H", "l": "I", "P": "p", "B": "b", "A": "a", ":z": "z"}
_MONTHS = "['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']"


def _pieces(form: str) -> Iterator[tuple[str, str, str]]:
    """(code, digits, text): a variable with its digits, or text between variables. Raises ValueError."""
    for match in _PIECE.finditer(form):
        code = match["code"]
        if code in _SHORT and not match["digits"]:
            yield from _pieces(_SHORT[code])
        elif code is not None and (match["digits"] == "" or code in _DIGITS):
            yield code, match["digits"], ""
        elif match["text"] not in (None, "%"):
            yield "", "", match["text"]
        else:
            raise ValueError(f"{match[0]!r} is no time variable the lab knows; it has {KNOWN}")


def written(seconds: str, form: str) -> str:
    """SQL that writes epoch seconds (SQL of a number) by a format. Raises ValueError for a variable that is not known."""
    micros = _MICROS.format(x=seconds)
    moment, fraction = f"make_timestamp({micros})", _FRACTION.format(us=micros)
    parts: list[str] = []
    for code, digits, text in _pieces(form):
        if text:
            parts.append(literal(text))
        elif code in _SAME:
            parts.append(f"strftime({moment}, '%{code}')")
        elif code in _DIGITS:
            parts.append(f"left({fraction}, {int(digits or _DIGITS[code])})")
        elif code in _WRITTEN:
            parts.append(_WRITTEN[code].format(t=moment, x=seconds))
        else:
            raise ValueError(f"'%{code}' is no time variable the lab knows; it has {KNOWN}")
    return f"TRY(CASE WHEN {seconds} IS NOT NULL THEN {' || '.join(parts)} END)" if parts else literal("")


@dataclass
class _Reading:
    """A format as a regular expression, and the SQL of what each of its variables found."""

    text: str
    pattern: str = "^"
    groups: list[str] = field(default_factory=list)

    def add(self, code: str, digits: str, text: str) -> None:
        if text:
            self.pattern += "".join(r"\s*" if part.isspace() else re.escape(part) for part in re.split(r"(\s+)", text))
            return
        code = _ALIASES.get(code, code)
        if code in _DIGITS:
            self.pattern += rf"(\d{{1,{int(digits or 9)}}})"
            code = "N"
        elif code in _READ:
            self.pattern += _READ[code]
        elif code in "nt%":
            self.pattern += "%" if code == "%" else r"\s*"
            return
        else:
            raise ValueError(f"strptime cannot read '%{code}'; it reads {' '.join(f'%{known}' for known in sorted(_READ))} %N %Q")
        self.groups.append(code)

    def found(self) -> Mapping[str, str]:
        """Variable -> SQL of the text that it took."""
        names = ", ".join(f"'g{place}'" for place in range(len(self.groups)))
        whole = f"regexp_extract({self.text}, {literal(self.pattern)}, [{names}])"
        return {code: f"struct_extract({whole}, 'g{place}')" for place, code in enumerate(self.groups)}


def read(text: str, form: str, now_s: float) -> str:
    """SQL that reads a text by a format as epoch seconds; null where it does not fit.

    Without any date it is the day of now, without a year that of now; with a year or month but no day it is null, as in Splunk.
    """
    reading = _Reading(text)
    for piece in _pieces(form):
        reading.add(*piece)
    found = reading.found()
    whole = {code: f"TRY_CAST({sql} AS BIGINT)" for code, sql in found.items()}
    fits = f"regexp_matches({text}, {literal(reading.pattern)})"
    if "s" in found:
        fraction = _fraction(found)
        return f"CASE WHEN {fits} THEN TRY_CAST({found['s']} AS DOUBLE){fraction} END"
    now = datetime.fromtimestamp(now_s, timezone.utc)
    if not found.keys() & set("Yymdbj"):
        midnight = number(float(int(now_s) // 86_400 * 86_400))
    elif "j" not in found and "d" not in found:
        return "CAST(NULL AS DOUBLE)"
    else:
        midnight = _midnight(found, whole, now.year)
    checks = [f"{whole[code]} <= {most}" for code, most in (("H", 23), ("I", 12), ("M", 59), ("S", 60)) if code in found]
    checks += [f"upper({found['Z']}) IN ('UTC', 'GMT', 'Z')"] if "Z" in found else []
    condition = " AND ".join([fits, *checks])
    return f"TRY(CASE WHEN {condition} THEN {midnight} + {_clock(found, whole)}{_fraction(found)} - {_offset(found)} END)"


def _midnight(found: Mapping[str, str], whole: Mapping[str, str], this_year: int) -> str:
    year = whole.get("Y", str(this_year))
    if "y" in found and "Y" not in found:
        year = f"({whole['y']} + CASE WHEN {whole['y']} < 69 THEN 2000 ELSE 1900 END)"
    if "d" not in found:
        return f"(epoch(make_timestamp({year}, 1, 1, 0, 0, 0)) + ({whole['j']} - 1) * 86400)"
    month = whole.get("m", "1")
    if "b" in found:
        month = f"nullif(list_position({_MONTHS}, lower(left({found['b']}, 3))), 0)"
    return f"epoch(make_timestamp({year}, {month}, {whole['d']}, 0, 0, 0))"


def _clock(found: Mapping[str, str], whole: Mapping[str, str]) -> str:
    hour = whole.get("H", "0")
    if "I" in found and "H" not in found:
        noon = f"CASE WHEN lower({found['p']}) = 'pm' THEN 12 ELSE 0 END" if "p" in found else "0"
        hour = f"({whole['I']} % 12 + {noon})"
    return f"({hour} * 3600 + {whole.get('M', '0')} * 60 + {whole.get('S', '0')})"


def _fraction(found: Mapping[str, str]) -> str:
    return f" + TRY_CAST('0.' || {found['N']} AS DOUBLE)" if "N" in found else ""


def _offset(found: Mapping[str, str]) -> str:
    """Seconds east of UTC."""
    if "z" not in found:
        return "0"
    digits = f"replace({found['z']}, ':', '')"
    size = f"(TRY_CAST({digits}[2:3] AS BIGINT) * 3600 + TRY_CAST({digits}[4:5] AS BIGINT) * 60)"
    return f"(CASE WHEN upper({digits}) = 'Z' THEN 0 WHEN {digits}[1] = '-' THEN -{size} ELSE {size} END)"

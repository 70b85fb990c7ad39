"""The functions of ``where`` and ``eval``, in one table; each kind is a module. A function compiles its arguments to SQL."""

from __future__ import annotations

from collections.abc import Mapping

from lab.spl.functions import (
    conditional,
    conversion,
    cryptography,
    date,
    json_text,
    mathematical,
    multivalue,
    network,
    statistical,
    text,
)
from lab.spl.functions.function import Function, FunctionError, Scope

PER_VALUE: Mapping[str, str] = {
    "mvfilter": "mvfilter(<condition on one field>)",
    "mvmap": "mvmap(<field>, <expression>)",
}
"""Functions that look at each value of a field in turn; lab.spl.expression compiles them."""

FUNCTIONS: Mapping[str, Function] = {
    **conditional.FUNCTIONS,
    **conversion.FUNCTIONS,
    **cryptography.FUNCTIONS,
    **date.FUNCTIONS,
    **json_text.FUNCTIONS,
    **mathematical.FUNCTIONS,
    **multivalue.FUNCTIONS,
    **network.FUNCTIONS,
    **statistical.FUNCTIONS,
    **text.FUNCTIONS,
}

REFUSED: Mapping[str, str] = {
    "cluster": "groups of similar texts are Splunk's own method",
    "commands": "it asks Splunk's parser for the commands of a search",
    "getfields": "it needs Splunk's types of values",
    "lookup": "use the command lookup",
    "sigfig": "the lab does not keep how many digits of a number are significant; use round()",
}
"""Functions of Splunk that the lab does not run, and why."""

__all__ = ["FUNCTIONS", "PER_VALUE", "REFUSED", "Function", "FunctionError", "Scope"]

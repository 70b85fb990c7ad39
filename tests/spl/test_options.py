"""Option validators: what is read, and what the refusal says."""

from __future__ import annotations

from typing import Any

import pytest
from zeekhunt.spl.options import Networks, OneOf, Truth, Whole


@pytest.mark.parametrize(
    ("validator", "text", "value"),
    [
        (Whole(1, 9), "1", 1),
        (Whole(1, 9), " 9 ", 9),
        (Truth(), "T", True),
        (Truth(), "no", False),
        (OneOf("a", "b"), "b", "b"),
        (Networks(), "10.0.0.0/8, 2001:db8::/32 192.0.2.1", ("10.0.0.0/8", "2001:db8::/32", "192.0.2.1")),
        (Whole(1, 9), None, None),
    ],
)
def test_good_values(validator: Any, text: str | None, value: Any) -> None:
    assert validator(text) == value


@pytest.mark.parametrize(
    ("validator", "text", "words"),
    [
        (Whole(1, 9), "0", "from 1 to 9, got '0'"),
        (Whole(1, 9), "10", "from 1 to 9, got '10'"),
        (Whole(1, 9), "1.5", "got '1.5'"),
        (Truth(), "maybe", "true or false"),
        (OneOf("a", "b"), "c", "one of a, b, got 'c'"),
        (Networks(), "", "got nothing"),
        (Networks(), "10.0.0.0/8,evil", "'evil' is none"),
    ],
)
def test_bad_values_say_what_is_allowed(validator: Any, text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        validator(text)

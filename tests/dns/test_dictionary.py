"""Words that labels share beyond chance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from zeekhunt.dns import dictionary

WORDS = ["harvest", "kitchen", "mountain", "lantern", "gravity", "orchard", "pilgrim", "sandwich"]
GLUED = [one + other for at, one in enumerate(WORDS) for other in WORDS[at + 1 :]]
APART = ["cornfield", "bluehouse", "tablecloth", "rainwater", "greenhill", "lampshade", "goldfinch", "oakwood"]


@pytest.mark.parametrize(
    ("labels", "least", "most"),
    [
        pytest.param([], 0.0, 0.0, id="none"),
        pytest.param(["weatherman"], 0.0, 0.0, id="one-alone"),
        pytest.param(APART, 0.0, 0.0, id="words-of-no-list"),
        pytest.param(["abcxq", "fgabc"], 0.0, 0.0, id="three-letters-are-too-few"),
        pytest.param([*APART, "harvestmoon", "newharvest"], 0.001, 0.03, id="two-with-a-word-in-common-are-nearly-chance"),
        pytest.param([f"xkqjvzwpqzt{end}" for end in "abcdefgh"], 0.77, 0.78, id="one-stem: six-of-eight-in-full"),
        pytest.param(GLUED, 0.6, 1.0, id="every-label-of-one-list"),
    ],
)
def test_reuse_is_what_labels_share_beyond_chance(labels: list[str], least: float, most: float) -> None:
    assert least <= dictionary.reuse(labels) <= most


def test_a_rare_word_says_more_than_a_common_ending() -> None:
    fronts = ["blue", "north", "open", "prime", "quick", "solar"]
    assert dictionary.reuse([f + "zwieback" for f in fronts]) > 1.2 * dictionary.reuse([f + "online" for f in fronts])


def test_of_very_many_labels_a_part_is_compared_whatever_their_order() -> None:
    many = [f"{one}{number:04x}" for number in range(700) for one in ("harvest", "lantern")]
    assert dictionary.reuse(many) == dictionary.reuse(many[::-1]) > 0.5


@given(st.sets(st.text(max_size=70), max_size=12))
def test_any_labels_give_a_share(labels: set[str]) -> None:
    assert 0.0 <= dictionary.reuse(sorted(labels)) <= 1.0

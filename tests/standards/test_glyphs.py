"""The groups of characters that look alike, as data."""

from __future__ import annotations

from collections import Counter

from basedb.standards import codelists, glyphs
from basedb.standards.text import fold_han, is_han

GROUPS = list(codelists.read_csv("similar_glyphs.csv")["group"])


def test_a_character_is_in_one_group():
    counted = Counter("".join(GROUPS))
    assert [c for c, count in counted.items() if count > 1] == []
    assert all(len(group) > 1 for group in GROUPS)


def test_groups_hold_characters_that_are_compared():
    """A character that folding takes away would never be looked up."""
    assert all(is_han(c) and fold_han(c) == c for group in GROUPS for c in group)


def test_shape_is_the_shape_of_itself():
    text = "".join(GROUPS) + "张?𠮷A"
    assert glyphs.shape(glyphs.shape(text)) == glyphs.shape(text)

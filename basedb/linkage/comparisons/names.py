"""Names of people: what still is one name, and how much it says.

The columns are those of `basedb.standards.names.person_name`.
"""

from __future__ import annotations

from dataclasses import dataclass

from basedb.linkage.comparisons.strings import (
    cross_equal,
    either,
    equal,
    may_be_one_apart,
    missing,
    one_indel,
    one_substitution,
    rearranged,
    same_but_for_wildcards,
    sides,
    starts_with,
    when,
)
from basedb.linkage.model import ELSE, Comparison, Condition, Level
from basedb.standards.glyphs import WILDCARD
from basedb.standards.text import DOT

_LONGEST = 16
_MOST_PARTS = 4


@dataclass(frozen=True)
class NameColumns:
    """The columns a name is compared by; those of an own name, unless another is meant."""

    name: str = "name_folded"
    pinyin: str = "name_pinyin"
    surname: str = "surname"
    parts: str = "name_parts"
    shape: str = "name_shape"
    placeholder: str = "name_is_placeholder"
    former: str = "former_name_folded"


def person_name(columns: NameColumns | None = None, called: str = "name") -> Comparison:
    """Compare names in their compared form.

    Levels: missing; newborn_same, newborn_surname, newborn (a newborn without a name, 张某之子: the same
    text, the surname of the other, nothing to be said); identical; former (a former name equals the name
    or the former name of the other); reordered (the parts of a minority or foreign name in another
    order); pinyin (the same sound); glyphs (characters that look alike, or were lost); swapped (the same
    characters in another order); part (the parts of one are among those of the other: the given name
    alone); one_left_out (a character); given_name (the surname differs: a child renamed after the other
    parent); one_differs (a character, of three or more); lost (a single character is left beside lost
    ones, and agrees); short_differs (names of two characters with one
    surname); surname; different.
    """
    c = columns or NameColumns()
    left, right = sides(c.name)

    def fuzzy(name: str, zh: str, condition: Condition, m: float, u: float) -> Level:
        return Level(name, zh, condition, tf=c.name, tf_weight=0.5, tf_reference="identical", m=m, u=u)

    return Comparison(
        called,
        "姓名",
        (
            Level("missing", "缺失", missing(c.name), missing=True),
            Level(
                "newborn_same",
                "未取名，代称相同",
                newborn(c) & equal(c.name),
                tf=c.name,
                tf_reference="identical",
                m=0.002,
                u=1e-6,
            ),
            Level("newborn_surname", "未取名，姓氏相符", newborn_surname(c), m=0.004, u=3e-4),
            Level("newborn", "未取名", newborn(c), missing=True),
            Level("identical", "相同", equal(c.name), tf=c.name, m=0.93, u=3e-5),
            Level("former", "与曾用名相同", former(c), tf=c.name, tf_reference="identical", m=0.006, u=2e-6),
            Level("reordered", "各段次序不同", equal(c.parts), m=0.003, u=1e-6),
            Level("pinyin", "同音", same_sound(c), tf=c.pinyin, m=0.018, u=1e-4),
            fuzzy("glyphs", "形近或缺字", glyphs(c), m=0.005, u=1.2e-5),
            fuzzy("swapped", "字序颠倒", rearranged(left, right), m=0.002, u=8e-6),
            Level("part", "一方只有部分", part(c), m=0.002, u=1.5e-5),
            Level("one_left_out", "多一字或少一字", one_left_out(c), m=0.005, u=5e-4),
            Level("given_name", "名同姓不同", given_name(c), m=0.003, u=3e-4),
            Level("one_differs", "一字不同", one_differs(c), m=0.012, u=2.2e-3),
            Level("lost", "缺字，余字相符", glyphs_lost(c), m=0.0005, u=6e-5),
            Level("short_differs", "同姓两字名，名不同", short_differs(c), m=0.003, u=1.6e-3),
            Level("surname", "仅姓氏相同", equal(c.surname), tf=c.surname, m=0.0025, u=0.062),
            Level("different", "不同", ELSE, m=0.002, u=0.932871),
        ),
    )


def newborn(c: NameColumns) -> Condition:
    """One of the names stands for a newborn without a name."""
    return either(f"{{0}}.{c.placeholder}")


def newborn_surname(c: NameColumns) -> Condition:
    """One is a newborn's name that begins with the surname of the other, or both begin alike."""

    def parent(unnamed: str, named: str) -> str:
        begins = starts_with(f"{unnamed}.{c.name}", f"{named}.{c.surname}")
        return f"({unnamed}.{c.placeholder} AND {begins})"

    left, right = sides(c.name)
    first = f"(l.{c.placeholder} AND r.{c.placeholder} AND substr({left}, 1, 1) = substr({right}, 1, 1))"
    return when(newborn(c), Condition(f"{parent('l', 'r')} OR {parent('r', 'l')} OR {first}"))


def former(c: NameColumns) -> Condition:
    """A former name is the name, or the former name, of the other."""
    return cross_equal(c.former, c.name) | equal(c.former)


def same_sound(c: NameColumns) -> Condition:
    """Equal toneless pinyin, syllable by syllable; pinyin that stands for a rare character counts as one.

    李先 and 李西安 are not taken for the same.
    """
    left, right = sides(c.name)
    letters = either(f"lower({{0}}.{c.name}) <> {{0}}.{c.name}")
    lengths = Condition(f"length({left}) = length({right})")
    return equal(c.pinyin) & (lengths | letters)


def glyphs(c: NameColumns) -> Condition:
    """Look-alikes only, or lost characters beside at least two that agree."""
    return equal(c.shape) | same_but_for_wildcards(*sides(c.shape), WILDCARD, known=2, longest=8)


def glyphs_lost(c: NameColumns) -> Condition:
    """Lost characters beside one that agrees: 郑? and 郑翀."""
    return same_but_for_wildcards(*sides(c.shape), WILDCARD, known=1, longest=8)


def part(c: NameColumns) -> Condition:
    """The parts of one name are among those of the other, and there are fewer of them.

    `parts` is empty for a name of a single part, which is that part itself.
    """

    def within(few: str, many: str) -> str:
        parts = f"coalesce({few}.{c.parts}, {few}.{c.name})"
        whole = f"'{DOT}' || {many}.{c.parts} || '{DOT}'"
        pieces = [f"split_part({parts}, '{DOT}', {place})" for place in range(1, _MOST_PARTS + 1)]
        among = [f"contains({whole}, '{DOT}' || {pieces[0]} || '{DOT}')"]
        among += [
            f"({piece} = '' OR contains({whole}, '{DOT}' || {piece} || '{DOT}'))" for piece in pieces[1:]
        ]
        guard = f"{many}.{c.parts} IS NOT NULL AND length({parts}) BETWEEN 2 AND length({many}.{c.parts}) - 1"
        return f"CASE WHEN {guard} THEN {' AND '.join(among)} ELSE false END"

    any_parts = either(f"{{0}}.{c.parts} IS NOT NULL")
    return when(any_parts, Condition(f"({within('l', 'r')}) OR ({within('r', 'l')})"))


def one_left_out(c: NameColumns) -> Condition:
    """One character more or less, the shorter name having two at least."""
    left, right = sides(c.name)
    lengths = Condition(
        f"length({left}) - length({right}) IN (1, -1) AND length({left}) + length({right}) >= 5"
    )
    return when(lengths, when(may_be_one_apart(left, right), one_indel(left, right, _LONGEST)))


def given_name(c: NameColumns) -> Condition:
    """Different surnames, the same given name of two characters or more."""

    def given(record: str) -> str:
        return f"substr({record}.{c.name}, length({record}.{c.surname}) + 1)"

    different = Condition(f"l.{c.surname} <> r.{c.surname}")
    return different & Condition(f"{given('l')} = {given('r')} AND length({given('l')}) >= 2")


def one_differs(c: NameColumns) -> Condition:
    """One character differs, in names of three or more."""
    left, right = sides(c.name)
    lengths = Condition(f"length({left}) = length({right}) AND length({left}) >= 3")
    return when(lengths, when(may_be_one_apart(left, right), one_substitution(left, right, _LONGEST)))


def short_differs(c: NameColumns) -> Condition:
    """Names of two characters with the same surname."""
    left, right = sides(c.name)
    return equal(c.surname) & Condition(f"length({left}) = 2 AND length({right}) = 2")

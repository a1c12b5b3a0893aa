"""Conditions on two texts that count characters.

DuckDB's own distances count bytes, and Spark has not the same ones, so these are spelled out with
substr() and length(), which count code points in both. They look at the first `longest` characters for
a difference: one further back is not found. Of two texts, an unknown one makes them unknown, which no
level takes.

Arguments left and right are SQL for the texts of the two records; see `sides`.
"""

from __future__ import annotations

from collections.abc import Callable

from basedb.linkage.model import Condition


def sides(column: str) -> tuple[str, str]:
    """A column of either record: ``("l.name", "r.name")``."""
    return f"l.{column}", f"r.{column}"


def equal(column: str) -> Condition:
    """Both records have the same value."""
    return Condition(f"l.{column} = r.{column}")


def missing(column: str) -> Condition:
    """A record has no value in the column, or an empty one."""
    return Condition(f"l.{column} IS NULL OR r.{column} IS NULL OR l.{column} = '' OR r.{column} = ''")


def either(condition: str) -> Condition:
    """A condition of one record, in which ``{0}`` is the record, holds for at least one of the two."""
    return Condition(f"({condition.format('l')}) OR ({condition.format('r')})")


def both(condition: str) -> Condition:
    """A condition of one record, in which ``{0}`` is the record, holds for both."""
    return Condition(f"({condition.format('l')}) AND ({condition.format('r')})")


def cross_equal(one: str, other: str) -> Condition:
    """Column `one` of a record equals column `other` of the other record."""
    return Condition(f"l.{one} = r.{other} OR r.{one} = l.{other}")


def when(guard: Condition, condition: Condition) -> Condition:
    """`condition`, worked out only for pairs for which the cheap `guard` holds."""
    return Condition(f"CASE WHEN {guard.sql} THEN {condition.sql} ELSE false END")


def stepwise(*conditions: Condition) -> Condition:
    """All of the conditions, each worked out only for pairs for which those before it hold.

    DuckDB does so in the WHEN of a CASE, but not with an AND that is part of something else.
    """
    return when(Condition(" AND ".join(f"({each.sql})" for each in conditions)), Condition("true"))


def may_be_one_apart(left: str, right: str) -> Condition:
    """Two ends of two characters agree, or one at either end: so it is wherever one character of texts of
    two or more was changed or left out.

    It costs a third of looking for the difference, and rules out nearly all pairs, people of one surname
    among them. The last characters are counted from the end: right() is twice as slow.
    """
    same = [f"substr({left}, {place}) = substr({right}, {place})" for place in ("1, 1", "2, 1", "-1", "-2")]
    return Condition(f"({same[0]} AND ({same[2]} OR {same[1]})) OR {same[3]}")


def one_substitution(left: str, right: str, longest: int = 16) -> Condition:
    """Both are equally long and differ in exactly one character."""

    def rest_agrees(place: int) -> str:
        return f"substr({left}, {place + 1}) = substr({right}, {place + 1})"

    return when(_as_long(left, right), _at_first_difference(left, right, longest, rest_agrees))


def one_slip(left: str, right: str, longest: int = 16, within: int | None = None) -> Condition:
    """Both are equally long, and one character differs or two neighbours are swapped.

    within: only that many characters are looked at; in these there must be a difference.
    """

    def slipped(place: int) -> str:
        rest_agrees = " = ".join(_rest(text, place + 1, within) for text in (left, right))
        return f"{rest_agrees} OR ({_swapped(left, right, place, within)})"

    return when(_as_long(left, right), _at_first_difference(left, right, within or longest, slipped))


def one_indel(left: str, right: str, longest: int = 16) -> Condition:
    """One is the other with one character left out."""
    lengths = Condition(f"length({left}) - length({right}) IN (1, -1)")
    return when(lengths, _at_first_difference(left, right, longest, lambda p: _dropped(left, right, p)))


def one_edit(left: str, right: str, longest: int = 16) -> Condition:
    """One substitution, one character left out or two neighbours swapped: optimal string alignment 1."""

    def any_edit(place: int) -> str:
        substituted = f"substr({left}, {place + 1}) = substr({right}, {place + 1})"
        return f"{substituted} OR {_dropped(left, right, place)} OR ({_swapped(left, right, place)})"

    near = Condition(f"{left} <> {right} AND length({left}) - length({right}) BETWEEN -1 AND 1")
    return when(near, _at_first_difference(left, right, longest, any_edit))


def rearranged(left: str, right: str, longest: int = 6) -> Condition:
    """The same characters in another order, in texts of at most `longest`."""
    characters = [f"substr({left}, {place}, 1)" for place in range(1, longest + 1)]
    return stepwise(
        _as_long(left, right),
        Condition(f"contains({right}, substr({left}, -1)) AND length({left}) <= {longest}"),
        *(
            Condition(f"length(replace({left}, {each}, '')) = length(replace({right}, {each}, ''))")
            for each in characters
        ),
    )


def same_but_for_wildcards(left: str, right: str, wildcard: str, known: int, longest: int = 16) -> Condition:
    """Equally long, at most `longest`, and equal at every place where neither has the wildcard.

    At least `known` characters are equal. False where neither text has a wildcard.
    """
    pairs = [
        (f"substr({left}, {place}, 1)", f"substr({right}, {place}, 1)") for place in range(1, longest + 1)
    ]
    agree = [Condition(f"{a} = {b} OR {a} = '{wildcard}' OR {b} = '{wildcard}'") for a, b in pairs]
    count = " + ".join(
        f"CASE WHEN {a} = {b} AND {a} <> '{wildcard}' AND {a} <> '' THEN 1 ELSE 0 END" for a, b in pairs
    )
    return stepwise(
        Condition(f"contains({left}, '{wildcard}') OR contains({right}, '{wildcard}')"),
        Condition(f"length({left}) = length({right}) AND length({left}) <= {longest}"),
        *agree,
        Condition(f"{count} >= {known}"),
    )


def starts_with(text: str, beginning: str) -> str:
    """SQL: `text` begins with `beginning`. Both engines have a function for it, under different names."""
    return f"substr({text}, 1, length({beginning})) = {beginning}"


def _as_long(left: str, right: str) -> Condition:
    """As long as each other, but not equal."""
    return Condition(f"{left} <> {right} AND length({left}) = length({right})")


def _rest(text: str, place: int, within: int | None) -> str:
    """What stands from `place` on."""
    if within is None:
        return f"substr({text}, {place})"
    # A length of zero is allowed, one below is not.
    return f"substr({text}, {place}, {max(within - place + 1, 0)})"


def _dropped(left: str, right: str, place: int) -> str:
    """What follows agrees after a character at `place` is dropped from one of them."""
    after = place + 1
    return (
        f"substr({left}, {after}) = substr({right}, {place})"
        f" OR substr({left}, {place}) = substr({right}, {after})"
    )


def _swapped(left: str, right: str, place: int, within: int | None = None) -> str:
    """What stands at `place` and after it is swapped, and the rest agrees."""
    after = place + 1
    if within is not None and after > within:
        return "false"
    rest_agrees = " = ".join(_rest(text, place + 2, within) for text in (left, right))
    return (
        f"substr({left}, {place}, 1) = substr({right}, {after}, 1)"
        f" AND substr({left}, {after}, 1) = substr({right}, {place}, 1) AND {rest_agrees}"
    )


def _at_first_difference(left: str, right: str, longest: int, found: Callable[[int], str]) -> Condition:
    """The condition `found(place)` at the place of the first difference.

    It is sought among two, then four, then eight places, and there by halving: names are short, and three
    comparisons find it in a name of four characters, five among sixteen.
    """

    def agree(low: int, count: int) -> str:
        return f"substr({left}, {low}, {count}) = substr({right}, {low}, {count})"

    def between(low: int, high: int) -> str:
        if low == high:
            return found(low)
        half = (high - low + 1) // 2
        return (
            f"CASE WHEN {agree(low, half)}"
            f" THEN {between(low + half, high)} ELSE {between(low, low + half - 1)} END"
        )

    def after(low: int, count: int) -> str:
        high = low + count - 1
        if high >= longest:
            return between(low, longest)
        return f"CASE WHEN {agree(low, count)} THEN {after(high + 1, high)} ELSE {between(low, high)} END"

    return Condition(after(1, 2))

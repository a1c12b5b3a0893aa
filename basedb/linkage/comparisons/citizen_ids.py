"""Identity numbers: the same, damaged, one slip apart, or two.

The columns are those of `basedb.standards.identifiers.citizen_id`. A number is *verified* if its check
digit vouches for it: not one of fifteen digits, whose check digit was computed here, and not one that may
have been cut by a spreadsheet. No slip of one character, and no swap of two neighbours, leads from one
verified number to another: that is what the check digit is for. (GB 11643-1999, ISO 7064 MOD 11-2)
"""

from __future__ import annotations

from dataclasses import dataclass

from basedb.linkage.comparisons.strings import (
    both,
    cross_equal,
    either,
    equal,
    missing,
    one_edit,
    one_slip,
    sides,
    when,
)
from basedb.linkage.model import ELSE, Comparison, Condition, Level

_LENGTH = 18
_BODY = 17
# County and birth date; below that, the county alone.
_MANY_KNOWN = 14
_SOME_KNOWN = 6


@dataclass(frozen=True)
class NumberColumns:
    """The columns an identity number is compared by.

    anothers: whether a verified number speaks against the birth date or sex stated beside it, as a relative's
    does; without that column every verified number is taken for its bearer's own.
    """

    number: str = "id_number"
    kind: str = "id_kind"
    valid: str = "id_valid"
    alternative: str = "id_alternative"
    pattern: str = "id_pattern"
    anothers: str = ""


def citizen_id(columns: NumberColumns | None = None, called: str = "id_number") -> Comparison:
    """Compare identity numbers in their standard form.

    Levels: missing; equal (both valid); alternative (a fifteen-digit number in the other century);
    equal_unverified (not valid, or of another document); slip (one edit apart, and one of them
    verified); slip_unverified (one edit apart, neither verified); damaged (what is left of a damaged
    number agrees, county and birth date at least); damaged_partly (the county at least); unreadable (less
    is left), other_document (numbers of different kinds, or of passports); neighbouring (both verified,
    one digit and the check digit apart: twins, or one office on one day); anothers (both verified and different,
    but one is not its bearer's, and says nothing of who that is); two_numbers (both verified and different);
    different.
    """
    c = columns or NumberColumns()
    return Comparison(
        called,
        "证件号码",
        (
            Level("missing", "缺失", missing(c.number), missing=True),
            Level("equal", "相同", equal(c.number) & valid_and_whole(c), m=0.9, u=1e-7),
            Level("alternative", "15位号码按另一世纪换算后相同", alternative(c), m=0.003, u=1e-8),
            Level("equal_unverified", "相同，但未通过校验", equal(c.number) & whole(c), m=0.013, u=1e-7),
            Level("slip", "差一位，仅一方通过校验", slip(c, one_verified(c)), m=0.025, u=2e-7),
            Level("slip_unverified", "差一位，均未通过校验", slip(c, ~either(verified(c))), m=0.002, u=1e-8),
            Level("damaged", "残损号码可辨部分相符", remains_agree(c, _MANY_KNOWN), m=0.012, u=3e-6),
            Level("damaged_partly", "残损号码仅区划相符", remains_agree(c, _SOME_KNOWN), m=0.004, u=0.004),
            Level("unreadable", "残损号码无从比较", remains_agree(c, 0), missing=True),
            Level("other_document", "证件种类不同", other_document(c), missing=True),
            Level("neighbouring", "均通过校验，顺序相邻", neighbouring(c), m=0.001, u=3e-6),
            *_of_anothers(c),
            Level("two_numbers", "均通过校验，号码不同", two_numbers(c), m=0.01, u=0.93),
            Level("different", "不同", ELSE, m=0.03, u=0.06599358),
        ),
    )


def _of_anothers(c: NumberColumns) -> tuple[Level, ...]:
    if not c.anothers:
        return ()
    condition = Condition(f"l.{c.number} <> r.{c.number}") & both(verified(c)) & either(f"{{0}}.{c.anothers}")
    return (Level("anothers", "号码不同，其一与所填出生日期或性别不符", condition, missing=True),)


def two_numbers(columns: NumberColumns | None = None) -> Condition:
    """Both numbers are verified and differ: near-proof of two people. Unknown where one is missing."""
    c = columns or NumberColumns()
    return Condition(f"l.{c.number} <> r.{c.number}") & both(verified(c))


def verified(c: NumberColumns) -> str:
    """SQL over record ``{0}``: the check digit vouches for the number."""
    return f"{{0}}.{c.valid} AND {{0}}.{c.kind} <> 'citizen15' AND {{0}}.{c.pattern} IS NULL"


def one_verified(c: NumberColumns) -> Condition:
    """Exactly one of the numbers is verified."""
    left, right = (f"coalesce({verified(c).format(side)}, false)" for side in ("l", "r"))
    return Condition(f"{left} <> {right}")


def whole(c: NumberColumns) -> Condition:
    """No digit of either number is lost."""
    return Condition(f"l.{c.pattern} IS NULL AND r.{c.pattern} IS NULL")


def valid_and_whole(c: NumberColumns) -> Condition:
    """Both numbers are valid and no digit is lost."""
    return both(f"{{0}}.{c.valid}") & whole(c)


def alternative(c: NumberColumns) -> Condition:
    """A number of fifteen digits is the other number, read in the other century."""
    return both(f"{{0}}.{c.valid}") & cross_equal(c.alternative, c.number)


def slip(c: NumberColumns, of: Condition) -> Condition:
    """Whole citizen IDs one edit apart, the made-up check digit of a fifteen-digit number apart.

    of: asked first, because it is cheap: which of the two are verified.
    """
    left, right = sides(c.number)
    fifteen = either(f"{{0}}.{c.kind} = 'citizen15'")
    near = one_edit(left, right, _LENGTH + 1) | when(fifteen, one_slip(left, right, within=_BODY))
    return when(of, when(_comparable(c), near))


def neighbouring(c: NumberColumns) -> Condition:
    """Both verified, and one slip apart but for the check digit."""
    return when(both(verified(c)), when(_ends_agree(c), one_slip(*sides(c.number), within=_BODY)))


def remains_agree(c: NumberColumns, known: int) -> Condition:
    """One number is damaged, nothing of what is left contradicts the other, and that is `known` digits.

    What is left is what stands before the first lost place and after the last.
    """
    texts = [f"coalesce({side}.{c.pattern}, {side}.{c.number})" for side in ("l", "r")]
    heads, tails = ([f"split_part({text}, '*', {place})" for text in texts] for place in (1, -1))
    ahead, behind = (f"least(length({part[0]}), length({part[1]}))" for part in (heads, tails))
    agree = (
        f"substr({heads[0]}, 1, {ahead}) = substr({heads[1]}, 1, {ahead})"
        f" AND right({tails[0]}, {behind}) = right({tails[1]}, {behind})"
        f" AND {ahead} + {behind} >= {known}"
    )
    damaged = either(f"{{0}}.{c.pattern} IS NOT NULL")
    lengths = Condition(" AND ".join(f"length({text}) = {_LENGTH}" for text in texts))
    return when(damaged, when(lengths, Condition(agree)))


def other_document(c: NumberColumns) -> Condition:
    """A passport beside a citizen ID, or beside another passport: people have several."""
    return either(f"{_of_other_document(c)} OR {{0}}.{c.kind} = 'permanent_residence'")


def _of_other_document(c: NumberColumns) -> str:
    """SQL over record ``{0}``. What has the length of a citizen ID may be one with a slip: its X misplaced,
    or its first digit a 9, as that of a foreigner's card.

    Numbers of other documents change with every renewal, and families have neighbouring ones.
    """
    long_enough = f"length({{0}}.{c.number}) BETWEEN {_BODY} AND {_LENGTH + 1}"
    return f"({{0}}.{c.kind} IN ('other', 'permanent_residence') AND NOT {long_enough})"


def _comparable(c: NumberColumns) -> Condition:
    """Citizen IDs, whole but for a digit too many or too few, that one slip may tell apart."""
    kinds = both(f"NOT {_of_other_document(c)}")
    lengths = both(f"length({{0}}.{c.number}) BETWEEN {_BODY} AND {_LENGTH + 1}")
    return _ends_agree(c) & whole(c) & kinds & lengths


def _ends_agree(c: NumberColumns) -> Condition:
    """Wherever one slip is, the ten characters before it agree or six of those after it.

    Cheap, and false for nearly all pairs. Six, because a check digit computed here may differ as well.
    """
    left, right = sides(c.number)
    tails = [f"substr({text}, length({text}) - 6, 6)" for text in (left, right)]
    return Condition(f"substr({left}, 1, 10) = substr({right}, 1, 10) OR {tails[0]} = {tails[1]}")

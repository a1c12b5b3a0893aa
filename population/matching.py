"""When two mentions are the same person.

An identity number is evidence, not proof: two people can lawfully or wrongly bear one number
(重号), of the same sex and birth date, so only the names can tell them apart; a relative's number
is often given in place of one's own. Equal numbers therefore link only with compatible names.
"""

from __future__ import annotations

from basedb.domain import KeyRule, Kin
from basedb.linkage.comparing import level_expression
from basedb.linkage.comparisons.addresses import address, address_columns
from basedb.linkage.comparisons.citizen_ids import NumberColumns, citizen_id
from basedb.linkage.comparisons.dates import birth_date
from basedb.linkage.comparisons.names import person_name
from basedb.linkage.comparisons.phones import phone
from basedb.linkage.comparisons.values import sex
from basedb.linkage.model import (
    ELSE,
    AnyOf,
    BlockingRule,
    Comparison,
    Condition,
    Constraint,
    MatchModel,
    SoleValue,
)

_NAME = person_name()
_NUMBER = citizen_id(NumberColumns(anothers="number_is_anothers"))
_BIRTH = birth_date("born", "born_as_lunar", day="born_day")
_ADDRESS = address(("registered", "current"))
_PHONE = phone()


def _comes_out(comparison: Comparison, levels: tuple[str, ...]) -> Condition:
    """The comparison of the two records comes out at one of the levels."""
    names = [level.name for level in comparison.levels]
    places = ", ".join(str(names.index(level)) for level in levels)
    return Condition(f"{level_expression(comparison)} IN ({places})")


# One name in two writings; similar names, which twins have, too; and names that are other names.
_ONE_NAME = ("identical", "former", "reordered", "pinyin", "glyphs", "swapped", "part")
_SHORTENED_NAME = ("one_left_out", "lost")
_SIMILAR_NAME = ("one_left_out", "given_name", "one_differs", "lost", "short_differs")
_OTHER_NAME = ("surname", "different")
# A newborn called one of two (李某之双大): birth date, sex, parents and home are the other's as well.
_MARKS_OF_TWINS = ("双", "孪", "之大", "之小")


def _one_of_twins(record: str) -> Condition:
    """The record's name stands for one of unnamed twins."""
    marked = " OR ".join(f"contains({record}.name_folded, '{mark}')" for mark in _MARKS_OF_TWINS)
    return Condition(f"{record}.name_is_placeholder AND ({marked})")


# Implied by both, and told at once.
_DIFFERENT_TEXT = Condition("l.name_folded <> r.name_folded")
# What an equal number can vouch for: one character mistaken, left out, or lost.
COMPATIBLE_NAMES = _comes_out(_NAME, (*_ONE_NAME, "one_left_out", "one_differs", "lost")).sql
_INCOMPATIBLE_NAME = ("given_name", "short_differs", *_OTHER_NAME)
_ONE_NUMBER = ("equal", "alternative", "equal_unverified", "slip")
# What a third record says of two names: that both are its own, or that one number bears the whole and a part.
_BOTH_NAMES = (
    (("name", _ONE_NAME),),
    (("name", _SHORTENED_NAME), ("id_number", ("equal", "alternative"))),
)
_NOT_ONE_NUMBER = tuple(level.name for level in _NUMBER.levels if level.name not in _ONE_NUMBER)

BY_NUMBER = KeyRule(
    method="id_number",
    keys={
        "id_number": "id_valid OR id_kind = 'other'",
        "id_alternative": "id_valid",
        "student_id_number": "true",
    },
    compatible=COMPATIBLE_NAMES,
    compares=(
        "name_folded",
        "name_pinyin",
        "former_name_folded",
        "name_parts",
        "name_shape",
        "surname",
        "name_is_placeholder",
    ),
)

# A departmental key may be given to somebody else: then neither number nor name agrees.
SAME_RECORD = f"""(
    {COMPATIBLE_NAMES}
    OR (l.id_valid AND r.id_valid AND l.id_number = r.id_number)
    OR l.name_folded IS NULL OR r.name_folded IS NULL
    OR l.name_is_placeholder OR r.name_is_placeholder
    OR (l.birth_date = r.birth_date AND NOT coalesce(l.id_valid AND r.id_valid, false))
)"""

# A register corrects a number by ending the entry under the old one and opening another.
SUCCESSION = """(
    l.name_folded = r.name_folded AND l.sex = r.sex AND l.birth_date = r.birth_date
    AND (l.household_no = r.household_no OR l.registered_address = r.registered_address)
)"""

# Read from a mention as they are; addresses and what depends on several columns follow below.
_PLAIN = (
    "id_kind", "id_alternative", "id_pattern", "name_folded", "name_pinyin", "surname", "name_parts", "name_shape",
    "name_is_placeholder", "former_name_folded", "sex", "birth_date", "registered_address", "household_no", "phone",
    "birth_certificate", "birth_place", "native_place", "represented_code",
)  # fmt: skip
_COLUMNS = (
    *_PLAIN, "id_number", "id_valid", "student_id_number", "former_name_pinyin", "birth_as_lunar",
    "registered_address_key", "current_address_key", "family_address_key",
)  # fmt: skip

_VERIFIED = "id_valid AND length(id_number) = 18 AND id_kind <> 'citizen15' AND id_pattern IS NULL"
# A valid number whose birth date and sex are the ones stated beside it: the bearer's own.
_OWN_NUMBER = f"""coalesce(student_id_number, CASE
    WHEN {_VERIFIED}
    AND coalesce(strftime(birth_date, '%Y%m%d') = substr(id_number, 7, 8), true)
    AND CASE WHEN sex IN ('1', '2') THEN (substr(id_number, 17, 1) IN ('1', '3', '5', '7', '9')) = (sex = '1')
        ELSE true END
    THEN id_number END)"""

_BORN = """coalesce(strftime(birth_date, '%Y-%m-%d'), CASE WHEN id_valid AND length(id_number) = 18
    THEN substr(id_number, 7, 4) || '-' || substr(id_number, 11, 2) || '-' || substr(id_number, 13, 2) END)"""

_RECORDS = {
    **{name: name for name in _PLAIN},
    # A school's number is the pupil's; the one beside it may be a parent's.
    "id_number": "coalesce(student_id_number, id_number)",
    "id_valid": "student_id_number IS NOT NULL OR id_valid",
    "own_number": _OWN_NUMBER,
    "number_is_anothers": _VERIFIED + f" AND ({_OWN_NUMBER}) IS NULL",
    "born": _BORN,
    "born_as_lunar": "strftime(birth_as_lunar, '%Y-%m-%d')",
    "born_day": f"datediff('day', DATE '1900-01-01', TRY_CAST({_BORN} AS DATE))",
    "former_name_pinyin": "former_name_pinyin",
    **address_columns("registered_address_key", "registered"),
    **address_columns("coalesce(current_address_key, family_address_key)", "current"),
}

# 重号 are corrected in the digits after the birth date, 错号 in one digit of it (GA/T 2000.24: 11, 12); the
# register itself has one entry for a person, so two of its entries are no correction.
_CORRECTED = (
    Condition("l.name_folded = r.name_folded AND l.sex = r.sex")
    & Condition("l.household_no IS NULL OR r.household_no IS NULL")
    & Condition("substr(l.own_number, 1, 6) = substr(r.own_number, 1, 6)")
    & (_BIRTH.level("equal").condition | _BIRTH.level("digit").condition)
    & (
        _ADDRESS.level("home").condition
        | _PHONE.level("equal").condition
        | _NUMBER.level("neighbouring").condition
    )
)
# A relative's household tells who is meant: by name, or a newborn without one by birth date and sex.
RELATIVES = Kin(
    household="household_no",
    condition=(
        (
            _comes_out(_NAME, _ONE_NAME)
            & Condition("coalesce(l.born = r.born, true) AND coalesce(l.sex = r.sex, true)")
        )
        | Condition("l.name_is_placeholder AND l.born = r.born AND l.sex = r.sex")
    ),
    weight=18.0,
)
# One wrong digit leaves one half of a number whole. Divided before the day of birth, both halves tell people
# apart: county, year and month, or day, sequence and check.
_READABLE = "CASE WHEN length(id_number) = 18 THEN coalesce(id_pattern, id_number) END"
_HALVES = tuple(
    f"CASE WHEN NOT contains({half}, '*') THEN '{name}' || {half} END"
    for name, half in (("a", f"substr({_READABLE}, 1, 12)"), ("b", f"substr({_READABLE}, 13)"))
)
_PLACES = AnyOf(("registered_plate", "registered_estate", "current_plate", "current_estate"))

PERSON = MatchModel(
    name="person",
    columns=_COLUMNS,
    records=_RECORDS,
    blocking=(
        # What a spreadsheet left of a number is the same text for everybody of a county.
        BlockingRule("number", "号码", (AnyOf(("id_number", "id_alternative")),), when="id_pattern IS NULL"),
        BlockingRule(
            "name_birth", "姓名读音、出生日期", (AnyOf(("name_pinyin", "former_name_pinyin")), "born")
        ),
        BlockingRule("name_place", "姓名读音、住处", ("name_pinyin", _PLACES)),
        BlockingRule("birth_place", "出生日期、住处", ("born", _PLACES)),
        BlockingRule("phone", "电话", ("phone",)),
        BlockingRule("represented", "姓名读音、所代表的机构", ("name_pinyin", "represented_code")),
        BlockingRule("name_number", "姓名读音、半个号码", ("name_pinyin", AnyOf(_HALVES))),
    ),
    comparisons=(
        _NAME,
        _NUMBER,
        _BIRTH,
        sex(),
        _ADDRESS,
        _PHONE,
    ),
    constraints=(
        Constraint(
            "shared_number",
            Constraint.CANNOT_LINK,
            Condition("l.own_number = r.own_number"),
            "同一有效号码，姓名明显不同",
            "one valid number under clearly different names",
            refer=True,
            levels=(("name", _INCOMPATIBLE_NAME),),
        ),
        Constraint(
            "double_registration",
            Constraint.CANNOT_LINK,
            Condition(
                "l.household_no IS NOT NULL AND r.household_no IS NOT NULL AND l.own_number <> r.own_number"
                " AND l.name_folded = r.name_folded AND l.born = r.born AND l.sex = r.sex"
                " AND l.birth_place = r.birth_place AND l.native_place = r.native_place"
            ),
            "两条户籍登记，疑为双重户口",
            "two entries of the register: perhaps one person registered twice",
            refer=True,
            insist=True,
        ),
        Constraint(
            "unnamed_twin",
            Constraint.CANNOT_LINK,
            _one_of_twins("l") | _one_of_twins("r"),
            "未取名的双胞胎之一，分不出是哪一个",
            "one of unnamed twins: nothing tells which",
            refer=True,
            levels=(("name", ("newborn_surname", "newborn")), ("id_number", _NOT_ONE_NUMBER)),
        ),
        Constraint(
            "one_representative",
            Constraint.MUST_LINK,
            Condition("l.represented_code = r.represented_code"),
            "同名，且代表同一机构",
            "one name, representing one organisation",
            levels=(("name", _ONE_NAME),),
        ),
        Constraint(
            "other_name",
            Constraint.CANNOT_LINK,
            _DIFFERENT_TEXT,
            "姓名不同",
            "another name",
            whole=True,
            excuse=_BOTH_NAMES,
            levels=(("name", _OTHER_NAME),),
        ),
        Constraint(
            "similar_name",
            Constraint.CANNOT_LINK,
            _DIFFERENT_TEXT,
            "姓名相近而不同，可能是双胞胎或兄弟姐妹",
            "similar names: perhaps twins or siblings",
            refer=True,
            whole=True,
            excuse=_BOTH_NAMES,
            levels=(("name", _SIMILAR_NAME), ("id_number", _NOT_ONE_NUMBER)),
        ),
        Constraint(
            "other_birth",
            Constraint.CANNOT_LINK,
            ELSE,
            "出生日期不同，可能是同名的亲属",
            "another birth date: perhaps a relative of the same name",
            refer=True,
            levels=(("birth_date", ("different",)), ("id_number", _NOT_ONE_NUMBER)),
        ),
    ),
    sole_values=(
        SoleValue(
            "own_number",
            "own_number",
            "两个不同的有效号码",
            "two different valid numbers",
            vouched="household_no",
        ),
        SoleValue("birth_certificate", "birth_certificate", "两个出生医学证明", "two birth certificates"),
    ),
    correction=_CORRECTED,
    auto_link=7.0,
    review=3.0,
    training=("name_birth", "phone"),
)

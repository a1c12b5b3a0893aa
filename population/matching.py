"""When two mentions are the same person.

An identity number is evidence, not proof: two people can lawfully or wrongly bear one number
(重号), of the same sex and birth date, so only the names can tell them apart; a relative's number
is often given in place of one's own. Equal numbers therefore link only with compatible names.
"""

from __future__ import annotations

from basedb.domain import KeyRule
from basedb.linkage.model import (
    ELSE,
    AnyOf,
    BlockingRule,
    Comparison,
    Condition,
    Constraint,
    Level,
    MatchModel,
    SoleValue,
)

# One character of the name differs: SQL over code points, because DuckDB's distances count bytes.
_ONE_CHARACTER = """(
    length(l.name_folded) = length(r.name_folded) AND length(l.name_folded) >= 3
    AND len(list_filter(range(1, length(l.name_folded) + 1),
        i -> substr(l.name_folded, i, 1) <> substr(r.name_folded, i, 1))) = 1
)"""

# One character was dropped from the longer name.
_DROPPED = """(
    abs(length(l.name_folded) - length(r.name_folded)) = 1
    AND least(length(l.name_folded), length(r.name_folded)) >= 2
    AND list_contains(
        list_transform(range(1, greatest(length(l.name_folded), length(r.name_folded)) + 1),
            i -> CASE WHEN length(l.name_folded) > length(r.name_folded)
                THEN substr(l.name_folded, 1, i - 1) || substr(l.name_folded, i + 1)
                ELSE substr(r.name_folded, 1, i - 1) || substr(r.name_folded, i + 1) END),
        CASE WHEN length(l.name_folded) > length(r.name_folded) THEN r.name_folded ELSE l.name_folded END)
)"""

_FORMER = """(
    l.former_name_folded = r.name_folded OR r.former_name_folded = l.name_folded
    OR l.former_name_folded = r.former_name_folded
)"""

COMPATIBLE_NAMES = f"""coalesce(
    l.name_folded = r.name_folded OR l.name_pinyin = r.name_pinyin
    OR coalesce({_FORMER}, false) OR {_ONE_CHARACTER} OR {_DROPPED}, false)"""

BY_NUMBER = KeyRule(
    method="id_number",
    keys={"id_number": "id_valid OR id_kind = 'other'", "id_alternative": "id_valid"},
    compatible=COMPATIBLE_NAMES,
    compares=("name_folded", "name_pinyin", "former_name_folded"),
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

_COLUMNS = (
    "id_number", "id_kind", "id_valid", "id_alternative", "name_folded", "name_pinyin", "name_is_placeholder",
    "former_name_folded", "sex", "birth_date", "registered_address", "current_address", "household_no", "phone",
)  # fmt: skip

# A valid number whose birth date and sex are the ones stated beside it: the bearer's own.
_OWN_NUMBER = """CASE WHEN id_valid AND length(id_number) = 18
    AND coalesce(strftime(birth_date, '%Y%m%d') = substr(id_number, 7, 8), true)
    AND CASE WHEN sex IN ('1', '2') THEN (substr(id_number, 17, 1) IN ('1', '3', '5', '7', '9')) = (sex = '1')
        ELSE true END
    THEN id_number END"""

_BORN = """coalesce(strftime(birth_date, '%Y-%m-%d'), CASE WHEN id_valid AND length(id_number) = 18
    THEN substr(id_number, 7, 4) || '-' || substr(id_number, 11, 2) || '-' || substr(id_number, 13, 2) END)"""

_RECORDS = {
    **{name: name for name in _COLUMNS},
    "own_number": _OWN_NUMBER,
    "born": _BORN,
    "named": "CASE WHEN NOT name_is_placeholder THEN name_folded END",
}

NAME = Comparison(
    "name",
    "姓名",
    (
        Level("missing", "缺失", Condition("l.named IS NULL OR r.named IS NULL"), missing=True),
        Level("equal", "相同", Condition("l.named = r.named"), tf="named", m=0.95, u=0.0005),
        Level("pinyin", "同音", Condition("l.name_pinyin = r.name_pinyin"), m=0.02, u=0.0005),
        Level("former", "曾用名相同", Condition(_FORMER), m=0.01, u=0.00005),
        Level("similar", "一字之差", Condition(f"{_ONE_CHARACTER} OR {_DROPPED}"), m=0.015, u=0.005),
        Level("different", "不同", ELSE, m=0.005, u=0.99),
    ),
)
BIRTH = Comparison(
    "birth_date",
    "出生日期",
    (
        Level("missing", "缺失", Condition("l.born IS NULL OR r.born IS NULL"), missing=True),
        Level("equal", "相同", Condition("l.born = r.born"), m=0.98, u=0.00004),
        Level("different", "不同", ELSE, m=0.02, u=0.99996),
    ),
)
SEX = Comparison(
    "sex",
    "性别",
    (
        Level(
            "missing",
            "缺失",
            Condition("l.sex IS NULL OR r.sex IS NULL OR l.sex = '9' OR r.sex = '9'"),
            missing=True,
        ),
        Level("equal", "相同", Condition("l.sex = r.sex"), m=0.998, u=0.5),
        Level("different", "不同", ELSE, m=0.002, u=0.5),
    ),
)

PERSON = MatchModel(
    name="person",
    columns=_COLUMNS,
    records=_RECORDS,
    blocking=(
        BlockingRule("number", "号码", (AnyOf(("id_number", "id_alternative")),)),
        BlockingRule("name_birth", "姓名、出生日期", (AnyOf(("named", "former_name_folded")), "born")),
        BlockingRule("sound_birth", "读音、出生日期", ("name_pinyin", "born")),
        BlockingRule("phone", "电话", ("phone",)),
    ),
    comparisons=(NAME, BIRTH, SEX),
    constraints=(
        Constraint(
            "shared_number",
            Constraint.CANNOT_LINK,
            Condition(f"l.own_number = r.own_number AND NOT {COMPATIBLE_NAMES}"),
            "同一有效号码，姓名明显不同",
            "one valid number under clearly different names",
            refer=True,
        ),
    ),
    sole_values=(SoleValue("own_number", "own_number", "两个不同的有效号码", "two different valid numbers"),),
    training=("name_birth", "phone"),
)

"""Law 6 where scores, relatives and corrections decide: the partition does not depend on the order.

Families are drawn from a few people who are easily confused: a father and a grandfather of one name
at one address, twins with and without names and numbers, a namesake born on the same day elsewhere.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.etl.city import City, Row, birth, insured, marriage, number, resident, short, student
from tests.etl.laws.test_identity import File, check_any_order

FATHER, GRANDFATHER, NAMESAKE = number("19850701", 1), number("19550301", 1), number("19850701", 5, "411121")
MOTHER, NEW_MOTHER = number("19870305", 2), number("19870305", 24)
TWINS = (number("20261007", 1), number("20261007", 3))
HOME, ELSEWHERE = "河南省漯河市源汇区和祥路1号和祥家园2号楼1单元301室", "河南省漯河市舞阳县滨河路8号"
# name, number, birth date, sex, address, household
PEOPLE = (
    ("王大伟", FATHER, "19850701", "男", HOME, "0001"),
    ("王大伟", GRANDFATHER, "19550301", "男", HOME, "0001"),
    ("王大伟", NAMESAKE, "19850701", "男", ELSEWHERE, "0002"),
    ("李秀兰", MOTHER, "19870305", "女", HOME, "0001"),
    ("李秀兰", NEW_MOTHER, "19870305", "女", HOME, "0001"),
    ("王子涵", TWINS[0], "20261007", "男", HOME, "0001"),
    ("王子轩", TWINS[1], "20261007", "男", HOME, "0001"),
    ("王子轩", "", "20261007", "男", HOME, "0001"),
    ("王子涵", "", "20261007", "男", HOME, "0001"),
)


def _wrong(text: str) -> str:
    return f"{text[:9]}{(int(text[9]) + 3) % 10}{text[10:]}" if len(text) == 18 else text


_ways = st.sampled_from([lambda text: text, _wrong, short, lambda text: "", lambda text: f"{text[:15]}000"])
_people = st.lists(st.tuples(st.sampled_from(PEOPLE), _ways), min_size=1, max_size=4)


def _residents(told: list) -> list[Row]:
    return [
        resident(name, id_number, household, 出生日期=born, 性别=sex, 户籍地址=address)
        for (name, id_number, born, sex, address, household), _ in told
    ]


def _insured(told: list) -> list[Row]:
    return [
        insured(
            name, way(id_number), f"P{at}", 出生年月=born, 性别=sex, 居住地址=address,
            手机号码="13912345678" if household == "0001" else "",
        )
        for at, ((name, id_number, born, sex, address, household), way) in enumerate(told)
    ]  # fmt: skip


_births = st.lists(
    st.tuples(st.sampled_from(["王子涵", "王子轩", "李秀兰之子", "李秀兰之双小"]), st.sampled_from([MOTHER, ""])),
    min_size=1,
    max_size=2,
).map(
    lambda told: [
        birth(
            name, f"X{at}", 住址=HOME, 母亲姓名="李秀兰", 母亲证件号码=mother, 父亲姓名="王大伟", 父亲证件号码="",
        )
        for at, (name, mother) in enumerate(told)
    ]
)  # fmt: skip
_students = st.lists(st.sampled_from(["王子涵", "王子轩"]), min_size=1, max_size=2, unique=True).map(
    lambda names: [
        student(
            name, "", f"G{TWINS[at]}" if at else f"L{at}", XB="1", CSRQ="20261007", JHR="王大伟", JTZZ=HOME,
            JHRDH="13912345678",
        )
        for at, name in enumerate(names)
    ]
)  # fmt: skip
_nights = st.tuples(
    st.lists(_people.map(_residents), min_size=1, max_size=2),
    st.lists(_people.map(_insured), min_size=1, max_size=2),
    st.lists(_births, max_size=1),
    st.lists(_students, max_size=1),
    st.lists(st.just([marriage(("王大伟", FATHER), ("李秀兰", _wrong(MOTHER)))]), max_size=1),
).map(
    lambda told: [
        (source, night, rows)
        for source, files in zip(
            ("ga_population", "rs_insured", "wj_births", "jy_students", "mz_marriages"), told, strict=True
        )
        for night, rows in enumerate(files, 1)
    ]
)


def _checked(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return lambda check: settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )(given(files=_nights, dice=st.randoms(use_true_random=False))(check))


@pytest.mark.long_on_postgresql
@_checked(2)
def test_scores_do_not_depend_on_order(
    new_city: Callable[[], City], files: list[File], dice: random.Random
) -> None:
    check_any_order(new_city, files, dice)


@pytest.mark.slow
@_checked(40)
def test_scores_do_not_depend_on_order_for_many(
    new_city: Callable[[], City], files: list[File], dice: random.Random
) -> None:
    check_any_order(new_city, files, dice)

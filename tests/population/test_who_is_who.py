"""Who is found to be who by the model as it is declared, where departments write the same things differently."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.etl.city import City, birth, insured, number, resident, student

VILLAGE = "河南省漯河市召陵区万金镇张庄村{}号"
WITHOUT_TOWN = "漯河市召陵区张庄村{}号"
HOME = "源汇区文化路50号美好家园1号楼2单元2204室"
FENG, PAN, SHI = number("19740118", 3), number("20150706", 4), number("20160622", 1)
SHIS_MOTHER = number("19921021", 2)
BORN = {"出生时间": "2026-01-20T02:39:00+08:00", "性别": "男", "住址": HOME}


def settle(city: City) -> None:
    """Residents, and what social security, schools and hospitals know of them."""
    city.deliver(
        "ga_population", 1,
        [
            resident("冯建国", FENG, "0001", 户籍地址=VILLAGE.format(16)),
            resident("潘小培", PAN, "0002", 性别="女", 户籍地址=VILLAGE.format(2)),
            resident("史子航", SHI, "0003", 户籍地址=VILLAGE.format(11)),
            resident("冯见国", number("19740118", 5, "411122"), "0004", 户籍地址="漯河市临颍县张庄村16号"),
        ],
    )  # fmt: skip
    without_number = {"出生年月": "1974-01-18", "居住地址": WITHOUT_TOWN.format(16), "手机号码": ""}
    city.deliver(
        "rs_insured", 1,
        [
            insured("冯建果", "", "P1", **without_number),
            insured("潘小", PAN, "P2", 出生年月="2015-07-06", 手机号码=""),
            insured("史子航", SHIS_MOTHER, "P3", 出生年月="2016-06-22", 手机号码=""),
            insured("李昊然", "", "P4", 出生年月="2026-01-20", 居住地址=HOME, 手机号码=""),
        ],
    )  # fmt: skip
    city.deliver("jy_students", 1, [student("潘小培", "", "L1", CSRQ="20150706", JTZZ=VILLAGE.format(2))])
    city.deliver("wj_births", 1, [birth("张雨菲之双大", "X1", **BORN), birth("李某之双小", "X2", **BORN)])


@pytest.fixture
def town(grown: Callable[..., City]) -> City:
    return grown(settle)


def bearers(town: City, *names: str) -> list[set[tuple[str, str]]]:
    """The people who are called so somewhere: what each is called, and by whom."""
    found: dict[int, set[tuple[str, str]]] = {}
    for person, name, source in town.query(
        "SELECT person_id, name, source FROM population.person_mention JOIN population.source_record USING (record_id)"
    ):
        found.setdefault(person, set()).add((name, source))
    return sorted((who for who in found.values() if {name for name, _ in who} & set(names)), key=sorted)


def test_one_name_written_differently_is_one_person_and_twins_are_two(town: City) -> None:
    # A village's town is left out as often as not; of two villages of a name, the one of the county is meant.
    assert bearers(town, "冯建国", "冯见国", "冯建果") == [
        {("冯建国", "ga_population"), ("冯建果", "rs_insured")},
        {("冯见国", "ga_population")},
    ]
    # Whoever bears one number with a part of the name keeps nobody apart who has all of it.
    assert bearers(town, "潘小", "潘小培") == [
        {("潘小培", "ga_population"), ("潘小", "rs_insured"), ("潘小培", "jy_students")}
    ]
    # A number with another birth date in it is somebody else's, and says nothing of who this is.
    assert bearers(town, "史子航") == [{("史子航", "ga_population"), ("史子航", "rs_insured")}]
    # Which of unnamed twins got the name, their surname does not tell.
    assert len(bearers(town, "李昊然", "张雨菲之双大", "李某之双小")) == 3
    waiting = town.query(
        "SELECT count(*) FROM population.person_evidence WHERE veto = 'unnamed_twin' AND outcome = 'review'"
    )
    assert waiting == [(2,)]

"""Law 4: what comes late takes its place in the past, and what nobody superseded becomes current."""

from __future__ import annotations

import pytest

from tests.etl.city import CONTRACTS, City, Row, insured, loosened, marriage, number, told

TIMELINE = """
    SELECT CAST(valid_from AS TEXT), CAST(valid_to AS TEXT), phone, status FROM (
        SELECT * FROM population.person UNION ALL
        SELECT * FROM population.person_version WHERE known_to > TIMESTAMPTZ '9999-01-01')
    ORDER BY person_id, valid_from"""


def version(phone: str, handled: str = "2020-02-01") -> Row:
    return insured("王一", number(), "P1", 手机号码=phone, 经办日期=handled)


OTHER = insured("李二", "", "P2", 手机号码="")
FIRST = version("13500000001")
SECOND = version("13500000002", "2026-11-02")
THIRD = version("13500000003", "2026-11-03")
NIGHTS: dict[str, list[Row | None]] = {
    "changed twice": [FIRST, SECOND, THIRD],
    "changed and back": [FIRST, SECOND, FIRST],
    "changed, then gone": [FIRST, SECOND, None],
    "there for one night": [None, SECOND, None],
    "gone and back": [FIRST, None, FIRST],
    "gone and back otherwise": [FIRST, None, THIRD],
}


def load(city: City, order: tuple[int, ...], nights: list[Row | None]) -> None:
    city.contracts["rs_insured"] = loosened(CONTRACTS["rs_insured"])
    for night in order:
        row = nights[night - 1]
        city.deliver("rs_insured", night, [OTHER, row] if row else [OTHER])


@pytest.mark.parametrize("nights", NIGHTS.values(), ids=NIGHTS)
def test_a_late_snapshot_leaves_what_is_current(city: City, nights: list[Row | None]) -> None:
    load(city, (1, 3, 2), nights)
    people = dict(city.people("name, phone || status", "name"))
    last = nights[2]
    assert people["王一"].endswith(last["手机号码"] + "active" if last else "unlisted")


@pytest.mark.parametrize("name", ["changed twice", "changed, then gone", "there for one night"])
def test_a_late_snapshot_takes_its_place_in_valid_time(city: City, name: str) -> None:
    load(city, (3, 1, 2) if name == "changed twice" else (1, 3, 2), NIGHTS[name])
    late = city.query(TIMELINE)
    assert [row[:2] for row in late if row[2]] == {
        "changed twice": [("2020-02-01", "2026-11-02"), ("2026-11-02", "2026-11-03"), ("2026-11-03", "9999-12-31")],
        "changed, then gone": [("2020-02-01", "2026-11-02"), ("2026-11-02", "2026-11-03"), ("2026-11-03", "9999-12-31")],
        "there for one night": [("2026-11-02", "2026-11-03"), ("2026-11-03", "9999-12-31")],
    }[name]  # fmt: skip


def test_a_value_of_one_night_between_two_equal_ones(city: City) -> None:
    load(city, (1, 3, 2), NIGHTS["changed and back"])
    assert [row for row in city.query(TIMELINE) if row[2]] == [
        ("2020-02-01", "2026-11-02", FIRST["手机号码"], "active"),
        ("2026-11-02", "2026-11-03", SECOND["手机号码"], "active"),
        ("2026-11-03", "9999-12-31", FIRST["手机号码"], "active"),
    ]


def test_a_late_row_equal_to_what_held_then_tells_nothing_new(city: City) -> None:
    city.contracts["rs_insured"] = loosened(CONTRACTS["rs_insured"])
    city.deliver("rs_insured", 1, [FIRST])
    city.deliver("rs_insured", 3, [THIRD])
    before = city.query(TIMELINE)
    account = city.deliver("rs_insured", 2, [FIRST])
    assert (told(account), account.late) == ({"unchanged": 1}, True)
    assert city.query(TIMELINE) == before


def test_a_late_event_nobody_superseded_becomes_current(city: City) -> None:
    one = marriage(("王一", number(sequence=1)), ("李二", number(sequence=2)), "J1")
    other = marriage(("张三", number(sequence=3)), ("赵四", number(sequence=4)), "J2")
    city.deliver("mz_marriages", 5, [one])
    account = city.deliver("mz_marriages", 2, [other])
    assert told(account) == {"added": 1}
    assert city.query("SELECT DISTINCT status FROM population.source_record") == [("current",)]
    assert len(city.people()) == 4


def test_a_late_row_of_a_delta_is_history_where_its_key_is_newer(city: City) -> None:
    pair = (("王一", number(sequence=1)), ("李二", number(sequence=2)))
    city.deliver("mz_marriages", 5, [marriage(*pair, 登记机关="新")])
    account = city.deliver("mz_marriages", 2, [marriage(*pair, 登记机关="旧")])
    assert told(account) == {"superseded": 1}
    assert city.query("SELECT as_of, status FROM population.source_record ORDER BY as_of") == [
        (city.contracts["mz_marriages"].match("mz_marriages_20261102.csv"), "superseded"),
        (city.contracts["mz_marriages"].match("mz_marriages_20261105.csv"), "current"),
    ]

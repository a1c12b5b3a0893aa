"""Law 4: what comes late takes its place in the past, and what nobody superseded becomes current."""

from __future__ import annotations

from collections.abc import Callable

from tests.etl.city import CONTRACTS, City, Row, day, insured, loosened, marriage, number, told

# Handled by the department on the first, second and third night; the employer tells the versions apart.
HANDLED = {1: "2020-02-01", 2: "2026-11-02", 3: "2026-11-03"}
# What each night's snapshot says of a person: which version, or nothing.
NIGHTS: dict[str, tuple[int | None, int | None, int | None]] = {
    "changed twice": (1, 2, 3),
    "changed and back": (1, 2, 1),
    "changed, then gone": (1, 2, None),
    "one night only": (None, 2, None),
    "gone and back": (1, None, 1),
    "gone, back otherwise": (1, None, 3),
    "new, then changed": (None, 2, 3),
}
TIMELINES = """
    SELECT insurance_no, CAST(valid_from AS TEXT) AS since, employer_name, status FROM (
        SELECT * FROM population.person UNION ALL
        SELECT * FROM population.person_version WHERE known_to > TIMESTAMPTZ '9999-01-01')
    ORDER BY insurance_no, since"""


def snapshot(night: int) -> list[Row]:
    rows = [insured("常在", "", "P0")]
    for at, (name, versions) in enumerate(NIGHTS.items()):
        version = versions[night - 1]
        if version:
            rows.append(
                insured("王一", number(sequence=at), name, 单位名称=str(version), 经办日期=HANDLED[version])
            )
    return rows


def timelines(city: City, order: tuple[int, ...]) -> dict[str, list[tuple[str, str, str]]]:
    """Every person's timeline after three nights: since when, the employer, the status."""
    city.contracts["rs_insured"] = loosened(CONTRACTS["rs_insured"])
    for night in order:
        city.deliver("rs_insured", night, snapshot(night))
    found: dict[str, list[tuple[str, str, str]]] = {}
    for name, since, employer, status in city.query(TIMELINES):
        found.setdefault(name, []).append((since, employer, status))
    return found


def test_a_late_snapshot_takes_its_place_in_valid_time(new_city: Callable[[], City]) -> None:
    in_order = timelines(new_city(), (1, 2, 3))
    late = timelines(new_city(), (1, 3, 2))
    first, second, third = HANDLED.values()
    gone = str(day(3))
    expected = {
        "changed twice": [(first, "1", "active"), (second, "2", "active"), (third, "3", "active")],
        "changed and back": [(first, "1", "active"), (second, "2", "active"), (gone, "1", "active")],
        "changed, then gone": [(first, "1", "active"), (second, "2", "active"), (gone, "2", "unlisted")],
        "one night only": [(second, "2", "active"), (gone, "2", "unlisted")],
        "new, then changed": [(second, "2", "active"), (third, "3", "active")],
    }
    assert {name: late[name] for name in expected} == expected
    # Going back to an earlier value in order is a change the department dates itself.
    assert {name: in_order[name] for name in expected if name != "changed and back"} == {
        name: expected[name] for name in expected if name != "changed and back"
    }
    for city in (in_order, late):
        assert {name: rows[-1][1:] for name, rows in city.items()} == {
            "P0": ("和祥食品有限公司", "active"),
            **{
                name: (str(versions[2] or versions[1]), "active" if versions[2] else "unlisted")
                for name, versions in NIGHTS.items()
            },
        }


def test_snapshots_in_backward_order_end_with_the_newest(city: City) -> None:
    told_last = {name: rows[-1][1:] for name, rows in timelines(city, (3, 2, 1)).items()}
    assert told_last["changed twice"] == ("3", "active")
    assert told_last["changed and back"] == ("1", "active")
    assert told_last["changed, then gone"] == ("2", "unlisted")
    assert told_last["one night only"] == ("2", "unlisted")
    assert told_last["gone and back"] == ("1", "active")


def test_a_late_row_equal_to_what_held_then_tells_nothing_new(city: City) -> None:
    city.contracts["rs_insured"] = loosened(CONTRACTS["rs_insured"])
    row = insured("王一", number(), "P1")
    city.deliver("rs_insured", 1, [row])
    city.deliver("rs_insured", 3, [{**row, "手机号码": "13600000000"}])
    before = city.query("SELECT * FROM population.person_version ORDER BY ALL")
    account = city.deliver("rs_insured", 2, [row])
    assert (told(account), account.late) == ({"unchanged": 1}, True)
    assert city.query("SELECT * FROM population.person_version ORDER BY ALL") == before


def test_late_events(city: City) -> None:
    """A late event becomes current; a late version of an event that has a newer one is history."""
    pair = (("王一", number(sequence=1)), ("李二", number(sequence=2)))
    other = (("张三", number(sequence=3)), ("赵四", number(sequence=4)))
    city.deliver("mz_marriages", 5, [marriage(*pair, "J1", 登记机关="新")])
    late = [marriage(*pair, "J1", 登记机关="旧"), marriage(*other, "J2")]
    account = city.deliver("mz_marriages", 2, late)
    assert told(account) == {"superseded": 1, "added": 1}
    assert city.query("SELECT source_key, as_of, status FROM population.source_record ORDER BY ALL") == [
        ("J1", day(2), "superseded"),
        ("J1", day(5), "current"),
        ("J2", day(2), "current"),
    ]
    assert len(city.people()) == 4

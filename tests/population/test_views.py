"""The views an analyst sees, on both stores."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from basedb.store.native import reading
from basedb.store.views import views_of
from population import DOMAIN
from tests.etl.city import FIRST_RECEIPT, City, marriage, resident
from tests.population.town import LI, NEW, OLD, WANG, ZHANG, rows

OPEN = date(9999, 12, 31)
VIEWS = [view for view in views_of(DOMAIN) if view.arguments is None]
FUNCTIONS = {
    "population.person_at": "DATE '2026-11-02'",
    "population.person_known_at": "DATE '2026-11-02', TIMESTAMPTZ '2026-11-01 12:00:00+08'",
    "population.resident_count_at": "DATE '2026-11-02'",
}


def test_both_stores_answer_the_same(
    new_duckdb: Callable[[], City], new_postgresql: Callable[[], City]
) -> None:
    embedded, server = new_duckdb(), new_postgresql()
    for place in (embedded, server):
        place.deliver("ga_population", 1, [resident("李建国", LI), resident("王秀英", WANG), resident("")])
        place.deliver("mz_marriages", 1, [marriage(("李建国", LI), ("王秀英", WANG))])
        place.deliver("ga_population", 2, [resident("李建国", LI, 户籍地址=NEW), resident("王秀英", WANG)])
    relations = [view.name for view in VIEWS]
    relations += [f"{name}({arguments})" for name, arguments in FUNCTIONS.items()]
    for relation in relations:
        assert _answer(embedded, relation) == _answer(server, relation), relation


def _answer(place: City, relation: str) -> tuple[list[str], list[str]]:
    """Columns and rows in an order of their own, without the clock's column."""
    with reading(place.store) as reader:
        answer = reader.ask(f"SELECT * FROM {relation}")
        columns = [name for name in answer.columns if name != "published_at"]
        records = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    return columns, sorted(repr([_comparable(record[name]) for name in columns]) for record in records)


def _comparable(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return round(value, 9) if isinstance(value, float) else value


def test_every_function_is_called_the_same_way(town: City) -> None:
    declared = {view.name for view in views_of(DOMAIN) if view.arguments is not None}
    assert declared == set(FUNCTIONS)
    for name, arguments in FUNCTIONS.items():
        assert rows(town, f"SELECT * FROM {name}({arguments})")


def test_every_view_column_has_a_chinese_title(town: City) -> None:
    untitled = rows(
        town, "SELECT table_name, column_name FROM basedb.column_label WHERE title = '' OR title IS NULL"
    )
    assert untitled == []
    labelled = {name for (name,) in rows(town, "SELECT DISTINCT table_name FROM basedb.column_label")}
    assert {view.name.split(".")[1] for view in VIEWS} <= labelled


def test_a_change_is_dated_and_a_correction_is_not(town: City) -> None:
    def at(day: str, known: str = "") -> list[tuple[object, ...]]:
        call = (
            f"person_known_at(DATE '{day}', TIMESTAMPTZ '{known}')" if known else f"person_at(DATE '{day}')"
        )
        query = f"SELECT registered_address, ethnic_group FROM population.{call} WHERE id_number = ?"
        return [rows(town, query, [number])[0] for number in (LI, WANG)]

    assert at("2026-11-01") == [(OLD, "01"), (OLD, "03")]
    assert at("2026-11-02") == [(NEW, "01"), (OLD, "03")]
    before_the_move = f"{FIRST_RECEIPT + timedelta(minutes=5):%Y-%m-%d %H:%M:%S+00}"
    before_the_correction = f"{FIRST_RECEIPT + timedelta(minutes=6):%Y-%m-%d %H:%M:%S+00}"
    assert at("2026-11-02", before_the_move) == [(OLD, "01"), (OLD, "01")]
    assert at("2026-11-02", before_the_correction) == [(NEW, "01"), (OLD, "01")]


def test_source_link_names_the_row_last_accepted(town: City) -> None:
    (person,) = rows(town, "SELECT person_id FROM population.resident WHERE id_number = ?", [LI])[0]
    links = rows(
        town,
        "SELECT source, source_key, role, file_name, row_no FROM population.source_link WHERE person_id = ?"
        " ORDER BY source, role",
        [person],
    )
    assert links == [
        ("ga_population", LI, "self", "ga_population_20261102.csv", 1),
        ("mz_marriages", "J1", "husband", "mz_marriages_20261101.csv", 1),
        ("rs_insured", "P1", "self", "rs_insured_20261101.csv", 1),
        ("wj_births", "X1", "father", "wj_births_20261101.jsonl", 1),
    ]


def test_masked_people_cannot_be_recognised(town: City) -> None:
    shown = repr(rows(town, "SELECT * FROM population.person_masked"))
    for told in (
        LI,
        WANG,
        ZHANG,
        LI[6:14],
        "李建国",
        "建国",
        "秀英",
        "和祥路",
        "人民东路",
        "13511112222",
        "1111",
    ):
        assert told not in shown
    masked = rows(
        town,
        "SELECT m.id_number, m.name, m.phone, m.registered_address, m.birth_year FROM population.person_masked m"
        " JOIN population.person p ON p.person_id = m.person_id WHERE p.id_number = ?",
        [LI],
    )
    assert masked == [(f"411102********{LI[-4:]}", "李**", "135****2222", "河南省漯河市召陵区****", 1955)]


@pytest.mark.parametrize("address", ["翟庄小区5号楼", "源汇区人民路5号", "和祥路1号市场街2号区", "某县"])
def test_an_address_without_its_city_is_masked_whole(address: str, new_duckdb: Callable[[], City]) -> None:
    place = new_duckdb()
    place.deliver("ga_population", 1, [resident("李建国", LI, 户籍地址=address)])
    ((shown,),) = rows(place, "SELECT registered_address FROM population.person_masked")
    assert shown == "****"


def test_codes_are_shown_with_their_labels(town: City) -> None:
    query = (
        "SELECT sex_label, ethnic_group_label, relation_to_head_label, marital_status_label, education_label,"
        " county_label FROM population.person_labelled WHERE id_number = ?"
    )
    assert rows(town, query, [WANG]) == [("女", "回族", "妻", "未婚", "初级中学教育", "源汇区")]


def test_members_of_a_household(town: City) -> None:
    members = rows(
        town,
        "SELECT p.name, m.relation_to_head, m.valid_from, m.valid_to FROM population.household_member m"
        " JOIN population.person p ON p.person_id = m.person_id WHERE m.household_no = '0001' ORDER BY p.name",
    )
    # Moving house within the household is one stretch of membership.
    assert [(name, relation, until) for name, relation, _, until in members] == [
        ("李建国", "02", OPEN),
        ("王秀英", "12", OPEN),
    ]


def test_relationships_follow_from_records_of_two(town: City) -> None:
    found = rows(
        town,
        "SELECT a.name, b.name, r.kind, r.role, r.valid_from FROM population.relationship r"
        " JOIN population.person a ON a.person_id = r.person_id"
        " JOIN population.person b ON b.person_id = r.related_person_id",
    )
    assert sorted(found) == sorted(
        [
            ("李建国", "王秀英", "spouse", "wife", date(2020, 5, 20)),
            ("王秀英", "李建国", "spouse", "husband", date(2020, 5, 20)),
            ("李明明", "王秀英", "parent", "mother", date(2026, 10, 7)),
            ("李明明", "李建国", "parent", "father", date(2026, 10, 7)),
            ("张小宝", "张建军", "guardian", "guardian", date(2026, 11, 1)),
        ]
    )


def test_life_events(town: City) -> None:
    found = rows(
        town,
        "SELECT e.event, e.event_date, p.name, q.name, e.certificate_no, e.place, e.authority"
        " FROM population.life_event e JOIN population.person p ON p.person_id = e.person_id"
        " LEFT JOIN population.person q ON q.person_id = e.related_person_id",
    )
    married = (date(2020, 5, 20), "J1", None, "源汇区民政局")
    assert sorted(found, key=repr) == sorted(
        [
            ("birth", date(2026, 10, 7), "李明明", "王秀英", "X1", "和祥妇幼保健院", None),
            ("marriage", married[0], "李建国", "王秀英", *married[1:]),
            ("marriage", married[0], "王秀英", "李建国", *married[1:]),
        ],
        key=repr,
    )


def test_residents_are_counted_by_age_on_the_day(town: City) -> None:
    counted = rows(
        town,
        "SELECT division_code, sex, age_group, residents FROM population.resident_count_at(DATE '2026-12-30')"
        " ORDER BY age_from, sex",
    )
    code = "411102002003"
    assert counted == [(code, "1", "15-19岁", 1), (code, "1", "70-74岁", 1), (code, "2", "70-74岁", 1)]
    assert rows(town, "SELECT sum(residents) FROM population.resident_count") == [(3,)]
    # Born on the last day of 2008: seventeen the day before the eighteenth birthday.
    assert rows(
        town, "SELECT age_from FROM population.resident_count_at(DATE '2028-12-30') WHERE age_from < 20"
    ) == [(15,)]
    assert rows(
        town, "SELECT count(*) FROM population.resident_count_at(DATE '2028-12-31') WHERE age_from = 20"
    ) == [(1,)]

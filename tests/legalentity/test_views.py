"""The views an analyst sees of organisations, on both stores."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from basedb.query import parse, reach
from basedb.store.native import QueryError, reading
from basedb.store.views import views_of
from legalentity import DOMAIN
from tests.legalentity.conftest import CLOSED
from tests.legalentity.registry import Offices, inner

VIEWS = [view.name for view in views_of(DOMAIN) if view.arguments is None]
FUNCTIONS = {
    "legalentity.organization_at": "DATE '2026-11-02'",
    "legalentity.organization_known_at": "DATE '2026-11-02', TIMESTAMPTZ '2026-11-02 12:00:00+08'",
}


@pytest.mark.parametrize("relation", [*VIEWS, *(f"{name}({given})" for name, given in FUNCTIONS.items())])
def test_both_stores_answer_the_same(
    loaded_duckdb: Offices, loaded_postgresql: Offices, relation: str
) -> None:
    assert _answer(loaded_duckdb, relation) == _answer(loaded_postgresql, relation)


def _answer(place: Offices, relation: str) -> tuple[list[str], list[str]]:
    with reading(place.store) as reader:
        answer = reader.ask(f"SELECT * FROM {relation}")
        columns = [name for name in answer.columns if name != "published_at"]
        records = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    return columns, sorted(repr([_comparable(record[name]) for name in columns]) for record in records)


def _comparable(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return round(value, 6) if isinstance(value, float) else value


def test_every_function_is_called_the_same_way(town: Offices) -> None:
    assert {view.name for view in views_of(DOMAIN) if view.arguments is not None} == {
        *FUNCTIONS,
        "legalentity.ownership_tree_of",
    }
    for name, arguments in FUNCTIONS.items():
        assert town.query(f"SELECT * FROM {name}({arguments})")


def test_what_it_was_called_when(town: Offices) -> None:
    one = town.one("漯河市金源商贸有限公司")
    at = "SELECT name, legal_representative FROM legalentity.organization_at(DATE '{}') WHERE organization_id = {}"
    assert town.query(at.format("2026-11-01", one)) == [("漯河市宏发商贸有限公司", "李建国")]
    assert town.query(at.format("2026-11-02", one)) == [("漯河市金源商贸有限公司", "王秀英")]
    known = (
        "SELECT name FROM legalentity.organization_known_at(DATE '2026-11-02', TIMESTAMPTZ '2026-11-02 12:00:00+08')"
        f" WHERE organization_id = {one}"
    )
    assert town.query(known) == [("漯河市宏发商贸有限公司",)]


def test_names_and_identifiers_with_their_kinds(town: Offices) -> None:
    one = town.one("漯河市金源商贸有限公司")
    names = town.query(
        "SELECT DISTINCT name, kind FROM legalentity.name WHERE organization_id = ? ORDER BY name", one
    )
    assert ("漯河市金源商贸有限公司", "current") in names
    assert ("漯河市宏发商贸有限公司", "former") in names
    kinds = town.query(
        "SELECT DISTINCT kind FROM legalentity.identifier WHERE organization_id = ? AND is_valid ORDER BY kind",
        one,
    )
    assert kinds == [("credit_code",), ("org_code",), ("taxpayer_number",)]


def test_a_branch_knows_its_parent(town: Offices) -> None:
    found = town.query("SELECT name, parent_name, grade FROM legalentity.branch")
    assert all(name.endswith("分公司") for name, _, _ in found)
    # Its parent took another name: the branch carries the one it was founded under, in the statisticians' list.
    assert {(parent, grade) for _, parent, grade in found} == {("漯河市金源商贸有限公司", "matched")}
    beside = "SELECT name FROM legalentity.organization_current WHERE parent_id = ?"
    assert town.query(beside, town.one("漯河市金源商贸有限公司")) == [(name,) for name, _, _ in found]


def test_status_events_and_counts_by_month(town: Offices) -> None:
    events = town.query(
        "SELECT e.event, e.event_date, e.basis FROM legalentity.status_event e"
        " JOIN legalentity.organization o ON o.organization_id = e.organization_id"
        " WHERE o.org_code = ? AND e.source = 'scjg_enterprises' ORDER BY e.event",
        inner(CLOSED),
    )
    assert events == [
        ("cancelled", date(2026, 10, 20), "valid_from"), ("established", date(2015, 3, 12), "stated"),
    ]  # fmt: skip
    (deaths,) = town.query(
        "SELECT month, county, industry_section, deaths FROM legalentity.birth_death_count WHERE deaths > 0"
    )
    assert deaths == (date(2026, 10, 1), "411122", "C", 1)


def test_masked_rows_name_nobody(town: Offices) -> None:
    text = repr(town.query("SELECT * FROM legalentity.organization_masked"))
    assert "王秀英" not in text
    assert "小李面馆" not in text
    assert "王**" in text


def test_views_with_people_are_read_on_record(town: Offices) -> None:
    marked = {
        (view, column)
        for view, column in town.query(
            "SELECT table_name, column_name FROM basedb.column_label WHERE table_schema = 'legalentity' AND personal"
        )
    }
    assert {
        ("role", "person_name"), ("role", "person_number"), ("role", "person_id"), ("reconciliation", "value"),
        ("person_organization", "person_id"), ("organization", "legal_representative"),
    } <= marked  # fmt: skip
    assert not {column for view, column in marked if view == "organization_masked"}


def test_revenue_is_for_statistics_only(town: Offices) -> None:
    assert town.value("SELECT count(*) FROM legalentity.organization_mention WHERE revenue = 987654") == 5
    assert "987654" not in repr(town.query("SELECT raw FROM legalentity.source_record"))
    for view in VIEWS:
        assert "987654" not in repr(town.query(f"SELECT * FROM {view}")), view
    with reading(town.store) as reader:
        query = parse("SELECT * FROM legalentity.organization_mention", {"legalentity": DOMAIN})
        with pytest.raises(QueryError, match="仅供统计"):
            reach(reader, query, {"legalentity": DOMAIN})

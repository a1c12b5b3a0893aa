"""Which people are compared at all: the halves of a number."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from basedb.linkage.blocking import block_keys, candidate_pairs
from population.matching import PERSON

NUMBER = "411102198503070013"
RULES = tuple(rule for rule in PERSON.blocking if rule.name == "name_number")


@pytest.fixture
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def _pairs(engine: duckdb.DuckDBPyConnection, records: list[tuple[str, str | None]]) -> list[tuple[int, int]]:
    """The pairs that come of namesakes with these (number, pattern)."""
    engine.execute(
        "CREATE OR REPLACE TABLE record (vertex BIGINT, name_pinyin TEXT, id_number TEXT, id_pattern TEXT)"
    )
    engine.executemany(
        "INSERT INTO record VALUES (?, 'wang fang', ?, ?)",
        [(place, number, pattern) for place, (number, pattern) in enumerate(records)],
    )
    block_keys(engine, PERSON, "record", "key", RULES)
    candidate_pairs(engine, "key", None, "pair", rules=RULES)
    return engine.execute("SELECT a, b FROM pair ORDER BY a, b").fetchall()


@pytest.mark.parametrize("place", range(18))
def test_one_wrong_digit_leaves_a_half_to_meet_by(engine: duckdb.DuckDBPyConnection, place: int) -> None:
    wrong = NUMBER[:place] + str((int(NUMBER[place]) + 1) % 10) + NUMBER[place + 1 :]
    assert _pairs(engine, [(NUMBER, None), (wrong, None)]) == [(0, 1)]


def test_namesakes_of_one_county_and_decade_do_not_meet(engine: duckdb.DuckDBPyConnection) -> None:
    assert _pairs(engine, [(NUMBER, None), ("411102198711232214", None)]) == []


def test_a_number_cut_by_a_spreadsheet_meets_by_what_is_left(engine: duckdb.DuckDBPyConnection) -> None:
    cut, lost = ("411102198503070000", "411102198503070***"), ("4.11102E+17", "411102************")
    assert _pairs(engine, [(NUMBER, None), cut]) == [(0, 1)]
    assert _pairs(engine, [lost, lost]) == []


def test_a_passport_has_no_halves(engine: duckdb.DuckDBPyConnection) -> None:
    assert _pairs(engine, [("E12345678", None), ("G87654321", None)]) == []

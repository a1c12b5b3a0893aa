"""One table of cases, and text nobody thought of, through both engines."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import pandas as pd
import pytest

from basedb.linkage.comparisons import (
    NumberColumns,
    address,
    address_columns,
    birth_date,
    citizen_id,
    exact,
    organization_code,
    organization_name,
    person_name,
    phone,
    representative,
    sex,
    strings,
)
from basedb.linkage.model import Comparison
from tests.linkage.conformance import cases, records
from tests.linkage.conformance.engines import DuckDB, Engine, Spark, expressions, levels, verdicts


@dataclass(frozen=True)
class Subject:
    """A comparison, its cases, and how values become the columns it reads."""

    comparison: Comparison
    cases: list[cases.Case]
    read: Callable[[list[Any]], pd.DataFrame]
    columns: dict[str, str]


SUBJECTS = {
    "name": Subject(person_name(), cases.NAMES, records.names_of, {}),
    "id_number": Subject(
        citizen_id(NumberColumns(anothers="is_anothers")), cases.CITIZEN_IDS, records.citizen_ids_of, {}
    ),
    "birth_date": Subject(birth_date(), cases.DATES, records.dates_of, {}),
    "address": Subject(
        address(("registered", "current")),
        cases.ADDRESSES,
        records.addresses_of,
        {
            **address_columns("registered_address_key", "registered"),
            **address_columns("current_address_key", "current"),
        },
    ),
    "phone": Subject(phone(), cases.PHONES, records.phones_of, {}),
    "organization": Subject(organization_name(), cases.ORGANIZATIONS, records.organizations_of, {}),
    "organization_code": Subject(
        organization_code(), cases.ORGANIZATION_CODES, records.organization_codes_of, {}
    ),
    "representative": Subject(representative(), cases.REPRESENTATIVES, records.representatives_of, {}),
    "sex": Subject(sex(), cases.SEXES, records.sexes_of, {}),
    "exact": Subject(exact("value", "值", 0.9, 0.1), cases.EXACT, records.texts_of, {}),
}
DUCKDB = DuckDB()


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return DUCKDB if request.param == "duckdb" else request.getfixturevalue("spark")


Levels = dict[tuple[Any, Any], str]


@cache
def all_levels(engine: Engine, name: str) -> Levels:
    """The level of every value of the table with every other one, pairs nobody thought of included."""
    subject = SUBJECTS[name]
    values = list(dict.fromkeys(value for case in subject.cases for value in case[:2]))
    pairs = list(product(values, repeat=2))
    table = subject.read(values).reset_index(drop=True)
    if subject.columns:
        table = expressions(engine, subject.columns, table)
    left, right = (table.take([values.index(pair[side]) for pair in pairs]) for side in (0, 1))
    return dict(zip(pairs, levels(engine, subject.comparison, left, right), strict=True))


@pytest.mark.parametrize("name", SUBJECTS)
def test_cases(engine: Engine, name: str) -> None:
    found = all_levels(engine, name)
    told = [(left, right, found[left, right]) for left, right, _ in SUBJECTS[name].cases]
    assert told == SUBJECTS[name].cases


@pytest.mark.parametrize("name", SUBJECTS)
def test_either_record_may_come_first(engine: Engine, name: str) -> None:
    found = all_levels(engine, name)
    assert {pair: level for pair, level in found.items() if found[pair[1], pair[0]] != level} == {}


@pytest.mark.parametrize("name", SUBJECTS)
def test_both_engines_compare_alike(spark: Spark, name: str) -> None:
    assert all_levels(DUCKDB, name) == all_levels(spark, name)


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_level_has_a_case(name: str) -> None:
    subject = SUBJECTS[name]
    assert {level.name for level in subject.comparison.levels} == {case[2] for case in subject.cases}


@pytest.mark.parametrize("name", SUBJECTS)
def test_probabilities_are_probabilities(name: str) -> None:
    said = [level for level in SUBJECTS[name].comparison.levels if not level.missing]
    for probabilities in ([level.m for level in said], [level.u for level in said]):
        assert all(value is not None and 0 < value < 1 for value in probabilities)
        assert sum(value or 0 for value in probabilities) == pytest.approx(1, abs=1e-6)


ALPHABET = "王张伟明a Z?*··é\u0301𠮷𠮶𝒳0179X-\u200b"


def texts(seed: int, count: int) -> tuple[list[str | None], list[str | None]]:
    """Random text over few characters, many of them beyond the BMP, in pairs that often are near."""
    rng = random.Random(seed)
    left: list[str | None] = []
    right: list[str | None] = []
    for _ in range(count):
        one = [rng.choice(ALPHABET) for _ in range(rng.randrange(7))]
        other = list(one)
        for _ in range(rng.randrange(3)):
            place = rng.randrange(len(other) + 1)
            other[place : place + rng.randrange(3)] = rng.sample(ALPHABET, rng.randrange(3))
        rng.shuffle(other) if rng.random() < 0.1 else None
        left.append("".join(one) if rng.random() < 0.97 else None)
        right.append("".join(other) if rng.random() < 0.97 else None)
    return left, right


CONDITIONS = (
    strings.one_substitution("l.value", "r.value"),
    strings.one_indel("l.value", "r.value"),
    strings.one_slip("l.value", "r.value"),
    strings.one_slip("l.value", "r.value", within=3),
    strings.one_edit("l.value", "r.value"),
    strings.rearranged("l.value", "r.value"),
    strings.same_but_for_wildcards("l.value", "r.value", "?", 2),
)


def test_both_engines_judge_any_text_alike(spark: Spark) -> None:
    left, right = (records.texts_of(side) for side in texts(20261101, 3000))
    assert verdicts(DUCKDB, CONDITIONS, left, right) == verdicts(spark, CONDITIONS, left, right)

"""The population contracts, read with the files the departments send."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from etl.contract import load_contracts
from etl.readers import read

CONTRACTS = load_contracts(Path(__file__).parents[3] / "population" / "sources")
DEPARTMENTS = Path(__file__).parents[2] / "fixtures" / "departments"


@pytest.mark.parametrize(
    ("source", "roles", "mode", "file_name", "rows"),
    [
        ("ga_population", ("self",), "snapshot", "ga_population_20261101.csv", 12),
        ("rs_insured", ("self",), "snapshot", "rs_insured_20261101.csv", 8),
        ("rs_insured", ("self",), "snapshot", "rs_insured_20261102.xlsx", 8),
        ("wj_births", ("self", "mother", "father"), "delta", "wj_births_20261101.jsonl", 3),
        ("wj_deaths", ("self",), "delta", "wj_deaths_20261101.xml", 3),
        ("mz_marriages", ("husband", "wife"), "delta", "mz_marriages_20261101.csv", 2),
        ("jy_students", ("self", "guardian"), "snapshot", "jy_students_20261101.dbf", 2),
    ],
)
def test_contract_reads_its_extract(
    source: str, roles: tuple[str, ...], mode: str, file_name: str, rows: int
) -> None:
    contract = CONTRACTS[source]
    assert (set(contract.roles), contract.delivery.mode, contract.domain) == (set(roles), mode, "population")
    day = int(file_name.split("_2026")[1][2:4])
    assert contract.match(f"{source}/20261105/{file_name}") == date(2026, 11, day)
    result = read(DEPARTMENTS / file_name, contract, CONTRACTS.values())
    assert result.table.num_rows == rows
    assert result.table.column_names == ["row_no", *contract.read_columns]
    assert not result.rejected
    assert all(all(reason) for reason in contract.ignore.items())


def test_each_file_belongs_to_one_contract() -> None:
    for path in DEPARTMENTS.iterdir():
        assert sum(contract.matches(path.name) for contract in CONTRACTS.values()) <= 1

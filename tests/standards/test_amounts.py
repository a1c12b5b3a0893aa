"""Amounts and counts as departments write them."""

from __future__ import annotations

import pandas as pd
import pytest

from basedb.standards import amounts
from tests.standards.columns import codes_of, column, one


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("200.000000", 200.0), ("1,200.50", 1200.5), ("１００", 100.0), ("人民币50", 50.0), ("¥ 8", 8.0),
        (".5", 0.5), ("0", 0.0), ("", None), (None, None), ("约一百", None), ("1,20", None), ("12-3", None),
    ],
)  # fmt: skip
def test_amounts(value: str | None, expected: float | None) -> None:
    found = amounts.amount(column([value]), unit="万元").columns["amount"].iloc[0]
    assert (None if pd.isna(found) else float(found)) == expected


def test_a_unit_in_the_cell_outranks_that_of_the_column() -> None:
    found = amounts.amount(column(["2000000元", "200万元", "0.5亿元"]), unit="万元")
    assert found.columns["amount"].tolist() == [200.0, 200.0, 5000.0]
    assert found.findings["code"].tolist() == ["amount.unit_converted", "amount.unit_converted"]
    assert found.findings["suggestion"].tolist() == ["200", "5000"]


def test_what_is_no_amount_is_told() -> None:
    assert codes_of(amounts.amount, "不详") == ["amount.not_a_number"]
    assert codes_of(amounts.amount, "-5") == ["amount.negative"]
    assert one(amounts.amount, "-5")["amount"] == -5.0


@pytest.mark.parametrize(
    ("value", "expected", "codes"),
    [
        ("12", 12, []), ("约50人", 50, []), ("1,200", 1200, []), ("12.0", 12, []), ("12.5", None, ["amount.not_a_number"]),
        ("-3", None, ["amount.negative"]), ("", None, []),
    ],
)  # fmt: skip
def test_counts(value: str, expected: int | None, codes: list[str]) -> None:
    found = one(amounts.count, value)["count"]
    assert (None if pd.isna(found) else int(found)) == expected
    assert codes_of(amounts.count, value) == codes

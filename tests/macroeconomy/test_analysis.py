"""Growth, benchmarking and cycles: identities, and published definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macroeconomy.analysis import growth
from macroeconomy.analysis.benchmarking import chow_lin, denton
from macroeconomy.analysis.cycle import composite, cycle_table, diffusion, roles
from macroeconomy.analysis.measures import (
    at_constant_prices,
    by_quarter,
    measures,
    parts_of_growth,
    price_level,
)
from macroeconomy.indicators import indicators

MONTHS = pd.period_range("2024-01", periods=24, freq="M")
positive = st.lists(st.floats(1, 1000), min_size=24, max_size=24)


def test_totals_start_anew_with_the_year() -> None:
    totals = growth.cumulate(pd.Series(1.0, MONTHS))
    assert totals.tolist() == [*range(1, 13), *range(1, 13)]


def test_growth_by_hand() -> None:
    series = pd.Series([100.0, 110, 121, 133.1])
    assert growth.period_on_period(series).iloc[1:].tolist() == pytest.approx([10, 10, 10])
    assert growth.year_on_year(series, 2).iloc[2] == pytest.approx(21)
    assert growth.chain(pd.Series([10.0, 10.0])).tolist() == pytest.approx([110, 121])
    assert growth.real_growth(pd.Series([10.0]), pd.Series([2.0])).iloc[0] == pytest.approx(7.843, abs=1e-3)
    assert growth.deflate(pd.Series([110.0]), pd.Series([110.0])).iloc[0] == pytest.approx(100)


@given(positive)
def test_contributions_add_up_to_growth(values: list[float]) -> None:
    parts = pd.DataFrame({"a": values[:12], "b": values[12:]})
    total = growth.year_on_year(parts.sum(axis=1), 4)
    added = growth.contributions(parts, 4).sum(axis=1, skipna=False)
    assert added.iloc[4:].to_numpy() == pytest.approx(total.iloc[4:].to_numpy(), rel=1e-6, abs=1e-9)


def test_rebasing_sets_the_base_to_100() -> None:
    index = pd.Series(np.linspace(90, 130, 24), MONTHS)
    assert growth.rebase(index, "2024").loc["2024"].mean() == pytest.approx(100)


@settings(max_examples=20)
@given(
    st.lists(st.floats(1, 100), min_size=16, max_size=16),
    st.lists(st.floats(10, 500), min_size=4, max_size=4),
)
def test_denton_meets_the_totals(indicator: list[float], totals: list[float]) -> None:
    found = denton(np.array(indicator), np.array(totals), 4)
    assert found.reshape(4, 4).sum(axis=1) == pytest.approx(np.array(totals), rel=1e-6)


def test_denton_keeps_the_indicators_movement() -> None:
    indicator = 10 + np.sin(np.arange(16.0))
    assert denton(indicator, 3 * indicator.reshape(4, 4).sum(axis=1), 4) == pytest.approx(
        3 * indicator, rel=1e-8
    )


def test_denton_as_in_the_imf_manual() -> None:
    """Bloem, Dippelsman & Maehle (2001), Quarterly National Accounts Manual, example 6.2."""
    indicator = np.array([98.2, 100.8, 102.2, 100.8, 99.0, 101.6, 102.7, 101.5, 100.5, 103.0, 103.5, 101.5])
    found = denton(indicator, np.array([4000.0, 4161.4]), 4)
    published = [969.8, 998.4, 1018.3, 1013.4, 1007.2, 1042.9, 1060.3, 1051.0, 1040.6, 1066.5, 1071.7, 1051.0]
    assert found == pytest.approx(published, abs=0.1)


def test_chow_lin_finds_the_relation_and_the_totals() -> None:
    regressor = 50 + np.cumsum(np.random.default_rng(3).normal(0, 1, 44))
    truth = 5 + 2 * regressor
    found = chow_lin(regressor, truth[:40].reshape(10, 4).sum(axis=1), 4)
    assert found.coefficients[1] == pytest.approx(2, abs=1e-6)
    assert found.values == pytest.approx(truth, abs=1e-4)


def test_too_few_values_for_the_totals() -> None:
    with pytest.raises(ValueError, match="need 8 values"):
        denton(np.ones(6), np.ones(2), 4)


def test_diffusion_counts_what_rose() -> None:
    parts = pd.DataFrame({"a": [1.0, 2, 3], "b": [1.0, 1, 0], "c": [1.0, 2, np.nan], "d": [2.0, 1, 1]})
    assert diffusion(parts).iloc[1] == pytest.approx(100 * 2.5 / 4)
    assert diffusion(parts).iloc[2] == pytest.approx(100 * 1.5 / 3)


def test_a_composite_of_equals_moves_as_they_do() -> None:
    one = pd.Series(100 * 1.01 ** np.arange(24) * (1 + 0.01 * np.sin(np.arange(24))), MONTHS)
    found = composite(pd.DataFrame({"a": one, "b": 5 * one}))
    assert found.to_numpy() == pytest.approx((100 * one / one.iloc[0]).to_numpy(), rel=1e-9)


@given(positive)
def test_chained_growth_over_a_year_gives_the_index_back(values: list[float]) -> None:
    index = pd.Series(values, MONTHS)
    rates = growth.year_on_year(index, 12).iloc[12:]
    assert growth.chain(rates, 12, start=1).to_numpy() == pytest.approx(
        (index.iloc[12:].to_numpy() / index.iloc[:12].to_numpy()), rel=1e-9
    )


def test_constant_prices_grow_as_prices_do_not() -> None:
    """Values that double while prices rise by a quarter: sixty per cent more."""
    years = pd.period_range("2022-01", periods=36, freq="M")
    values = pd.Series(np.repeat([100.0, 100.0, 200.0], 12), years)
    prices = pd.Series(np.repeat([0.0, 25.0], 12), years[12:])
    found = at_constant_prices(measures(values, 12, True), prices, "2023", 12)
    assert found["real_growth"].iloc[-1] == pytest.approx(60)
    assert found["real"].iloc[-1] == pytest.approx(160)
    assert found["total_growth"].iloc[-1] == pytest.approx(100)
    assert found["real"].iloc[12:24].tolist() == pytest.approx([100.0] * 12)


def test_a_base_year_must_be_known_whole() -> None:
    rates = pd.Series(2.0, MONTHS)
    assert price_level(rates, 12, "2024").loc["2024"].mean() == pytest.approx(100)
    with pytest.raises(ValueError, match="2019"):
        price_level(rates, 12, "2019")
    rates.iloc[3] = np.nan
    with pytest.raises(ValueError, match="2024"):
        price_level(rates, 12, "2024")


def test_quarters_of_prices_are_whole() -> None:
    found = by_quarter(pd.Series(range(24), MONTHS, dtype=float).iloc[1:-1])
    assert [str(quarter) for quarter in found.index] == [
        "2024Q2", "2024Q3", "2024Q4", "2025Q1", "2025Q2", "2025Q3",
    ]  # fmt: skip
    assert found.iloc[0] == 4


@given(positive, st.floats(1, 500))
def test_parts_and_the_rest_make_the_growth(values: list[float], left: float) -> None:
    quarters = pd.period_range("2024Q1", periods=12, freq="Q")
    parts = pd.DataFrame({"a": values[:12], "b": values[12:]}, quarters)
    whole = parts.sum(axis=1) + left
    found = parts_of_growth(whole, parts, 4)
    assert found["points"].sum() == pytest.approx(growth.year_on_year(whole, 4).iloc[-1], rel=1e-6, abs=1e-6)
    assert found["share"].sum() == pytest.approx(100)
    assert found.index.name == quarters[-1]


def test_every_role_of_the_cycle_is_of_an_indicator() -> None:
    assert set(roles()) <= set(indicators())
    steady = pd.DataFrame({name: 100 * 1.01 ** np.arange(24) for name in roles() if name != "CPI"}, MONTHS)
    found = cycle_table(steady, (), 6)
    assert list(found) == ["leading", "coincident", "rising", "lagging"]
    assert found["rising"].iloc[-1] == 100
    assert found["coincident"].iloc[-1] / found["coincident"].iloc[0] == pytest.approx(1.01**23)
    assert found.loc["2025", "leading"].mean() == pytest.approx(100)

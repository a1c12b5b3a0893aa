"""Growth, benchmarking and cycles: identities, and published definitions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from macroeconomy.analysis import growth
from macroeconomy.analysis.benchmarking import chow_lin, denton
from macroeconomy.analysis.cycle import composite, diffusion

MONTHS = pd.period_range("2024-01", periods=24, freq="M")
positive = st.lists(st.floats(1, 1000), min_size=24, max_size=24)


@given(positive)
def test_cumulating_and_back(values: list[float]) -> None:
    series = pd.Series(values, MONTHS)
    assert growth.decumulate(growth.cumulate(series)).to_numpy() == pytest.approx(np.array(values), abs=1e-6)


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

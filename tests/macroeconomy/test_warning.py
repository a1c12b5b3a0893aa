"""Warning lights: colours by limits known then, and their record."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from basedb.cli.main import main
from macroeconomy.indicators import indicators
from macroeconomy.periods import period_at
from macroeconomy.warning.lights import COLOURS, light, together
from macroeconomy.warning.limits import InvalidLimits, Rule, read_rules
from macroeconomy.warning.realtime import lights_then
from macroeconomy.warning.record import COLD, HOT, judge
from tests.macroeconomy.conftest import found
from tests.macroeconomy.office import Office, budget

LIMITS = (1.0, 2.0, 5.0, 6.0)
QUANTILES = Rule("BUDGET", "ytd_yoy", False, (0.1, 0.25, 0.75, 0.9), "as usual")
FIRST = 2016 * 12 + 1


def test_colours_between_limits_and_the_milder_one_on_them() -> None:
    found = [light(value, LIMITS).name for value in (0.9, 1.0, 1.9, 2.0, 5.0, 5.1, 6.0, 6.1)]
    assert found == ["blue", "light_blue", "light_blue", "green", "green", "yellow", "yellow", "red"]


def test_the_score_of_all_lights() -> None:
    assert together([COLOURS[2]] * 3)[1].name == "green"
    assert together([COLOURS[4]] * 3) == (100.0, COLOURS[4])
    assert together([COLOURS[0], COLOURS[1]])[1].name == "blue"
    with pytest.raises(ValueError, match="no lights"):
        together([])


def test_every_shipped_limit_has_a_reason_and_an_indicator() -> None:
    rules = read_rules()
    assert len({rule.indicator for rule in rules}) == len(rules) > 8
    assert all(rule.indicator in indicators() and len(rule.reason) > 10 for rule in rules)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("NONE,ytd_yoy,fixed,1,2,3,4,why", "NONE"),
        ("GDP,ytd_yoy,fixed,1,2,x,4,why", "四个数"),
        ("GDP,ytd_yoy,fixed,1,3,2,4,why", "由低到高"),
        ("GDP,ytd_yoy,quantile,0.1,0.2,3,4,why", "分位数"),
        ("GDP,ytd_yoy,guess,1,2,3,4,why", "fixed"),
        ("GDP,ytd_yoy,fixed,1,2,3,4,", "reason"),
    ],
)
def test_limits_that_cannot_be_used_name_the_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "limits.csv"
    path.write_text(f"indicator,basis,rule,too_cold,cold,hot,too_hot,reason\n{line}\n", "utf-8")
    with pytest.raises(InvalidLimits, match=told) as refused:
        read_rules(path)
    assert "limits.csv 第 2 行" in str(refused.value)


def releases(values: list[float]) -> pd.DataFrame:
    """Each figure out ten days after its month."""
    numbers = range(FIRST, FIRST + len(values))
    days = [period_at("M", number).end + timedelta(days=10) for number in numbers]
    return pd.DataFrame({"number": numbers, "released_at": days, "value": values})


@settings(max_examples=12)
@given(st.lists(st.floats(-20, 40), min_size=34, max_size=44), st.integers(1, 6), st.floats(-100, 100))
def test_a_light_knows_nothing_of_what_comes_later(values: list[float], cut: int, other: float) -> None:
    whole = lights_then(releases(values), QUANTILES, "M")
    then = lights_then(releases([*values[:-cut], *[other] * cut]), QUANTILES, "M")
    assert then["score"].iloc[:-cut].tolist() == whole["score"].iloc[:-cut].tolist()


def test_a_light_is_lit_by_the_release_of_its_day_and_not_by_the_revision() -> None:
    out = releases([float(3 + at % 3) for at in range(48)])
    late = pd.DataFrame({"number": [FIRST + 47], "released_at": [date(2020, 6, 1)], "value": [50.0]})
    plain = lights_then(out, QUANTILES, "M")
    assert lights_then(pd.concat([out, late]), QUANTILES, "M")["score"].tolist() == plain["score"].tolist()
    assert plain["timely"].all() and len(plain) == 48 - 29


def test_history_that_came_at_once_is_reconstructed_from_first_releases() -> None:
    values = [float(3 + at % 3) for at in range(48)]
    out = releases(values).assign(released_at=date(2020, 1, 10))
    final = out.assign(value=out["value"] + 9)
    found = lights_then(pd.concat([out, final]), QUANTILES, "M")
    assert found["timely"].tolist() == [False] * (len(found) - 2) + [True] * 2
    assert found["value"].iloc[:-2].tolist() == values[29:-2]


def test_leads_false_alarms_and_what_cannot_be_told_yet() -> None:
    index = pd.RangeIndex(100, 160)
    then, now = pd.Series(3, index), pd.Series(3, index)
    then.loc[110:115], now.loc[113:115] = 2, 1  # three periods before
    now.loc[120:121] = 1  # after an alarm that ended within the year
    then.loc[135:136] = 1  # nothing follows
    then.loc[157:158] = 2  # too recent
    record = judge(then, now, COLD, 12)
    assert (record.episodes, record.foreseen, record.leads) == (2, 2, (3, 10))
    assert (record.alarms, record.false_alarms, record.open) == (3, 1, 1)
    assert record.mean_lead == 6.5
    assert judge(then, now, HOT, 12).episodes == 0 and judge(then, now, HOT, 12).mean_lead is None


GROWTH = np.round(6 + 3 * np.sin(np.arange(10 * 12) / 9) + np.random.default_rng(2).normal(0, 0.3, 120), 1)


def growth(last: int, october: float = 0.0) -> bytes:
    """Totals of budget revenue from 2016 on that grew as published, until a month counted from 2017."""
    rates = GROWTH.copy()
    rates[117] = october or rates[117]
    totals = [10_000.0 * (month + 1) for month in range(12)]
    for rate in rates:
        totals.append(totals[-12] * (1 + rate / 100))
    item, rows = ("全市合计", "一般公共预算收入"), []
    for at, total in enumerate(totals[: last + 12]):
        own = total - (totals[at - 1] if at % 12 else 0.0)
        printed = "" if at < 12 else rates[at - 12]
        rows.append((2016 + at // 12, at % 12 + 1, *item, round(own), round(total), printed))
    return budget(rows)


@pytest.fixture(scope="module", params=["duckdb", "postgresql"])
def watched(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Growth of nine years delivered at once, then October as first released, then revised."""
    office = found(request.param, request, tmp_path_factory.mktemp("watched"))
    office.deliver("cz_finance", 1, "cz_budget.csv", growth(117))
    office.deliver("cz_finance", 10, "cz_budget.csv", growth(118, october=12.0))
    office.deliver("cz_finance", 20, "cz_budget.csv", growth(118, october=1.0))
    yield office


def ask(office: Office, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", office.store.url, "macro", "warn", *words])


def answer(office: Office, *words: str) -> dict[str, Any]:
    result = ask(office, *words, "--json")
    assert result.exit_code == 0, result.output
    loaded: dict[str, Any] = json.loads(result.output)
    return loaded


def test_the_light_of_a_day(watched: Office) -> None:
    (before,) = answer(watched, "--as-of", "2026-11-05")["lights"]
    (then,) = answer(watched, "--as-of", "2026-11-12")["lights"]
    (now,) = answer(watched)["lights"]
    assert (before["period"], then["period"], now["period"]) == ("2026-09", "2026-10", "2026-10")
    assert (then["value"], then["light"]) == (12, "red")
    assert (now["value"], now["light"]) == (1, "blue") and now["previous"] == then["previous"]
    assert before["next"]["period"] == "2026-10" and 0 <= before["next"]["too_low"] <= 1
    known = GROWTH[117 - 96 : 117]
    assert then["limits"] == pytest.approx(np.quantile(known, [0.1, 0.25, 0.75, 0.9]))
    assert "GDP" in answer(watched)["without"] and "蓝 过冷" in ask(watched).output


def test_limits_of_ones_own(watched: Office, tmp_path: Path) -> None:
    path = tmp_path / "limits.csv"
    head = "indicator,basis,rule,too_cold,cold,hot,too_hot,reason\n"
    path.write_text(f"{head}BUDGET,ytd_yoy,fixed,0,2,50,60,预算目标\n", "utf-8")
    (found,) = answer(watched, "--limits", str(path))["lights"]
    assert (found["light"], found["reason"]) == ("light_blue", "预算目标")
    path.write_text(f"{head}BUDGET,ytd_yoy,fixed,0,2,50,,预算目标\n", "utf-8")
    assert ask(watched, "--limits", str(path)).exit_code == 2


def test_the_record_says_what_was_known_and_what_was_reconstructed(watched: Office) -> None:
    records = answer(watched, "--record")["records"]
    assert [record["side"] for record in records] == ["cold", "hot"]
    for record in records:
        assert record["foreseen"] <= record["episodes"] and len(record["leads"]) == record["foreseen"]
        assert record["real_time"] == 2 and record["reconstructed"] == 118 - 29 - 2
        assert record["false_alarms"] + record["open"] <= record["alarms"]
    # A slow wave is seen on its way down and up.
    assert all(record["episodes"] >= 2 and record["foreseen"] >= 2 for record in records)


def test_no_lights_without_figures(watched: Office) -> None:
    assert ask(watched, "--division", "411102").exit_code == 2
    assert ask(watched, "--as-of", "2020-01-01").exit_code == 2

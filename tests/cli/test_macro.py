"""`basedb macro`: figures asked for by code or name."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
import sdmx
from click.testing import CliRunner, Result

from basedb.cli.main import main
from basedb.store import open_store
from basedb.store.migrate import initialise
from etl.after_night import after_night
from etl.contract.model import ReaderSpec
from macroeconomy import DOMAIN
from macroeconomy.exchange.observations import DIMENSIONS
from macroeconomy.sdmx_codes import unit_codes
from tests.macroeconomy.office import CITY, CONTRACTS, Office, budget, bulletin, power


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("macro")
    url = f"duckdb:///{folder / 'city.duckdb'}"
    initialise(open_store(url), [DOMAIN])
    office = Office(open_store(url), folder)
    office.deliver("tj_stats", 1, "tj_monthly_202609.xlsx", bulletin("2026年9月"))
    row = (2026, 9, "全市合计", "一般公共预算收入")
    office.deliver("cz_finance", 2, "cz_budget.csv", budget([(*row, 800, "7,120", 4.6)]))
    office.deliver("cz_finance", 4, "cz_budget.csv", budget([(*row, 800, "7,200", 4.6)]))
    return url


def ask(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", url, "macro", *words])


def document(url: str, *words: str) -> dict[str, list[dict[str, object]]]:
    found = ask(url, *words, "--json")
    assert found.exit_code == 0, found.output
    loaded: dict[str, list[dict[str, object]]] = json.loads(found.output)
    return loaded


def test_show_by_code_name_and_alias(url: str) -> None:
    for word in ("RETAIL", "社会消费品零售总额", "社零总额"):
        (row,) = document(url, "show", word)["rows"]
        assert (row["period"], row["value"], row["unit"]) == ("2026-09", 4.541, "亿元")
    assert "4.541" in ask(url, "show", "RETAIL").output


def test_show_as_of_a_day(url: str) -> None:
    (now,) = document(url, "show", "BUDGET")["rows"]
    (then,) = document(url, "show", "BUDGET", "--as-of", "2026-11-03")["rows"]
    assert (now["value"], now["status"], then["value"]) == (7200.0, "revised", 7120.0)


def test_show_on_todays_boundaries_says_by_which_rule(url: str) -> None:
    (row,) = document(url, "show", "BUDGET", "--boundaries", "today")["rows"]
    assert (row["normal_value"], row["rule"], row["members"]) == (7200.0, "published", CITY)
    assert "原公布" in ask(url, "show", "BUDGET", "--boundaries", "today").output
    (then,) = document(url, "show", "BUDGET", "--boundaries", "today", "--as-of", "2026-11-03")["rows"]
    assert (then["normal_value"], then["rule"]) == (7120.0, "published")


def test_compare_lists_every_print(url: str) -> None:
    rows = document(url, "compare", "BUDGET", "--basis", "ytd", "--period", "2026-09")["rows"]
    assert [row["normal_value"] for row in rows] == [7200.0, 7120.0, 7120.0, 7120.0]
    assert rows[0]["standing"] == "current" and {row["source"] for row in rows} == {"cz_finance", "tj_stats"}


def test_revisions_are_told_in_order(url: str) -> None:
    rows = document(url, "revisions", "BUDGET")["rows"]
    assert [(row["vintage"], row["normal_value"]) for row in rows] == [(1, 7120.0), (2, 7200.0)]
    assert document(url, "revisions", "RETAIL")["rows"] == []
    (never,) = document(url, "revisions", "RETAIL", "--period", "2026-09")["rows"]
    assert (never["vintage"], never["total_revision"]) == (1, 0)


def test_unknown_indicators_are_refused_with_those_known(url: str) -> None:
    found = ask(url, "show", "不存在")
    assert found.exit_code == 2 and "RETAIL" in found.output


def test_forecasts_continue_the_series(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'city.duckdb'}"
    initialise(open_store(url), [DOMAIN])
    office = Office(open_store(url), tmp_path)
    months = [f"{year}-{month:02d}" for year in (2023, 2024, 2025) for month in range(1, 13)]
    office.deliver("dl_power", 1, "dl_power.json", power({m: 700.0 + 2 * at for at, m in enumerate(months)}))
    rows = document(url, "forecast", "POWER", "--horizon", "3")["rows"]
    assert [row["period"] for row in rows] == ["2026-01", "2026-02", "2026-03"]
    assert [row["value"] for row in rows] == pytest.approx([772, 774, 776], rel=0.005)
    assert all(row["low95"] <= row["low80"] <= row["value"] <= row["high80"] <= row["high95"] for row in rows)  # type: ignore[operator]
    assert ask(url, "forecast", "POWER_IND", "--division", "411102").exit_code == 2


_FIGURES = (
    "SELECT indicator, division, frequency, period, basis, price, value, unit"
    " FROM macroeconomy.observation_current ORDER BY ALL"
)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("figures.csv", "sdmx-csv"),
        ("f2.csv", "sdmx-csv-2"),
        ("figures.xml", "sdmx-ml"),
        ("figures.json", "sdmx-json"),
    ],
)
def test_an_export_comes_back_as_the_same_figures(url: str, tmp_path: Path, name: str, form: str) -> None:
    found = ask(url, "export", str(tmp_path / name), "--format", form)
    assert found.exit_code == 0, found.output
    shape = {
        "indicator": "INDICATOR", "division": "REF_AREA", "unit": "UNIT_MEASURE", "basis": "BASIS", "price": "PRICE",
        "codes": {"price": {"_Z": ""}},
    }  # fmt: skip
    contract = CONTRACTS["tj_stats"]
    structure = "MACRO" if form == "sdmx-ml" else "BASEDB:MACRO"
    options = {"table": "figures", "structure": structure, "dimensions": list(DIMENSIONS)}
    settings = {**contract.settings, "tables": {"figures": {"sdmx": shape}}}
    reader = ReaderSpec("sdmx", options)
    again = f"duckdb:///{tmp_path / 'again.duckdb'}"
    initialise(open_store(again), [DOMAIN])
    contracts = {"tj_stats": replace(contract, reader=reader, readers=(reader,), settings=settings)}
    office = Office(open_store(again), tmp_path, contracts)
    office.deliver("tj_stats", 1, f"gdp_sdmx{Path(name).suffix}", (tmp_path / name).read_bytes())
    with open_store(url).reading() as engine:
        assert office.query(_FIGURES) == engine.execute(_FIGURES).fetchall() != []


@pytest.mark.parametrize(
    ("name", "form"), [("f2.csv", "sdmx-csv-2"), ("figures.xml", "sdmx-ml"), ("figures.json", "sdmx-json")]
)
def test_the_sdmx_library_reads_the_same_observations(url: str, tmp_path: Path, name: str, form: str) -> None:
    structure = tmp_path / "structure.xml"
    found = ask(url, "export", str(tmp_path / name), "--format", form, "--structure", str(structure))
    assert found.exit_code == 0, found.output
    described = sdmx.read_sdmx(structure)
    flow = described.dataflow["MACRO"]
    assert [item.id for item in flow.structure.dimensions] == [*DIMENSIONS, "TIME_PERIOD"]
    codes = described.codelist["CL_INDICATOR"]
    assert str(codes["RETAIL"].name.localized_default("zh")) == "社会消费品零售总额"
    message = (
        sdmx.read_sdmx(tmp_path / name, structure=flow)
        if form == "sdmx-csv-2"
        else sdmx.read_sdmx(tmp_path / name)
    )
    read = set()
    for item in message.data[0].obs:
        whole = {key: str(value.value) for key, value in (item.series_key or item.key).values.items()}
        whole |= {key: str(value.value) for key, value in item.key.values.items()}
        read.add((*(whole[part] for part in DIMENSIONS), whole["TIME_PERIOD"], float(item.value)))
    with open_store(url).reading() as engine:
        rows = engine.execute(
            "SELECT frequency, division, indicator, basis, coalesce(nullif(price, ''), '_Z'), unit, period, value"
            " FROM macroeconomy.observation_current"
        ).fetchall()
    assert read == {(*row[:5], unit_codes(row[5])[0], *row[6:]) for row in rows}


def test_a_bulletin_comes_back_as_the_same_figures(url: str, tmp_path: Path) -> None:
    path = tmp_path / "tj_monthly_202609.xlsx"
    found = ask(url, "bulletin", "2026-09", str(path))
    assert found.exit_code == 0, found.output
    again = f"duckdb:///{tmp_path / 'again.duckdb'}"
    initialise(open_store(again), [DOMAIN])
    office = Office(open_store(again), tmp_path)
    account = office.deliver("tj_stats", 1, path.name, path.read_bytes())
    assert account.status == "loaded" and account.findings == {}
    query = _FIGURES.replace("value, unit", "round(normal_value, 6)")
    with open_store(url).reading() as engine:
        assert office.query(query) == engine.execute(query).fetchall() != []
    sheet = openpyxl.load_workbook(path)["全市"]
    areas = {str(area) for area in sheet.merged_cells}
    assert sheet["A1"].value == "2026年9月全市主要经济指标" and "C3:D3" in areas
    labels = [row[0].value for row in sheet.iter_rows(min_row=5)]
    assert labels.index("一般公共预算收入") + 1 == labels.index("\u3000\u3000税收收入")


def test_a_bulletin_needs_a_month_with_figures(url: str, tmp_path: Path) -> None:
    path = str(tmp_path / "bulletin.xlsx")
    assert ask(url, "bulletin", "1999-01", path).exit_code == 2
    assert ask(url, "bulletin", "2026-13", path).exit_code == 2
    assert ask(url, "bulletin", "2026-09", str(tmp_path / "bulletin.csv")).exit_code == 2


def test_an_export_says_what_is_wrong_with_its_words(url: str, tmp_path: Path) -> None:
    assert ask(url, "export", str(tmp_path / "figures.txt")).exit_code == 2
    assert ask(url, "export", str(tmp_path / "figures.csv"), "--dataflow", "MACRO").exit_code == 2


def test_discrepancies_have_their_owners(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'city.duckdb'}"
    initialise(open_store(url), [DOMAIN])
    office = Office(open_store(url), tmp_path)
    months = {f"{year}-{month:02d}": 700.0 for year in (2025, 2026) for month in range(1, 9)}
    office.deliver("dl_power", 1, "dl_power.json", power({**months, "2025-09": 700.0}))
    assert after_night(office.store, {"macroeconomy": DOMAIN}, 20.0) == 2
    rows = document(url, "discrepancies", "--department", "供电公司")["rows"]
    assert [(row["code"], row["name"], row["period"]) for row in rows] == [
        ("macro.release_missing", "全社会用电量", "2026-09"), ("macro.release_missing", "工业用电量", "2026-09"),
    ]  # fmt: skip
    assert all(row["meaning_en"] and row["meaning"] for row in rows)
    assert "供电公司" in ask(url, "discrepancies").output
    assert document(url, "discrepancies", "--department", "统计局")["rows"] == []
    assert document(url, "registers")["rows"] == []


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Seven years of power with seasons, and three quarters of the gross product."""
    folder = tmp_path_factory.mktemp("years")
    url = f"duckdb:///{folder / 'city.duckdb'}"
    initialise(open_store(url), [DOMAIN])
    office = Office(open_store(url), folder)
    months = [f"{year}-{month:02d}" for year in range(2020, 2027) for month in range(1, 13)][:-3]
    season = [1.0, 0.9, 0.95, 0.98, 1.0, 1.05, 1.2, 1.2, 1.0, 0.95, 0.97, 1.0]
    loads = {name: round((700 + 2 * at) * season[at % 12], 2) for at, name in enumerate(months)}
    office.deliver("dl_power", 1, "dl_power.json", power(loads))
    for at, (month, total) in enumerate({3: 3.0, 6: 7.0, 9: 12.0}.items(), start=2):
        rows = [("一、地区生产总值(GDP)②", "亿元", "-", total, 5.5)]
        office.deliver("tj_stats", at, f"tj_monthly_2026{month:02d}.xlsx", bulletin(f"2026年{month}月", rows))
    return url


def test_growth_in_every_sense(years: str) -> None:
    found = document(years, "growth", "POWER", "--last", "13")
    first, last = found["rows"][0], found["rows"][-1]
    assert last["growth"] == pytest.approx(100 * (last["value"] / first["value"] - 1), abs=0.01)  # type: ignore[operator]
    assert last["total"] == pytest.approx(sum(row["value"] for row in found["rows"][-9:]))  # type: ignore[misc]
    assert "累计同比" in ask(years, "growth", "POWER").output
    for words in (["--base", "2020"], ["--deflate", "CPI"], ["--basis", "ytd_yoy"]):
        assert ask(years, "growth", "POWER", *words).exit_code == 2


def test_contributions_add_up(years: str) -> None:
    found = document(years, "contributions", "POWER")
    assert [row["name"] for row in found["rows"]] == ["工业用电量", "其余 / rest"]
    assert sum(row["points"] for row in found["rows"]) == pytest.approx(found["growth"], abs=0.02)  # type: ignore[misc]
    assert found["period"] == "2026-09"
    assert ask(years, "contributions", "POWER_IND").exit_code == 2
    assert ask(years, "contributions", "POWER", "--counties").exit_code == 2


@pytest.mark.parametrize("method", ["denton", "chow-lin"])
def test_months_add_up_to_their_quarter(years: str, method: str) -> None:
    rows = document(years, "disaggregate", "GDP", "--by", "POWER", "--method", method)["rows"]
    assert [row["period"] for row in rows] == [f"2026-{month:02d}" for month in range(1, 10)]
    quarters = [sum(row["value"] for row in rows[at : at + 3]) for at in (0, 3, 6)]  # type: ignore[misc]
    assert quarters == pytest.approx([3.0, 4.0, 5.0], abs=1e-5)
    assert ask(years, "disaggregate", "POWER", "--by", "GDP").exit_code == 2


def test_the_cycle_names_what_it_is_made_of(years: str) -> None:
    found = document(years, "cycle", "--last", "3")
    assert found["components"] == {"leading": [], "coincident": ["POWER_IND"], "lagging": []}
    assert [list(row) for row in found["rows"]] == [["period", "coincident", "rising"]] * 3
    assert "工业用电量" in ask(years, "cycle").output
    assert ask(years, "cycle", "--division", "411102").exit_code == 2


def test_adjusted_figures_multiply_back(years: str) -> None:
    found = document(years, "adjust", "POWER", "--last", "12")
    for row in found["rows"]:
        assert row["adjusted"] * row["seasonal"] * row["calendar"] == pytest.approx(row["value"], rel=1e-4)  # type: ignore[operator]
        assert row["adjusted"] == pytest.approx(row["trend"], rel=0.01)
    assert "Kruskal" in ask(years, "adjust", "POWER").output
    assert ask(years, "adjust", "POWER", "--as-of", "2020-01-01").exit_code == 2

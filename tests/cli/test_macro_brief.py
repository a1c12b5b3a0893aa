"""`basedb macro brief`: a month in one page."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import html

from basedb.cli.main import main
from basedb.store import open_store
from basedb.store.migrate import initialise
from etl.after_night import after_night
from macroeconomy import DOMAIN
from macroeconomy.briefing.headlines import Headline, Level
from macroeconomy.briefing.sentences import sentence
from macroeconomy.indicators import indicators
from tests.macroeconomy.office import BULLETIN, COUNTIES, Office, budget, bulletin, power


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("brief")
    url = f"duckdb:///{folder / 'city.duckdb'}"
    initialise(open_store(url), [DOMAIN])
    office = Office(open_store(url), folder)
    office.deliver("tj_stats", 1, "tj_monthly_202609.xlsx", bulletin("2026年9月"))
    rates = [(*row[:4], 10.2 if "零售" in row[0] else row[4]) for row in BULLETIN]
    counties = [(*COUNTIES[0][:3], 10.2, *COUNTIES[0][4:]), *COUNTIES[1:]]
    office.deliver("tj_stats", 2, "tj_monthly_202610.xlsx", bulletin("2026年10月", rates, counties))
    row = (2026, 10, "全市合计", "一般公共预算收入")
    office.deliver("cz_finance", 2, "cz_budget.csv", budget([(*row, 800, 7120, 4.6)]))
    office.deliver("dl_power", 2, "dl_power.json", power({"2026-09": 769.09, "2026-10": 766.11}))
    office.deliver("cz_finance", 4, "cz_budget.csv", budget([(*row, 810, 7130, 4.6)]))
    after_night(office.store, {"macroeconomy": DOMAIN}, 20.0)
    return url


def ask(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", url, "macro", "brief", *words])


def test_a_briefing_tells_figures_charts_and_revisions(url: str, tmp_path: Path) -> None:
    path = tmp_path / "brief.html"
    found = ask(url, "2026-10", "-o", str(path), "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.output)["headlines"] >= 5
    page = html.fromstring(path.read_text("utf-8"))
    text = page.text_content()
    assert "漯河市经济运行简报（2026年10月）" in text and "Economic briefing, 2026-10" in text
    assert "1—10月，社会消费品零售总额 4.541 亿元，同比增长 10.2%，增速较上期加快 0.7 个百分点。" in text
    assert "10月，全社会用电量 766.11 万千瓦时。" in text, (
        "without a cumulative figure the month's own is told"
    )
    assert len(page.findall(".//svg")) >= 4
    titles = [title.text for title in page.findall(".//h2")]
    assert [str(title).strip() for title in titles] == [
        "主要情况", "主要指标", "预警信号灯", "走势", "各县区累计增速（%）", "本月存疑的数", "不一致与发布", "修订",
    ]  # fmt: skip
    revised = page.findall(".//table")[-1].text_content()
    assert "一般公共预算收入" in revised and "7,130" in revised
    links = [link for _, _, link, _ in page.iterlinks()]
    assert links == [], "the page opens without a network"


def test_a_briefing_of_a_past_day_knows_no_more(url: str, tmp_path: Path) -> None:
    path = tmp_path / "brief.html"
    assert ask(url, "2026-09", "-o", str(path), "--as-of", "2026-11-01").exit_code == 0
    assert "7,130" not in html.fromstring(path.read_text("utf-8")).findall(".//table")[0].text_content()
    assert ask(url, "2026-10", "-o", str(path), "--as-of", "2026-10-01").exit_code == 2
    assert ask(url, "2026-10", "-o", str(tmp_path / "brief.pdf")).exit_code == 2


def level(value: float, unit: str = "%", decimals: int = 1) -> Level:
    return Level(value, unit, decimals, "preliminary", False)


@pytest.mark.parametrize(
    ("code", "period", "figure", "growth", "before", "zh"),
    [
        ("GDP", "2026-Q3", level(12.347, "亿元", 4), level(5.5), level(5.6),
         "前三季度，地区生产总值 12.3470 亿元，同比增长 5.5%，增速较上期回落 0.1 个百分点。"),
        ("FAI", "2026-10", None, level(-3.0), level(-4.5),
         "1—10月，固定资产投资(不含农户)，同比下降 3.0%，降幅较上期收窄 1.5 个百分点。"),
        ("CPI", "2026-10", level(102.5, "上年同月=100"), None, level(102.5),
         "10月，居民消费价格指数同比上涨 2.5%，涨幅与上期持平。"),
        ("LOAN", "2026-10", level(13.8, "亿元"), None, None, "10月末，金融机构人民币各项贷款余额 13.8 亿元。"),
        ("TAX", "2026-01", level(5.0, "万元", 0), level(0.0), level(1.0),
         "1月，税收收入 5 万元，同比持平，增速较上期回落 1.0 个百分点。"),
    ],
)  # fmt: skip
def test_headlines_are_told_as_communiques_put_them(
    code: str, period: str, figure: Level | None, growth: Level | None, before: Level | None, zh: str
) -> None:
    basis = {"stock": "stock", "index": "index"}.get(indicators()[code].kind, "ytd")
    told, english = sentence(Headline(indicators()[code], period, figure, growth, before, basis))
    assert told == zh and english.endswith(".")

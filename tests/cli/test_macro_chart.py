"""`basedb macro chart`: what is drawn is what the store holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from lxml import etree
from matplotlib.image import imread

from basedb.cli.main import main
from basedb.store import open_store
from basedb.store.migrate import initialise
from macroeconomy import DOMAIN
from macroeconomy.charts.chart import Band, Chart, Line, svg
from tests.macroeconomy.office import Office, budget

_ROW = ("全市合计", "一般公共预算收入")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("charts")
    url = f"duckdb:///{folder / 'city.duckdb'}"
    initialise(open_store(url), [DOMAIN])
    office = Office(open_store(url), folder)
    first = [(2026, month, *_ROW, 100, 100 * month, 4.6) for month in range(1, 7)]
    office.deliver("cz_finance", 1, "cz_budget.csv", budget(first))
    office.deliver("cz_finance", 3, "cz_budget.csv", budget([(*first[0][:4], 101, 100, 4.6), *first[1:]]))
    return url


def ask(url: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["--store", url, "macro", "chart", *words])


def test_a_page_shows_every_figure(url: str, tmp_path: Path) -> None:
    path = tmp_path / "chart.html"
    found = ask(url, "BUDGET", str(path), "--basis", "cur", "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.output)["periods"] == 6
    page = path.read_text("utf-8")
    assert "漯河市 2026-06: 100" in page and "漯河市 2026-01: 101" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_revisions_fan_out_from_the_first_release(url: str, tmp_path: Path) -> None:
    path = tmp_path / "chart.svg"
    assert ask(url, "BUDGET", str(path), "--basis", "cur", "--revisions").exit_code == 0
    drawn = path.read_text("utf-8")
    assert "第2版 / release 2 2026-01: 1<" in drawn and "最近一版 / latest 2026-02: 0" in drawn


def test_a_picture_shows_the_chinese_words(
    url: str, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    path = tmp_path / "chart.png"
    assert ask(url, "BUDGET", str(path)).exit_code == 0
    image = imread(path)
    assert image.shape[0] > 400 and image.min() < 0.3
    # Without a font that has the characters, matplotlib warns of missing glyphs.
    assert not [str(item.message) for item in recwarn if "Glyph" in str(item.message)]


def test_a_doubted_figure_is_drawn_as_it_should_be(tmp_path: Path) -> None:
    url = f"duckdb:///{tmp_path / 'city.duckdb'}"
    initialise(open_store(url), [DOMAIN])
    own = [100, 103, 99, 107, 104, 101]
    totals = [sum(own[:month]) for month in range(1, 7)]
    totals[4] *= 10
    rows = [(2026, month, *_ROW, own[month - 1], totals[month - 1], 4.6) for month in range(1, 7)]
    Office(open_store(url), tmp_path).deliver("cz_finance", 1, "cz_budget.csv", budget(rows))
    drawn = tmp_path / "chart.html"
    assert ask(url, "BUDGET", str(drawn), "--basis", "ytd").exit_code == 0
    page = drawn.read_text("utf-8")
    assert "漯河市 2026-05: 513（原印 / printed 5,130）" in page and "疑点，按应有的数画" in page
    assert "<td class='n'>5,130</td>" in page
    assert ask(url, "BUDGET", str(tmp_path / "chart.png"), "--basis", "ytd").exit_code == 0


def test_what_cannot_be_drawn_is_said(url: str, tmp_path: Path) -> None:
    assert ask(url, "BUDGET", str(tmp_path / "chart.pdf")).exit_code == 2
    assert ask(url, "BUDGET", str(tmp_path / "chart.svg"), "--basis", "index").exit_code == 2


def test_a_missing_period_cuts_the_line() -> None:
    periods = ["2026-01", "2026-02", "2026-03", "2026-04"]
    line = Line("<甲>", {"2026-01": 1.0, "2026-02": 2.0, "2026-04": 5.0})
    chart = Chart(
        "标题", "亿元", periods, [line], Band("范围", {"2026-01": (0.0, 2.0), "2026-02": (1.0, 9.0)})
    )
    assert chart.runs(line) == [[(0, 1.0), (1, 2.0)], [(3, 5.0)]]
    assert chart.extent[0] < 0 and chart.extent[1] > 9
    root = etree.fromstring(svg(chart))
    assert len(root.findall("{*}polyline")) == 2 and len(root.findall("{*}circle")) == 3
    assert len(root.findall("{*}polygon")) == 1

"""`basedb model charts`: one page that opens offline and names nobody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.test_evaluate import LI, truth, village

pytestmark = pytest.mark.long_on_postgresql

__all__ = ["village"]


def test_one_page_without_network_and_without_names(village: Desk, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    made = village.json("model", "charts", "-o", page, "--truth", truth(tmp_path / "truth.csv"))
    assert made == {"version": 0, "files": [str(page)]}
    text = page.read_text("utf-8")
    assert text.count("<svg") >= 4 and "查准率 precision" in text and "同一户室 home" in text
    for name in ("李建国", "王秀英", LI):
        assert name not in text
    assert set(re.findall(r"https?://[^\"' <]+", text)) == {"http://www.w3.org/2000/svg"}


def test_the_pair_of_the_waterfall_may_be_named(village: Desk, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    village("model", "charts", 0, "-o", page, "--pair", f"ga_population:{LI}", "rs_insured:P1")
    assert "瀑布图：所选的一对" in page.read_text("utf-8")
    village("model", "charts", "-o", page, "--pair", "rs_insured:P9", "rs_insured:P1", code=2)


def test_splinks_own_charts_open_offline(village: Desk, tmp_path: Path) -> None:
    pytest.importorskip("splink")
    made = village.json("model", "charts", "-o", tmp_path / "report.html", "--splink")
    assert [Path(name).name for name in made["files"][1:]] == [
        "report-splink-weights.html",
        "report-splink-m-u.html",
    ]
    for name in made["files"][1:]:
        text = Path(name).read_text("utf-8")
        assert "<script src" not in text and "cdn." not in text and "identical" in text

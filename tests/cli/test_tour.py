"""The tour behind `make demo`, on a hamlet."""

from __future__ import annotations

from pathlib import Path

import pytest

from basedb.cli import tour
from tests.cli.desk import Desk


def test_the_suggested_query_runs_on_both_stores(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BASEDB_PURPOSE", "演示")
    desk("sql", tour.SUGGESTED)


def test_the_tour_goes_all_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("BASEDB_ARCHIVE", raising=False)
    monkeypatch.setenv("BASEDB_PURPOSE", "演示")
    assert tour.main(Path("demo-city"), people=300, nights=1) == 0
    told = capsys.readouterr().out
    for part in (
        "$ basedb nightly demo-city --until 20261101",
        "$ basedb explain person",
        "年龄组",
        "$ basedb locate",
        "接下来",
    ):
        assert part in told
    assert "错误 / error" not in told
    assert (tmp_path / "demo-city" / "rs_insured-反馈.xlsx").exists()
    assert (tmp_path / "demo-city" / "部门间核对.xlsx").exists()
    assert "<svg" in (tmp_path / "demo-city" / "地图.html").read_text(encoding="utf-8")
    assert (tmp_path / "demo-city" / "city.duckdb").exists()

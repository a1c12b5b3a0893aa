"""Parquet files and databases: typed cells become the text a person would write."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from etl.readers import ReadRefusal, read
from tests.etl.readers.conftest import Write, extract

VALUES = {
    "文本": ["甲", "", None],
    "整数": [1, 2, None],
    "小数": [1.0, 0.25, None],
    "定点": [Decimal("1.50"), Decimal("2.00"), None],
    "日期": [date(2026, 11, 1), date(1948, 2, 25), None],
    "时间": [datetime(2026, 11, 1), datetime(2026, 11, 1, 8, 5), None],
    "真假": [True, False, None],
}


def packed(table: pa.Table) -> bytes:
    target = io.BytesIO()
    pq.write_table(table, target)
    return target.getvalue()


def test_parquet(write: Write) -> None:
    table = pa.table(VALUES).append_column("类别", pa.array(["a", "b", None]).dictionary_encode())
    result = read(write("a.parquet", packed(table)), extract("parquet", [*VALUES, "类别"]))
    assert [list(row.values())[1:] for row in result.table.to_pylist()] == [
        ["甲", "1", "1", "1.50", "2026-11-01", "2026-11-01", "true", "a"],
        [None, "2", "0.25", "2.00", "1948-02-25", "2026-11-01 08:05:00", "false", "b"],
    ]
    assert [(row.row_no, row.reason) for row in result.ignored] == [(3, "blank")]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (packed(pa.table({"a": ["1"]}))[:-20], "reader.truncated"),
        (packed(pa.table({"b": ["1"]})), "reader.wrong_columns"),
        (packed(pa.table({"a": [[1, 2]]})), "reader.unsupported"),
        (b"PAR1", "reader.truncated"),
    ],
)
def test_parquet_that_cannot_be_read(write: Write, content: bytes, code: str) -> None:
    with pytest.raises(ReadRefusal) as caught:
        read(write("a.parquet", content), extract("parquet", ["a"]))
    assert caught.value.code == code


def test_a_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path / 'source.db'}"
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text('CREATE TABLE people ("姓名" TEXT, "年龄" INTEGER, "身高" REAL)'))
        connection.execute(sa.text("INSERT INTO people VALUES ('王志强', 34, 1.75), ('', NULL, 2.0)"))
    engine.dispose()
    monkeypatch.setenv("SOURCE_URL", url)
    columns = ["年龄", "姓名", "身高"]
    result = read("people", extract("sql", columns, url_env="SOURCE_URL", table="people"))
    assert [list(row.values())[1:] for row in result.table.to_pylist()] == [
        ["34", "王志强", "1.75"],
        [None, None, "2"],
    ]
    query = 'SELECT "姓名", "年龄" FROM people WHERE "年龄" > 100'
    empty = read("people", extract("sql", ["姓名", "年龄"], url_env="SOURCE_URL", query=query))
    assert [note.code for note in empty.notes] == ["reader.no_rows"]


@pytest.mark.parametrize(
    "url", [None, "sqlite:////no/such/folder/x.db", "nonsense://who:secret@where/what", "bad"]
)
def test_a_database_that_fails_never_shows_its_url(monkeypatch: pytest.MonkeyPatch, url: str | None) -> None:
    monkeypatch.delenv("SOURCE_URL", raising=False)
    if url:
        monkeypatch.setenv("SOURCE_URL", url)
    with pytest.raises(ReadRefusal) as caught:
        read("people", extract("sql", ["a"], url_env="SOURCE_URL", table="people"))
    assert caught.value.code == "reader.no_connection"
    assert "secret" not in str(caught.value)

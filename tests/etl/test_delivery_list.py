"""Delivery lists as departments write them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from etl.delivery_list import ListUnreadable, read_list

ZONE = ZoneInfo("Asia/Shanghai")
HEADER = "文件名,来源部门,数据日期,方式,送达时间,行数,字节数,SHA256\r\n"
LINE = 'a\\20261101\\b.csv,公安局,20261101,全量,2026-11-02 01:03:00,"19,330",12,' + "AB" * 32 + "\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_encodings_separators_and_numbers(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes((HEADER + LINE + "\r\n").encode(encoding))
    (line,) = read_list(path, ZONE)
    assert (line.file_name, line.department, line.rows, line.size) == (
        "a/20261101/b.csv",
        "公安局",
        19330,
        12,
    )
    assert line.received_at == datetime(2026, 11, 1, 17, 3, tzinfo=UTC)
    assert (line.as_of, line.sha256) == (date(2026, 11, 1), "ab" * 32)


def test_what_is_left_out_or_garbled_is_none(tmp_path: Path) -> None:
    path = tmp_path / "delivery.csv"
    path.write_text("备注,文件名,送达时间,SHA256\nx,b.csv,昨天,无\ny,,,\nz,c.csv\n", "utf-8")
    lines = read_list(path, ZONE)
    assert [line.file_name for line in lines] == ["b.csv", "c.csv"]
    assert {(line.received_at, line.sha256, line.rows, line.as_of) for line in lines} == {
        (None, None, None, None)
    }


@pytest.mark.parametrize("content", [b"", b"\xff\xff\xff", "序号,日期\n1,2\n".encode()])
def test_a_list_that_is_none(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "delivery.csv"
    path.write_bytes(content)
    with pytest.raises(ListUnreadable, match=r"delivery\.csv"):
        read_list(path, ZONE)

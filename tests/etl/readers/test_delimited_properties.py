"""Whatever a table holds, both ways of reading give it back, and no record is lost or counted twice."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from etl.readers import read
from tests.etl.readers.conftest import extract

COLUMNS = ["甲", "乙", "丙"]
_ONE_LINE = st.text("一丁張㛃·𥩋a1 ,;|\"'=\\\t", max_size=6)
_MANY_LINES = st.text("一a1 \"'\n", max_size=6)
CELLS = st.one_of(_ONE_LINE, _MANY_LINES)
ROWS = st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=12)
BAD_LINES = st.sampled_from([b"", b"1", b"1,2,3,4", b"\xff,2,3", b"\0,2,3", b"1,2"])


def written(rows: list[tuple[str, ...]], ending: str, quoting: int) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator=ending, quoting=quoting).writerows([COLUMNS, *rows])  # type: ignore[arg-type]
    return text.getvalue()


@given(
    rows=ROWS,
    bad=BAD_LINES | st.none(),
    ending=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    encoding=st.sampled_from(["gb18030", "utf-8"]),
)
def test_what_is_written_is_read(
    tmp_path_factory: object,
    rows: list[tuple[str, ...]],
    bad: bytes | None,
    ending: str,
    quoting: int,
    encoding: str,
) -> None:
    path: Path = tmp_path_factory.getbasetemp() / "table.csv"  # type: ignore[attr-defined]
    content = written(rows, ending, quoting).encode(encoding)
    path.write_bytes(content + (bad + b"\n" if bad is not None else b""))
    result = read(path, extract("delimited", COLUMNS, encoding=encoding))
    filled = [tuple(cell or None for cell in row) for row in rows if any(row)]
    assert [tuple(row.values())[1:] for row in result.table.to_pylist()] == filled
    assert result.records == len(rows) + (bad is not None)
    numbers = [row.row_no for row in (*result.ignored, *result.rejected)] + result.table["row_no"].to_pylist()
    assert sorted(numbers) == list(range(1, result.records + 1))
    assert len(result.rejected) == (bad is not None and bad != b"")

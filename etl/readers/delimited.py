"""Delimited text: the fast way through Arrow, and the decision to take the careful one.

Arrow splits the raw bytes, which is safe as long as delimiter, quote and line ends cannot be the
second byte of a character; only the distinct values of columns with Chinese in them are decoded.
Whatever the fast way cannot account for exactly, the careful way reads again record by record.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.delimited_careful import Dialect, read_carefully
from etl.readers.encoding import check_encoding, codec, is_stray_mark
from etl.readers.excel_text import unwrap_text_formulas
from etl.readers.headers import Header, join_headers, resolve, share_known
from etl.readers.opening import open_bytes, refuse_holes
from etl.readers.result import IgnoredRow, ReadRefusal, ReadResult, note, text_table
from etl.readers.transcode import UndecodableError, decode_column, is_ascii

_SAMPLE = 1 << 18
_BLOCK = 1 << 21
#: How Arrow hands over a column with Chinese in it: its distinct values need decoding once.
_CODED = pa.dictionary(pa.int32(), pa.binary())
_TEXT_FORMULA = re.compile(rb'="')
_FOREIGN = ("utf-8", "gb18030", "utf-16", "big5")


@dataclass(frozen=True)
class _Body:
    """The data records of a file: bytes in `encoding`, which is ASCII-compatible."""

    data: pa.Buffer
    encoding: str
    dialect: Dialect


def read_delimited(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read a delimited text file, plain or packed. ReadRefusal if it is not what the contract declares."""
    options = spec.options
    data = open_bytes(path, options)
    encoding = codec(options["encoding"], path)
    sample = _sample(data)
    check_encoding(sample, encoding, path)
    stray = (note(codes.STRAY_MARK),) if is_stray_mark(sample) else ()
    delimiter, quote = options.get("delimiter", ",").replace("\\t", "\t"), options.get("quote", '"')
    if not _splits_safely(encoding, delimiter, quote):
        data = pa.py_buffer(
            bytes(data).decode(encoding, "surrogateescape").encode("utf-8", "surrogateescape")
        )
        encoding = "utf-8"
    data = _without_marks(data)
    dialect = Dialect(delimiter, quote, tuple(re.compile(p) for p in options.get("footnotes", ())))
    header_rows = options.get("header_rows", 1)
    rows, start = _head(data, encoding, dialect, options.get("title_rows", 0) + header_rows, path)
    if header_rows:
        headers = join_headers(rows[-header_rows:])
        _check_header_encoding(data, start, headers, contract, encoding, dialect, path)
    else:
        headers = [*contract.columns, *contract.ignore]
    header = resolve(headers, contract, path, others)
    body = _Body(data.slice(start), encoding, dialect)
    if body.data.size == 0:
        result = ReadResult(text_table({}, contract.read_columns, np.arange(0)), notes=header.notes)
    else:
        result = _read_fast(body, header, contract) or _read_slowly(path, body, header, contract)
    result = replace(result, notes=(*stray, *result.notes))
    if result.table.num_rows == 0 and not result.rejected:
        return replace(result, notes=(*result.notes, note(codes.NO_ROWS)))
    return unwrap_text_formulas(result) if _TEXT_FORMULA.search(memoryview(body.data)) else result


def _read_slowly(path: Path, body: _Body, header: Header, contract: Contract) -> ReadResult:
    refuse_holes(path, body.data)
    return read_carefully(body.data, body.encoding, body.dialect, header, contract)


def _read_fast(body: _Body, header: Header, contract: Contract) -> ReadResult | None:
    """The whole body through Arrow; None if any record needs a closer look."""
    data, blank = _without_blank_end(body.data)
    if len(body.dialect.delimiter) != 1 or _find(data, b"\0") or not _ends_lines_plainly(data):
        return None
    names = [str(position) for position in range(header.width)]
    quoted = bool(body.dialect.quote) and _find(data, body.dialect.quote.encode())
    types = dict.fromkeys(names, pa.binary())
    try:
        if body.encoding != "utf-8":
            sample = _parsed(_sample(data), types, body.dialect, quoted)
            types |= {name: _CODED for name in names if not is_ascii(sample[name])}
        raw = _parsed(data, types, body.dialect, quoted)
    except pa.ArrowInvalid:
        return None
    swallowed = quoted and _lines(data) != raw.num_rows and _swallowed_lines(raw, body.dialect)
    if swallowed or _has_blank_row(raw):
        return None
    positions = header.positions
    try:
        with ThreadPoolExecutor(2) as pool:
            decoded = pool.map(lambda at: decode_column(raw[str(at)], body.encoding), positions.values())
            columns = dict(zip(positions, decoded, strict=True))
    except UndecodableError:
        return None
    table = text_table(columns, contract.read_columns, np.arange(1, raw.num_rows + 1))
    ignored = tuple(IgnoredRow(raw.num_rows + 1 + index, "blank") for index in range(blank))
    if body.dialect.footnotes:
        table, footnotes = _split_footnotes(table, decode_column(raw["0"], body.encoding), body.dialect)
        ignored = footnotes + ignored
    return ReadResult(table, ignored, notes=header.notes)


def _parsed(
    data: pa.Buffer | bytes, types: dict[str, pa.DataType], dialect: Dialect, quoted: bool
) -> pa.Table:
    """The cells of all records as raw bytes; ArrowInvalid if a record has another number of cells."""
    return pacsv.read_csv(
        pa.BufferReader(data),
        read_options=pacsv.ReadOptions(column_names=list(types), block_size=_BLOCK),
        parse_options=pacsv.ParseOptions(
            delimiter=dialect.delimiter,
            quote_char=dialect.quote or False,
            newlines_in_values=quoted,
            ignore_empty_lines=False,
        ),
        convert_options=pacsv.ConvertOptions(
            column_types=types,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=True,
        ),
    )


def _splits_safely(encoding: str, delimiter: str, quote: str) -> bool:
    """Whether the delimiter's and the quote's bytes can stand for nothing else in this encoding."""
    if encoding == "utf-8":
        return True
    return encoding in ("gb18030", "big5") and all(char < "0" for char in delimiter + quote)


def _sample(data: pa.Buffer) -> bytes:
    sample = bytes(data[:_SAMPLE])
    end = sample.rfind(b"\n")
    return sample[: end + 1] if end > 0 and len(sample) == _SAMPLE else sample


def _without_marks(data: pa.Buffer) -> pa.Buffer:
    """Without the byte order mark and the end-of-file mark of DOS."""
    start = 3 if bytes(data[:3]) == b"\xef\xbb\xbf" else 0
    end = data.size - (1 if data.size and bytes(data[-1:]) == b"\x1a" else 0)
    return data.slice(start, max(0, end - start))


def _head(
    data: pa.Buffer, encoding: str, dialect: Dialect, count: int, path: Path
) -> tuple[list[list[str]], int]:
    """The first `count` records and the byte at which the next one begins."""
    head = bytes(data[:_SAMPLE])
    newline = b"\n" if b"\n" in head else b"\r"
    rows: list[list[str]] = []
    start = 0
    while len(rows) < count and start < len(head):
        end = head.find(newline, start)
        end = len(head) if end < 0 else end + 1
        # A quoted header may hold line breaks.
        while dialect.quote and head[start:end].count(dialect.quote.encode()) % 2 and 0 < end < len(head):
            following = head.find(newline, end)
            end = len(head) if following < 0 else following + 1
        if b"\0" in head[start:end]:
            raise ReadRefusal(
                path,
                codes.MALFORMED,
                "表头处有空字节：文件没有传完，或不是文本文件，请重新传送",
                "NUL bytes where the header should be: cut off, or no text file",
                len(rows) + 1,
            )
        text = head[start:end].decode(encoding, "replace").rstrip("\r\n")
        try:
            rows.append(dialect.cells(text))
        except csv.Error as error:
            raise ReadRefusal(
                path,
                codes.MALFORMED,
                f"表头无法解析：{error}",
                f"the header cannot be parsed: {error}",
                len(rows) + 1,
            ) from error
        start = end
    if len(rows) < count or (not any(any(row) for row in rows[-1:]) and count):
        raise ReadRefusal(path, codes.NO_HEADER, "文件没有表头行", "the file has no header row", line=count)
    return rows, start


def _check_header_encoding(
    data: pa.Buffer,
    start: int,
    headers: list[str],
    contract: Contract,
    encoding: str,
    dialect: Dialect,
    path: Path,
) -> None:
    """Headers that mean nothing as declared but everything in another encoding give the file away."""
    if share_known(headers, contract) > 0.5:
        return
    raw = bytes(data[:start])
    for other in _FOREIGN:
        try:
            text = raw.decode(other)
        except UnicodeDecodeError:
            continue
        last = text.rstrip("\r\n\x1a").splitlines()[-1:]
        names = [cell.strip(dialect.quote or None) for line in last for cell in line.split(dialect.delimiter)]
        if other != encoding and share_known(names, contract) > 0.5:
            raise ReadRefusal(
                path,
                codes.WRONG_ENCODING,
                f"约定编码为 {encoding}，表头实为 {other}；请按约定重新导出，或修改约定的 encoding",
                f"declared {encoding}, but the header is {other}; export it as declared",
                line=1,
            )


def _without_blank_end(data: pa.Buffer) -> tuple[pa.Buffer, int]:
    """Without the blank lines at the end, and how many they were."""
    tail = bytes(data[max(0, data.size - 4096) :])
    kept = tail.rstrip(b"\r\n")
    if not kept:
        return data, 0
    ending = tail[len(kept) :]
    blank = max(0, ending.count(b"\n" if b"\n" in ending else b"\r") - 1)
    return data.slice(0, data.size - len(ending)), blank


def _find(data: pa.Buffer, needle: bytes) -> bool:
    view = np.frombuffer(data, np.uint8)
    step = 1 << 24
    return any(bool((view[at : at + step] == needle[0]).any()) for at in range(0, len(view), step))


def _ends_lines_plainly(data: pa.Buffer) -> bool:
    """Whether every carriage return belongs to a line end; Arrow takes a lone one for a line end."""
    view = np.frombuffer(data, np.uint8)
    step = 1 << 24
    for at in range(0, len(view), step):
        returns = np.flatnonzero(view[at : at + step] == 13) + at
        if len(returns) and (returns[-1] + 1 >= len(view) or not (view[returns + 1] == 10).all()):
            return False
    return True


def _lines(data: pa.Buffer) -> int:
    view = np.frombuffer(data, np.uint8)
    step = 1 << 24
    return sum(int((view[at : at + step] == 10).sum()) for at in range(0, len(view), step)) + 1


def _has_blank_row(raw: pa.Table) -> bool:
    blank = None
    for column in raw.columns:
        if column.null_count == 0:
            return False
        nulls = pc.is_null(column)
        blank = nulls if blank is None else pc.and_(blank, nulls)
    return bool(pc.any(blank).as_py())


def _swallowed_lines(raw: pa.Table, dialect: Dialect) -> bool:
    """Whether a cell with line breaks looks like whole records caught between two stray quotes."""
    enough = max(1, raw.num_columns - 1)
    for column in raw.columns:
        if pa.types.is_dictionary(column.type):
            column = column.cast(pa.binary())
        breaks = pc.count_substring(column, b"\n")
        suspects = column.filter(pc.greater(pc.fill_null(breaks, 0), 0))
        if (
            len(suspects)
            and (pc.max(pc.count_substring(suspects, dialect.delimiter.encode())).as_py() or 0) >= enough
        ):
            return True
    return False


def _split_footnotes(
    table: pa.Table, first: pa.ChunkedArray, dialect: Dialect
) -> tuple[pa.Table, tuple[IgnoredRow, ...]]:
    marks = np.fromiter((dialect.is_footnote(cell or "") for cell in first.to_pylist()), bool, len(first))
    if not marks.any():
        return table, ()
    return table.filter(pa.array(~marks)), tuple(
        IgnoredRow(int(index) + 1, "footnote") for index in np.flatnonzero(marks)
    )

"""dBASE III and FoxPro tables, read as arrays of fixed-width fields."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.encoding import codec
from etl.readers.headers import resolve
from etl.readers.opening import open_bytes
from etl.readers.result import (
    IgnoredRow,
    Note,
    ReadRefusal,
    ReadResult,
    RejectedRow,
    note,
    rejected,
    text_table,
)
from etl.readers.transcode import UndecodableError, decode_column

_CODE_PAGES = {0x4D: "cp936", 0x7A: "cp936", 0x4F: "cp950", 0x78: "cp950", 0x7B: "cp932", 0x03: "cp1252"}
_TEXT_TYPES = frozenset("CNFDL")
_NAME_BYTES = 10
_LONGEST_HEAD = 1 << 16  # the header's length is kept in two bytes
_LONGEST_LABEL = 20
_JULIAN_EPOCH = 2_440_588  # the Julian day of 1970-01-01


@dataclass(frozen=True)
class _Field:
    name: str
    kind: str
    offset: int
    length: int


def read_dbf(path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()) -> ReadResult:
    """Read a DBF file; records marked deleted are ignored, fields come as trimmed text.

    The encoding is the contract's, else the .cpg file's, else the code page byte's, else cp936.
    ReadRefusal if the file is no DBF, is cut off, or keeps a declared column in a memo file.
    """
    data = open_bytes(path, spec.options)
    if data.size < 33:
        raise ReadRefusal(path, codes.TRUNCATED)
    head = bytes(data[:_LONGEST_HEAD])
    encoding = codec(spec.options.get("encoding") or _encoding(path, head), path)
    count, start, width = struct.unpack_from("<IHH", head, 4)
    fields = _fields(path, head, start, encoding)
    if width != 1 + sum(field.length for field in fields):
        raise ReadRefusal(
            path, codes.MALFORMED, "DBF 表头的记录长度与字段不符", "the record length contradicts the fields"
        )
    end = start + count * width
    if data.size < end:
        held = max(0, data.size - start) // width
        raise ReadRefusal(
            path,
            codes.TRUNCATED,
            f"表头称有 {count} 条记录，文件只容 {held} 条，请重新传送",
            f"the header says {count} records, the file holds {held}",
            line=held + 1,
        )
    header = resolve([field.name for field in fields], contract, path, others, cut_at=_NAME_BYTES)
    notes = list(header.notes)
    rest = data.size - end
    if rest and bytes(data[end : end + _LONGEST_HEAD]).strip(b"\x1a\0 \r\n"):
        notes.append(
            note(codes.TRAILING_BYTES, f"末尾多出 {rest} 字节", f"{rest} bytes after the last record")
        )
    if count == 0:
        return ReadResult(
            text_table({}, contract.read_columns, np.arange(0)), notes=(*notes, note(codes.NO_ROWS))
        )
    cells = np.frombuffer(data, np.uint8, count * width, start).reshape(count, width)
    return _result(path, cells, fields, header.positions, encoding, contract, notes)


def field_names(path: Path, data: bytes) -> tuple[str, list[str]]:
    """The encoding a DBF file claims and the names of its fields; `data` needs to hold its header only."""
    encoding = _encoding(path, data)
    (start,) = struct.unpack_from("<H", data, 8)
    return encoding, [field.name for field in _fields(path, data, start, codec(encoding, path))]


def _result(
    path: Path,
    cells: np.ndarray,
    fields: list[_Field],
    positions: dict[str, int],
    encoding: str,
    contract: Contract,
    notes: list[Note],
) -> ReadResult:
    deleted = cells[:, 0] == ord("*")
    bad = np.zeros(len(cells), bool)
    columns: dict[str, pa.ChunkedArray] = {}
    for name, position in positions.items():
        field = fields[position]
        if field.kind not in _TEXT_TYPES:
            columns[name] = _binary_field(path, cells, field)
            continue
        raw = _trimmed(cells[:, field.offset : field.offset + field.length])
        try:
            columns[name] = decode_column(raw, encoding)
        except UndecodableError:
            columns[name] = _decode_cells(raw, encoding, name, bad, deleted, notes)
    table = text_table(columns, contract.read_columns, np.arange(1, len(cells) + 1))
    blank = _blank(columns) & ~deleted & ~bad
    ignored = [IgnoredRow(int(at) + 1, "deleted") for at in np.flatnonzero(deleted)]
    ignored += [IgnoredRow(int(at) + 1, "blank") for at in np.flatnonzero(blank)]
    refused: list[RejectedRow] = [
        rejected(
            int(at) + 1, bytes(cells[at]).decode(encoding, "backslashreplace").strip(), codes.UNDECODABLE
        )
        for at in np.flatnonzero(bad & ~deleted)
    ]
    table = table.filter(pa.array(~(deleted | bad | blank)))
    return ReadResult(table, tuple(sorted(ignored, key=lambda row: row.row_no)), tuple(refused), tuple(notes))


def _encoding(path: Path, data: bytes) -> str:
    for suffix in (".cpg", ".CPG"):
        side_car = path.with_suffix(suffix)
        if side_car.exists():
            label = side_car.read_text("ascii", "replace").strip().lower()
            encoding = {"936": "cp936", "65001": "utf-8", "utf8": "utf-8"}.get(label, label)
            try:
                "".encode(encoding)
            except LookupError as error:
                raise ReadRefusal(
                    path,
                    codes.WRONG_ENCODING,
                    f"{side_car.name} 写的代码页“{label[:_LONGEST_LABEL]}”无法识别；请改正它，或在约定中写 encoding",
                    f"the code page {side_car.name} names is unknown; correct it, or declare an encoding",
                ) from error
            return encoding
    return _CODE_PAGES.get(data[29], "cp936")


def _fields(path: Path, data: bytes, start: int, encoding: str) -> list[_Field]:
    fields = []
    at, offset = 32, 1
    while at + 32 <= min(start, len(data)) and data[at] not in (0x0D, 0x00):
        name = data[at : at + 11].split(b"\0")[0].decode(encoding, "ignore").strip()
        kind, length = chr(data[at + 11]), data[at + 16]
        if kind == "C":
            length += data[at + 17] << 8  # long character fields keep their high byte in the decimals
        fields.append(_Field(name, kind, offset, length))
        offset += length
        at += 32
    if not fields:
        raise ReadRefusal(
            path,
            codes.MALFORMED,
            "不是 DBF 文件，请按约定的格式重新导出",
            "this is no DBF file; export it as declared",
        )
    return fields


def _trimmed(cells: np.ndarray) -> pa.ChunkedArray:
    """Fixed-width cells as a binary column without padding; a blank one, or a NUL-filled one, is NULL."""
    count, length = cells.shape
    flat = np.ascontiguousarray(cells)
    if (flat == 0).any():
        flat = np.where(flat == 0, ord(" "), flat).astype(np.uint8)
    offsets = (
        np.arange(0, (count + 1) * length, length, dtype=np.int64)
        if length
        else np.zeros(count + 1, np.int64)
    )
    # Trimming works on ASCII blanks alone, so the bytes need not be valid UTF-8 to pass as a string.
    text = pa.LargeStringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(flat))
    trimmed = pc.ascii_trim(text, characters=" ")
    filled = pc.if_else(pc.equal(pc.binary_length(trimmed), 0), pa.scalar(None, pa.large_string()), trimmed)
    return pa.chunked_array([filled.cast(pa.large_binary()).cast(pa.binary())])


def _decode_cells(
    raw: pa.ChunkedArray, encoding: str, name: str, bad: np.ndarray, deleted: np.ndarray, notes: list[Note]
) -> pa.ChunkedArray:
    """Cell by cell: half a character at a cell's end is dropped and noted, other bad bytes mark the row."""
    texts: list[str | None] = []
    for at, cell in enumerate(raw.to_pylist()):
        try:
            texts.append(cell.decode(encoding) if cell is not None else None)
        except UnicodeDecodeError as error:
            if error.end == len(cell) and error.start >= len(cell) - 3 and error.start > 0:
                texts.append(cell[: error.start].decode(encoding))
                if not deleted[at]:
                    notes.append(note(codes.CUT_CHARACTER, row_no=at + 1, column=name))
            else:
                texts.append(None)
                bad[at] = True
    return pa.chunked_array([pa.array(texts, pa.string())])


def _binary_field(path: Path, cells: np.ndarray, field: _Field) -> pa.ChunkedArray:
    """FoxPro's binary fields as text: I integer, B double, Y currency, T date and time."""
    flat = np.ascontiguousarray(cells[:, field.offset : field.offset + field.length])
    if field.kind == "I" and field.length == 4:
        texts = [str(value) for value in flat.view("<i4")[:, 0]]
    elif field.kind == "B" and field.length == 8:
        texts = [repr(float(value)).removesuffix(".0") for value in flat.view("<f8")[:, 0]]
    elif field.kind == "Y" and field.length == 8:
        texts = [f"{int(value) // 10_000}.{abs(int(value)) % 10_000:04d}" for value in flat.view("<i8")[:, 0]]
    elif field.kind == "T" and field.length == 8:
        days, milliseconds = flat.view("<i4").T.astype(np.int64)
        moments = ((days - _JULIAN_EPOCH) * 86_400 + milliseconds // 1000).astype("datetime64[s]")
        shown = np.datetime_as_string(moments)
        texts = [
            "" if day == 0 else str(moment).replace("T", " ") for day, moment in zip(days, shown, strict=True)
        ]
    else:
        raise ReadRefusal(
            path,
            codes.UNSUPPORTED,
            f"字段 {field.name} 的类型 {field.kind} 存放在备注文件中，请导出为字符字段",
            f"the field {field.name} of type {field.kind} is kept elsewhere; export it as characters",
        )
    return pa.chunked_array([pa.array([text or None for text in texts], pa.string())])


def _blank(columns: dict[str, pa.ChunkedArray]) -> np.ndarray:
    return np.logical_and.reduce([column.is_null().to_numpy() for column in columns.values()])

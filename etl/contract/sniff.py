"""What a file seems to be: format, encoding, delimiter, and where its header stands."""

from __future__ import annotations

import collections
import io
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import xlrd
from lxml import etree

from etl.readers import codes
from etl.readers.damage import DAMAGE
from etl.readers.dbf import field_names
from etl.readers.encoding import plausibility
from etl.readers.headers import join_headers, look_like_data
from etl.readers.opening import open_bytes
from etl.readers.result import ReadRefusal

_DELIMITERS = (",", "\t", "|", ";", "^")
_DBF = frozenset((0x03, 0x30, 0x31, 0x83, 0x8B, 0xF5))
_SAMPLE = 1 << 18
_BROKEN = (*DAMAGE, xlrd.XLRDError, pa.ArrowException)


@dataclass(frozen=True)
class Sniffed:
    """A reader's settings and the headers it would find; `doubts` are for the person who checks them."""

    reader: dict[str, Any]
    headers: list[str]
    doubts: list[str] = field(default_factory=list)


def sniff(path: Path) -> Sniffed:
    """What the file at `path` seems to be. ReadRefusal if it is empty, damaged or an unreadable archive."""
    try:
        found = _sniff(path)
    except _BROKEN as error:
        if isinstance(error, ReadRefusal):
            raise
        raise ReadRefusal(
            path, codes.MALFORMED, f"文件已损坏：{error}", f"the file is damaged: {error}"
        ) from error

    if not any(found.headers) or look_like_data(found.headers):
        raise ReadRefusal(
            path,
            codes.NO_HEADER,
            "没有列名，或第一行像是数据；请给一份带表头、至少有一行数据的样本",
            "no column names, or a first line of data; give a sample with a header and a row",
        )
    return found


def _sniff(path: Path) -> Sniffed:
    data = open_bytes(path, {}, zip_is_format=True)
    head = bytes(data[:_SAMPLE])
    if head.startswith(b"PK"):
        return _workbook(openpyxl.load_workbook(io.BytesIO(bytes(data)), data_only=True))
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return _old_workbook(xlrd.open_workbook(file_contents=bytes(data), logfile=io.StringIO()))
    if head.startswith(b"PAR1"):
        return Sniffed({"format": "parquet"}, pq.read_schema(path).names)
    if head[0] in _DBF and len(head) > 32 and b"\0" in head[:32]:
        encoding, names = field_names(path, head)
        return Sniffed({"format": "dbf", "encoding": encoding}, names)
    encoding, text = _text(head)
    start = text.lstrip("\ufeff \t\r\n")
    if start.startswith("<"):
        return _xml(bytes(data), encoding)
    if start.startswith(("{", "[")):
        return _json(bytes(data).decode(encoding), start, encoding)
    return _delimited(text, encoding)


def _text(head: bytes) -> tuple[str, str]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", head.decode("utf-16", "ignore")
    cut = head[: head.rfind(b"\n") + 1] or head
    readings = [("utf-8", _decoded(cut, "utf-8")), ("gb18030", _decoded(cut, "gb18030"))]
    encoding, text = max(
        ((label, text) for label, text in readings if text is not None),
        key=lambda reading: plausibility(reading[1]),
        default=("gb18030", cut.decode("gb18030", "replace")),
    )
    return encoding, text


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _delimited(text: str, encoding: str) -> Sniffed:
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()][:200]
    if not lines:
        return Sniffed({}, [])
    widths = {mark: collections.Counter(line.count(mark) for line in lines) for mark in _DELIMITERS}

    def steadiness(mark: str) -> float:
        width, lines_of_width = max(widths[mark].items(), key=lambda item: (item[1], item[0]))
        return lines_of_width / len(lines) if width else 0.0

    delimiter = max(_DELIMITERS, key=steadiness)
    usual = widths[delimiter].most_common(1)[0][0]
    title_rows = next((at for at, line in enumerate(lines) if line.count(delimiter) == usual), 0)
    reader: dict[str, Any] = {"format": "delimited", "encoding": encoding}
    reader |= {"delimiter": delimiter.replace("\t", "\\t"), "quote": '"', "header_rows": 1}
    if title_rows:
        reader["title_rows"] = title_rows
    doubts = [] if steadiness(delimiter) > 0.9 else [f"分隔符 {delimiter!r} / the delimiter"]
    headers = join_headers([[cell.strip('"') for cell in lines[title_rows].split(delimiter)]])
    return Sniffed(reader, headers, doubts)


def _json(text: str, start: str, encoding: str) -> Sniffed:
    if start.startswith("{"):
        try:
            rows = [json.loads(line) for line in text.splitlines()[:200] if line.strip()]
            if len(rows) > 1 or not any(isinstance(value, list) for value in rows[0].values()):
                return Sniffed({"format": "jsonl", "encoding": encoding}, _keys(rows))
        except json.JSONDecodeError:
            pass
    document = json.loads(text.lstrip("\ufeff"))
    where = ""
    if isinstance(document, dict):
        lists = {name: len(value) for name, value in document.items() if isinstance(value, list)}
        where = max(lists, key=lambda name: lists[name], default="")
        document = document.get(where, [])
    reader = {"format": "json", "encoding": encoding}
    return Sniffed(reader | ({"records": where} if where else {}), _keys(document[:200]))


def _keys(rows: list[Any]) -> list[str]:
    return list(dict.fromkeys(name for row in rows if isinstance(row, dict) for name in row))


def _xml(data: bytes, encoding: str) -> Sniffed:
    declared = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]+)", data)
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", data.decode(encoding).lstrip("\ufeff"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    root = etree.fromstring(text.encode(), parser)
    parents = [element for element in root.iter() if isinstance(element.tag, str) and len(element)]
    tags = collections.Counter(element.tag for element in parents if element is not root)
    record = tags.most_common(1)[0][0] if tags else root.tag
    found = [f"@{name}" for element in root.iter(record) for name in element.attrib]
    found += [
        _local(child) for element in root.iter(record) for child in element if isinstance(child.tag, str)
    ]
    label = declared.group(1).decode().lower() if declared else encoding
    label = "gb18030" if label.startswith("gb") else label
    reader = {"format": "xml", "encoding": label, "record": str(record).rsplit("}", 1)[-1]}
    return Sniffed(reader, list(dict.fromkeys(found)))


def _local(element: Any) -> str:
    return str(etree.QName(element).localname)


def _workbook(book: Any) -> Sniffed:
    sheet = book.worksheets[0]
    rows = [[cell for cell in row] for row in sheet.iter_rows(max_row=30, values_only=True)]
    merged = [area for area in sheet.merged_cells.ranges if area.max_col > area.min_col]
    return _sheet("xlsx", rows, {area.min_row - 1 for area in merged})


def _old_workbook(book: Any) -> Sniffed:
    sheet = book.sheet_by_index(0)
    return _sheet("xls", [sheet.row_values(at) for at in range(min(30, sheet.nrows))], set())


def _sheet(reader_format: str, rows: list[list[Any]], merged_rows: set[int]) -> Sniffed:
    texts = [[str(cell).strip() if cell is not None else "" for cell in row] for row in rows]
    width = max((sum(map(bool, row)) for row in texts), default=0)
    first = next((at for at, row in enumerate(texts) if sum(map(bool, row)) * 2 > width), 0)
    depth = 1
    if first > 0 and first - 1 in merged_rows and sum(map(bool, texts[first - 1])) > 1:
        first, depth = first - 1, 2
    elif first in merged_rows:
        depth = 2
    reader: dict[str, Any] = {"format": reader_format, "title_rows": first, "header_rows": depth}
    reader["footnotes"] = ["^(注|备注|说明|制表)"]
    doubts = ["标题行和表头行为推测 / title and header rows are guesses"]
    return Sniffed(reader, [h for h in join_headers(texts[first : first + depth]) if h], doubts)

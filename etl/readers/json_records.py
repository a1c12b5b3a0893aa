"""JSON documents and JSON Lines. Numbers keep the digits they are written with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.encoding import check_encoding, codec
from etl.readers.opening import open_bytes, refuse_holes
from etl.readers.records import Records
from etl.readers.result import ReadRefusal, ReadResult, rejected

_SAMPLE = 1 << 18
_SURROGATE = re.compile("[\ud800-\udfff]")


class _RepeatedFieldError(ValueError):
    """One object names a field twice."""


def read_jsonl(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read one JSON object per line; a line that is none is rejected, a blank one ignored."""
    data, encoding = _text(path, spec)
    records = Records()
    lines = data.split(b"\n")
    if lines and not lines[-1].strip():
        lines.pop()
    for row_no, line in enumerate(lines, 1):
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            records.rejected.append(
                rejected(row_no, line.decode(encoding, "backslashreplace"), codes.UNDECODABLE)
            )
            continue
        if not text.strip():
            records.add(row_no, {})
            continue
        try:
            value = _parse(text)
        except (ValueError, RecursionError) as error:
            _reject(records, row_no, text, error)
            continue
        _take(records, row_no, value, text)
    return records.result(path, contract, others)


def read_json(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read the objects of one list in a JSON document; `records` is its dotted path, empty for the top.

    `count`, where given, is the dotted path of the number of records that the document states. `document` names what
    the document states once for all records (a unit of measurement, say), by dotted path: a column of each.
    """
    data, encoding = _text(path, spec)
    try:
        document = _parse(data.decode(encoding))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ReadRefusal(path, codes.UNDECODABLE, line=line) from error
    except json.JSONDecodeError as error:
        cut_off = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        raise ReadRefusal(
            path,
            codes.TRUNCATED if cut_off else codes.MALFORMED,
            f"JSON 无法解析：{error.msg}，请重新传送",
            f"not valid JSON: {error.msg}",
            error.lineno,
        ) from error
    except (_RepeatedFieldError, RecursionError) as error:
        raise ReadRefusal(
            path, codes.MALFORMED, f"JSON 无法解析：{error}", f"not readable JSON: {error}"
        ) from error
    records = Records()
    for_all = {name: _stated(document, name) for name in spec.options.get("document", ())}
    for row_no, value in enumerate(_rows(document, spec.options.get("records", ""), path), 1):
        if isinstance(value, dict):
            _take(records, row_no, for_all | value, "")
        else:
            _take(records, row_no, value, str(value))
    if "count" in spec.options:
        records.compare_count(_stated(document, spec.options["count"]))
    return records.result(path, contract, others)


def _stated(document: Any, where: str) -> str | None:
    """What the document states at a dotted path, as written; None if that is no single value."""
    for part in where.split("."):
        document = document.get(part) if isinstance(document, dict) else None
    return document if isinstance(document, str) else None


def _text(path: Path, spec: ReaderSpec) -> tuple[bytes, str]:
    packed = open_bytes(path, spec.options)
    refuse_holes(path, packed)
    data = bytes(packed)
    encoding = codec(spec.options.get("encoding", "utf-8"), path)
    sample = data[:_SAMPLE]
    check_encoding(sample[: sample.rfind(b"\n") + 1] or data, encoding, path)
    return data.removeprefix(b"\xef\xbb\xbf"), encoding


def _parse(text: str) -> Any:
    return json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_fields)


def _fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in names if names.count(name) > 1)
        raise _RepeatedFieldError(f"the field {repeated} appears twice in one object")
    return fields


def _rows(document: Any, where: str, path: Path) -> list[Any]:
    for part in filter(None, where.split(".")):
        if not isinstance(document, dict) or part not in document:
            raise ReadRefusal(
                path, codes.MALFORMED, f"找不到记录路径“{where}”", f"there is no list of records at {where}"
            )
        document = document[part]
    if not isinstance(document, list):
        raise ReadRefusal(
            path,
            codes.MALFORMED,
            f"“{where or '顶层'}”不是记录列表，请核对 reader.records",
            f"{where or 'the top level'} is no list of records; check reader.records",
        )
    return document


def _take(records: Records, row_no: int, value: Any, text: str) -> None:
    if not isinstance(value, dict):
        _reject(records, row_no, text, ValueError("not an object"))
        return
    row = dict(_flat(value, ""))
    if any(cell and "\0" in cell for cell in row.values()):
        raw = json.dumps(value, ensure_ascii=False)
        records.rejected.append(rejected(row_no, raw, codes.NUL_BYTE))
    elif any(cell and not cell.isascii() and _SURROGATE.search(cell) for cell in row.values()):
        records.rejected.append(rejected(row_no, json.dumps(value), codes.UNDECODABLE))
    else:
        records.add(row_no, row)


def _flat(fields: dict[str, Any], prefix: str) -> Iterator[tuple[str, str | None]]:
    """Nested objects as dotted fields, lists as JSON text."""
    for name, value in fields.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is None or isinstance(value, str):
            yield prefix + name, value
        elif isinstance(value, bool):
            yield prefix + name, "true" if value else "false"
        else:
            yield prefix + name, json.dumps(value, ensure_ascii=False)


def _reject(records: Records, row_no: int, text: str, error: Exception) -> None:
    records.rejected.append(
        rejected(
            row_no, text, codes.BAD_RECORD, f"不是有效的 JSON 记录：{error}", f"not a JSON record: {error}"
        )
    )

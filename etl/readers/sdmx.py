"""SDMX data messages: SDMX-ML 2.1 and 3.0 (generic and structure-specific), SDMX-CSV 1.0 and 2.0, SDMX-JSON 1.0.

The result has the columns of a published table (`etl.readers.published`): one row per observation, its
series key in 行 as JSON, TIME_PERIOD in 期, and one cell with the observation's attributes. A structure
message holds no observation.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from lxml import etree

from basedb.findings import Severity, define
from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.encoding import check_encoding
from etl.readers.opening import open_bytes
from etl.readers.published import COLUMNS
from etl.readers.result import ReadRefusal, ReadResult, RejectedRow, note, rejected, text_table

OTHER_STRUCTURE = define(
    "sdmx.other_structure",
    Severity.ERROR,
    "报文的数据结构不是合同约定的",
    "the message follows another data structure than the contract's",
)
STRUCTURE_ONLY = define(
    "sdmx.structure_only", Severity.INFO, "结构报文，不含数据", "a structure message without observations"
)
MISSING_DIMENSION = define(
    "sdmx.missing_dimension",
    Severity.ERROR,
    "观测值缺少约定的维度",
    "the observation lacks a declared dimension",
)

_TIME, _VALUE = "TIME_PERIOD", "OBS_VALUE"
_PARSER = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}

Observation = dict[str, str]


def read_sdmx(
    path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()
) -> ReadResult:
    """Read a data message whose form is recognised by its content.

    Options: `table` names it, `structure` is the data structure (or dataflow) it must follow,
    `dimensions` are the dimensions of its series key. ReadRefusal: no SDMX, cut off, or another structure.
    """
    del others
    data = bytes(open_bytes(path, spec.options))
    check_encoding(data[: 1 << 16].rsplit(b"\n", 1)[0], "utf-8", path)
    data = data.removeprefix(b"\xef\xbb\xbf")
    start = data.lstrip()[:1]
    if start == b"<":
        structure, found = _xml(path, data)
    elif start == b"{":
        structure, found = _json(path, data)
    else:
        structure, found = _csv(path, data)
    if found is None:
        return ReadResult(_table([], contract), notes=(note(STRUCTURE_ONLY),))
    wanted = spec.options["structure"]
    if wanted not in structure:
        raise ReadRefusal(
            path,
            OTHER_STRUCTURE,
            f"报文的数据结构是 {structure or '未写明'}，约定是 {wanted}",
            f"the message follows {structure or 'no structure'}, the contract says {wanted}",
        )
    return _result(found, contract, spec)


def _result(found: Iterable[Observation], contract: Contract, spec: ReaderSpec) -> ReadResult:
    dimensions = spec.options["dimensions"]
    rows: list[tuple[int, dict[str, str | None]]] = []
    unusable: list[RejectedRow] = []
    for number, observation in enumerate(found, 1):
        lacking = [name for name in (*dimensions, _TIME) if not observation.get(name)]
        if lacking:
            raw = json.dumps(observation, ensure_ascii=False)
            zh, en = f"缺少维度 {'、'.join(lacking)}", f"missing: {', '.join(lacking)}"
            unusable.append(rejected(number, raw, MISSING_DIMENSION, zh, en))
        else:
            rows.append((number, _row(observation, dimensions, spec.options["table"])))
    return ReadResult(_table(rows, contract), rejected=tuple(unusable))


def _row(observation: Observation, dimensions: list[str], table: str) -> dict[str, str | None]:
    key = {name: observation[name] for name in dimensions}
    attributes = {
        name: value
        for name, value in observation.items()
        if name not in key and name not in (_TIME, _VALUE) and value
    }
    cell = {
        "at": _VALUE,
        "head": _VALUE,
        "text": observation.get(_VALUE, ""),
        "attributes": attributes,
    }
    return {
        "表": table,
        "期": observation[_TIME],
        "行": json.dumps(key, ensure_ascii=False, sort_keys=True),
        "标签": ".".join(key.values()),
        "数据": json.dumps([cell], ensure_ascii=False),
    }


def _table(rows: list[tuple[int, dict[str, str | None]]], contract: Contract) -> pa.Table:
    columns = {name: pa.array([row.get(name) for _, row in rows], pa.string()) for name in COLUMNS}
    return text_table(columns, contract.read_columns, np.array([number for number, _ in rows], np.int64))


def _xml(path: Path, data: bytes) -> tuple[str, Iterable[Observation] | None]:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise ReadRefusal(path, codes.UNSAFE_XML)
    try:
        root = etree.fromstring(data, etree.XMLParser(**_PARSER))
    except etree.XMLSyntaxError as error:
        raise ReadRefusal(
            path, codes.TRUNCATED, "XML 不完整，请重新传送", f"broken XML: {error}", line=error.lineno or None
        ) from error
    kind = _local(root)
    if kind == "Structure":
        return "", None
    if kind not in ("GenericData", "StructureSpecificData"):
        raise ReadRefusal(path, codes.UNSUPPORTED, f"不是 SDMX 数据报文：{kind}", f"no SDMX data: {kind}")
    # 2.1 names the structure by a Ref, 3.0 by a URN.
    names = [element.get("id", "") for element in root.iter("{*}Ref")]
    names += [
        element.text or "" for element in root.iter("{*}Structure", "{*}StructureUsage") if element.text
    ]
    reader = _generic if kind == "GenericData" else _specific
    return " ".join(names), reader(root)


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def _values(element: Any, kind: str) -> Observation:
    """The Value children of the first child called `kind`."""
    return {
        value.get("id"): value.get("value", "")
        for child in element
        if _local(child) == kind
        for value in child
    }


def _generic(root: Any) -> Iterator[Observation]:
    for group in root.iter("{*}Series", "{*}DataSet"):
        key = _values(group, "SeriesKey") | _values(group, "Attributes")
        for item in group:
            if _local(item) != "Obs":
                continue
            observation = key | _values(item, "ObsKey") | _values(item, "Attributes")
            for child in item:
                if _local(child) == "ObsDimension":
                    observation[child.get("id") or _TIME] = child.get("value", "")
                elif _local(child) == "ObsValue":
                    observation[_VALUE] = child.get("value", "")
            yield observation


def _specific(root: Any) -> Iterator[Observation]:
    for item in root.iter("{*}Obs"):
        above = item.getparent()
        attributes = dict(above.attrib) if _local(above) == "Series" else {}
        yield {**_plain(attributes), **_plain(dict(item.attrib))}


def _plain(attributes: Mapping[Any, Any]) -> Observation:
    """Attributes without those of other namespaces."""
    return {str(name): str(value) for name, value in attributes.items() if not str(name).startswith("{")}


def _csv(path: Path, data: bytes) -> tuple[str, Iterable[Observation]]:
    reader = csv.DictReader(io.StringIO(data.decode("utf-8")), restkey="*")
    names = reader.fieldnames or []
    if _VALUE not in names or _TIME not in names:
        raise ReadRefusal(
            path, codes.WRONG_COLUMNS, "不是 SDMX-CSV：没有 TIME_PERIOD 或 OBS_VALUE 列", "no SDMX-CSV header"
        )
    rows = [{name: value or "" for name, value in row.items() if isinstance(value, str)} for row in reader]
    # 1.0 names the dataflow, 2.0 the structure and an action beside it.
    flow = next((name for name in ("DATAFLOW", "STRUCTURE_ID") if name in names), "")
    structure = " ".join(sorted({row.get(flow, "") for row in rows}))
    dropped = ("DATAFLOW", "STRUCTURE", "STRUCTURE_ID", "ACTION")
    return structure, ({k: v for k, v in row.items() if k not in dropped} for row in rows)


def _json(path: Path, data: bytes) -> tuple[str, Iterable[Observation]]:
    try:
        message = json.loads(data, parse_float=str, parse_int=str)
    except json.JSONDecodeError as error:
        raise ReadRefusal(
            path, codes.TRUNCATED, "JSON 不完整，请重新传送", f"broken JSON: {error}", error.lineno
        ) from error
    body = message.get("data", message)
    structure = body.get("structure") or next(iter(body.get("structures", [])), None)
    if structure is None or "dataSets" not in body:
        raise ReadRefusal(path, codes.UNSUPPORTED, "不是 SDMX-JSON 数据报文", "no SDMX-JSON data message")
    links = " ".join(str(link.get("urn") or link.get("href")) for link in structure.get("links", []))
    name = " ".join(filter(None, [str(structure.get("id") or ""), str(structure.get("name") or ""), links]))
    return name, _json_observations(body, structure)


def _json_observations(body: Mapping[str, Any], structure: Mapping[str, Any]) -> Iterator[Observation]:
    dimensions, attributes = structure["dimensions"], structure.get("attributes", {})

    def decoded(parts: list[Mapping[str, Any]], places: list[Any]) -> Observation:
        return {
            part["id"]: str(value.get("id") or value.get("name") or "")
            for part, place in zip(parts, places, strict=False)
            if place is not None
            for value in [part["values"][int(place)]]
        }

    for data_set in body["dataSets"]:
        groups = data_set.get("series") or {"": data_set}
        for key, group in groups.items():
            series = decoded(dimensions.get("series", []), key.split(":") if key else [])
            series |= decoded(attributes.get("series", []), group.get("attributes", []) if key else [])
            for place, values in group.get("observations", {}).items():
                observation = decoded(dimensions.get("observation", []), place.split(":"))
                observation |= decoded(attributes.get("observation", []), values[1:])
                yield {**series, **observation, _VALUE: "" if values[0] is None else str(values[0])}

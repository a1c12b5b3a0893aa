"""The standard forms of a contract's raw rows: what a helper process does with a part of a file.

Nothing here needs the engine or a reader, so that helpers are soon at work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.domain import Attribute, Domain
from basedb.findings import Severity, finding_type
from basedb.standards import dates
from etl.contract.model import Contract
from etl.contract_checks import FINDING_COLUMNS, contract_findings, finding_rows

FINDING_SCHEMA = pa.schema(
    [pa.field(name, pa.string()) for name in ("column_name", "code", "value", "suggestion", "severity")]
    + [pa.field("row_no", pa.int64()), pa.field("failed", pa.bool_())]
)


def standardize_rows(
    contract: Contract, domain: Domain, rows: pa.Table
) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Standard forms of raw rows: mentions, events and findings, each keyed by `row_no`.

    Findings carry `row_no`, `column_name` (the department's), `code`, `value`, `suggestion` and
    `failed` (the contract quarantines the row for it) and `severity` where the contract sets it.
    """
    found: list[pd.DataFrame] = [contract_findings(contract, rows)]
    mentions = [_mentions(contract, domain, role, rows, found) for role in contract.roles]
    event: dict[str, Any] = {"row_no": rows["row_no"]}
    for attribute in domain.record_attributes:
        columns = contract.attributes("record").get(attribute.name)
        if columns:
            event |= _standard(contract, attribute, columns, rows, found)
    found.append(_check_record(contract, domain, event, rows))
    event["valid_from"] = _valid_from(contract, rows, event)
    findings = pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)
    return (
        pa.concat_tables(mentions, promote_options="default"),
        pa.table(event),
        pa.Table.from_pandas(findings, schema=FINDING_SCHEMA, preserve_index=False),
    )


def _mentions(
    contract: Contract, domain: Domain, role: str, rows: pa.Table, found: list[pd.DataFrame]
) -> pa.Table:
    """Every mention of an entity in `role`, with all standard columns of the entity."""
    sources = contract.attributes(role)
    entity = domain.entity
    columns: dict[str, pa.ChunkedArray] = {}
    for attribute in entity.attributes:
        if attribute.name in sources:
            columns |= _standard(contract, attribute, sources[attribute.name], rows, found)
    found.append(_cross_check(contract, domain.entity.check, role, columns, rows))
    table = pa.table(
        {"row_no": rows["row_no"], "role": pa.array([role] * rows.num_rows, pa.string()), **columns}
    )
    if role == "self":
        return table
    # A relative who is neither named nor numbered is not mentioned at all.
    named = [name for name in ("name", entity.identifier) if name in columns]
    present = None
    for name in named:
        here = pc.is_valid(table[name])
        present = here if present is None else pc.or_(present, here)
    return table.filter(present) if present is not None else table


def _standard(
    contract: Contract,
    attribute: Attribute,
    columns: tuple[str, ...],
    rows: pa.Table,
    found: list[pd.DataFrame],
) -> dict[str, pa.ChunkedArray]:
    """The standard column of an attribute and its features; the first non-blank source column counts."""
    raw = pc.coalesce(*(_looked_up(rows[name], contract.columns[name].lookup) for name in columns))
    if attribute.standardize is None:
        text = pc.utf8_trim_whitespace(raw)
        return {attribute.name: pc.if_else(pc.equal(text, ""), None, text)}
    standard = attribute.standardize(_series(raw))
    outputs = {attribute.name: attribute.output or attribute.name}
    outputs |= {feature.name: feature.output for feature in attribute.features}
    values = {name: _arrow(standard.columns[output]) for name, output in outputs.items()}
    if len(standard.findings):
        found.append(_located(contract, columns, standard.findings, raw, values[attribute.name], rows))
    return values


def _series(raw: pa.ChunkedArray) -> pd.Series:
    return pd.Series(pd.array(raw.cast(pa.large_string()), dtype="string[pyarrow]"))


def _arrow(series: pd.Series) -> pa.ChunkedArray:
    array = pa.array(series, from_pandas=True)
    chunked = array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array])
    return chunked.cast(pa.string()) if pa.types.is_large_string(chunked.type) else chunked


def _looked_up(raw: pa.ChunkedArray, lookup: Mapping[str, str]) -> pa.ChunkedArray:
    """Local texts replaced as the contract says; others stay."""
    if not lookup:
        return raw
    encoded = raw.combine_chunks().dictionary_encode()
    words = [lookup.get(word, word) for word in encoded.dictionary.to_pylist()]
    return pa.chunked_array(
        [pa.DictionaryArray.from_arrays(encoded.indices, pa.array(words, pa.string())).cast(pa.string())]
    )


def _located(
    contract: Contract,
    columns: tuple[str, ...],
    findings: pd.DataFrame,
    raw: pa.ChunkedArray,
    values: pa.ChunkedArray,
    rows: pa.Table,
) -> pd.DataFrame:
    """A column function's findings with the row, the department's column and the raw value.

    A finding fails its row if the contract says so for the column and the value is lost.
    """
    positions = pa.array(findings["position"])
    origin = _origin(columns, rows, positions)
    strict = {name for name in columns if contract.columns[name].on_failure == "quarantine"}
    lost = pc.is_null(values.take(positions)).to_pandas()
    severe = findings["code"].map(lambda code: finding_type(code).severity != Severity.INFO)
    failed = origin.isin(strict).to_numpy() & lost.to_numpy(bool) & severe.to_numpy(bool)
    return finding_rows(
        rows["row_no"].take(positions),
        origin,
        findings["code"],
        raw.take(positions),
        findings["suggestion"],
        pd.Series(failed),
    )


def _origin(columns: tuple[str, ...], rows: pa.Table, positions: pa.Array) -> pd.Series:
    """The department's column that the value at each position came from: the first that is not blank."""
    origin = pa.array([columns[0]] * len(positions), pa.string())
    for name in reversed(columns if len(columns) > 1 else ()):
        origin = pc.if_else(pc.is_valid(rows[name].take(positions)), name, origin)
    return pd.Series(origin.to_pandas())


def _check_record(
    contract: Contract, domain: Domain, event: Mapping[str, Any], rows: pa.Table
) -> pd.DataFrame:
    """The domain's checks across the standard values of the event itself."""
    if domain.check_record is None or not contract.attributes("record"):
        return pd.DataFrame(columns=FINDING_COLUMNS)
    values = {name: column for name, column in event.items() if name != "row_no"}
    return _cross_check(contract, domain.check_record, "record", values, rows)


def _cross_check(
    contract: Contract,
    check: Callable[[pd.DataFrame], pd.DataFrame],
    role: str,
    columns: Mapping[str, pa.ChunkedArray],
    rows: pa.Table,
) -> pd.DataFrame:
    """The findings of `check` across the standard values of one role."""
    frame = pd.DataFrame(
        {
            name: pd.Series(pd.array(_text(values), dtype="string[pyarrow]"))
            if not pa.types.is_boolean(values.type)
            else values.to_pandas()
            for name, values in columns.items()
        }
    )
    findings = check(frame)
    sources = contract.attributes(role)
    parts = []
    for attribute, group in findings.groupby("attribute"):
        fed = sources[str(attribute)]
        positions = pa.array(group["position"].astype("int64"))
        raw = pc.coalesce(*(rows[name].take(positions) for name in fed))
        parts.append(
            finding_rows(
                rows["row_no"].take(positions),
                _origin(fed, rows, positions),
                group["code"],
                raw,
                group["suggestion"],
                False,
            )
        )
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=FINDING_COLUMNS)


def _text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.cast(pa.large_string())


def _valid_from(contract: Contract, rows: pa.Table, event: Mapping[str, Any]) -> pa.ChunkedArray:
    """The day from which the row is true in the world, where the department says; else null."""
    if contract.valid_from is None:
        return pa.chunked_array([pa.nulls(rows.num_rows, pa.date32())])
    column = contract.columns.get(contract.valid_from)
    for target in column.targets if column else ():
        if target.role == "record" and pa.types.is_date32(event[target.attribute].type):
            read: pa.ChunkedArray = event[target.attribute]
            return read
    return _arrow(dates.parse_date(_series(rows[contract.valid_from]), timed=True).columns["date"])

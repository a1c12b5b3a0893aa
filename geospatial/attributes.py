"""The attributes of a layer's rows in their standard forms."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.domain import Attribute
from geospatial.layers import Layer
from geospatial.noted import Noted


def standard_attributes(
    rows: pa.Table, layer: Layer, fed: Mapping[str, str], noted: Noted
) -> dict[str, pa.Array]:
    """The layer's attributes that the contract feeds, in their standard forms, as text; blanks are null.

    rows: `row_no` and the contract's columns as text. fed: attribute → column.
    """
    found: dict[str, pa.Array] = {}
    for attribute in layer.attributes:
        if attribute.name in fed:
            found |= _standard(attribute, fed[attribute.name], rows, noted)
    return found


def as_documents(columns: Mapping[str, pa.Array], count: int) -> pa.Array:
    """One JSON object per row of so many, in the way `json.dumps` writes them; nulls left out."""
    members = [
        pc.coalesce(pc.binary_join_element_wise(f'"{name}": "', _escaped(column), '", ', ""), "")
        for name, column in columns.items()
    ]
    if not members:
        return pa.array(["{}"] * count, pa.string())
    inside = pc.utf8_rtrim(pc.binary_join_element_wise(*members, ""), ", ")
    return pc.binary_join_element_wise("{", inside, "}", "")


def _escaped(column: pa.Array) -> pa.Array:
    """Texts as they stand between the quotes of JSON."""
    special = pc.fill_null(pc.match_substring_regex(column, r'["\\\x00-\x1f]'), False)
    if not pc.any(special).as_py():
        return column
    written = [
        json.dumps(text, ensure_ascii=False)[1:-1] if marked else None
        for text, marked in zip(column.to_pylist(), special.to_pylist(), strict=True)
    ]
    return pc.coalesce(pa.array(written, pa.string()), column)


def _standard(attribute: Attribute, column: str, rows: pa.Table, noted: Noted) -> dict[str, pa.Array]:
    raw = rows[column].cast(pa.large_string())
    if attribute.standardize is None:
        return {attribute.name: _text(pc.utf8_trim_whitespace(raw))}
    series = pd.Series(pd.array(raw, dtype="string[pyarrow]"))
    standard = attribute.standardize(series)
    found = standard.findings
    at = found["position"].to_numpy(dtype="int64")
    if len(at):
        suggestion = [None if pd.isna(item) else str(item) for item in found["suggestion"]]
        values = [None if pd.isna(item) else str(item) for item in series.iloc[at]]
        noted.add(
            rows["row_no"].to_numpy()[at], [str(code) for code in found["code"]], column, values, suggestion
        )
    outputs = {attribute.name: attribute.output or attribute.name}
    outputs |= {feature.name: feature.output for feature in attribute.features}
    return {
        name: pc.cast(pa.array(standard.columns[output], from_pandas=True), pa.string())
        for name, output in outputs.items()
    }


def _text(column: pa.ChunkedArray) -> pa.Array:
    blank = pc.equal(pc.binary_length(column), 0)
    return pc.if_else(blank, pa.scalar(None, pa.string()), column.cast(pa.string())).combine_chunks()

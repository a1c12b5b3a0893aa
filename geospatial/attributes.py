"""The attributes of a layer's rows in their standard forms, and a fingerprint of what they say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

import pandas as pd
import pyarrow as pa

from basedb.domain import Attribute
from geospatial.layers import Layer
from geospatial.noted import Noted


def standard_attributes(rows: pa.Table, layer: Layer, fed: Mapping[str, str], noted: Noted) -> list[str]:
    """One JSON object per row: the layer's attributes the contract feeds, blanks left out.

    rows: `row_no` and the contract's columns as text. fed: attribute → column.
    """
    columns: dict[str, pd.Series] = {}
    for attribute in layer.attributes:
        if attribute.name in fed:
            columns |= _standard(attribute, fed[attribute.name], rows, noted)
    frame = pd.DataFrame(columns)
    names = list(frame.columns)
    return (
        [
            json.dumps(
                {name: value for name, value in zip(names, values, strict=True) if value is not None},
                ensure_ascii=False,
            )
            for values in zip(*(_plain(frame[name]) for name in names), strict=True)
        ]
        if names
        else ["{}"] * rows.num_rows
    )


def content_digest(documents: list[str]) -> list[str]:
    """A fingerprint of each row's attributes, as UUID text."""
    return [hashlib.md5(text.encode()).hexdigest() for text in documents]


def _standard(attribute: Attribute, column: str, rows: pa.Table, noted: Noted) -> dict[str, pd.Series]:
    raw = pd.Series(pd.array(rows[column].cast(pa.large_string()), dtype="string[pyarrow]"))
    if attribute.standardize is None:
        text = raw.str.strip()
        return {attribute.name: text.where(text != "")}
    standard = attribute.standardize(raw)
    found = standard.findings
    at = found["position"].to_numpy(dtype="int64")
    if len(at):
        suggestion = [None if pd.isna(item) else str(item) for item in found["suggestion"]]
        values = [None if pd.isna(item) else str(item) for item in raw.iloc[at]]
        noted.add(
            rows["row_no"].to_numpy()[at], [str(code) for code in found["code"]], column, values, suggestion
        )
    outputs = {attribute.name: attribute.output or attribute.name}
    outputs |= {feature.name: feature.output for feature in attribute.features}
    return {name: standard.columns[output] for name, output in outputs.items()}


def _plain(series: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in series]

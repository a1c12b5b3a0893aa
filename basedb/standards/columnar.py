"""The frame every column function stands on: text in, distinct values parsed once, findings collected.

Columns that departments send repeat themselves, so a value is parsed once and the result is taken back to
every row that holds it. Everything here works on Arrow buffers; nothing loops over rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Standardized, no_findings

TEXT = pa.large_string()

Found: TypeAlias = tuple[str, str | None]
"""One finding of one value: its code and a suggested repair."""

Parser: TypeAlias = Callable[[str], tuple[Sequence[Any], Sequence[Found]]]
"""Reads one non-empty value: the values of the fields, in order, and what was found."""

Plain: TypeAlias = Callable[[pa.Array], tuple[np.ndarray, dict[str, pa.Array]]]
"""Which of some values say plainly what they are (a mask), and the fields of those (of the others anything)."""


def to_arrow(series: pd.Series) -> pa.Array:
    """The column as one Arrow large_string array; NA, NaN and None become null.

    Columns of another type (a reader that did not keep text) are converted through `str`.
    """
    values: Any = series.array
    if isinstance(series.dtype, pd.StringDtype | pd.ArrowDtype):
        array = pa.array(values, from_pandas=True)
    elif series.dtype == object:
        try:
            array = pa.array(values, type=TEXT, from_pandas=True)
        except (pa.ArrowTypeError, pa.ArrowInvalid):
            array = pa.array(series.astype("string").array, from_pandas=True)
    else:
        array = pa.array(series.astype("string").array, from_pandas=True)
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks() if array.num_chunks != 1 else array.chunk(0)
    return array if array.type == TEXT else array.cast(TEXT)


def text_series(array: pa.Array | pa.ChunkedArray, index: pd.Index) -> pd.Series:
    """A string[pyarrow] Series over an Arrow text array."""
    if not pa.types.is_large_string(array.type):
        array = array.cast(TEXT)
    return pd.Series(pd.array(array, dtype="string[pyarrow]"), index=index)


def arrow_series(array: pa.Array | pa.ChunkedArray, index: pd.Index) -> pd.Series:
    """A Series over any Arrow array: text as string[pyarrow], booleans as bool, others as ArrowDtype."""
    if pa.types.is_string(array.type) or pa.types.is_large_string(array.type):
        return text_series(array, index)
    if pa.types.is_boolean(array.type):
        return pd.Series(np.asarray(pc.fill_null(array, False)), index=index, dtype=bool)
    return pd.Series(pd.array(array, dtype=pd.ArrowDtype(array.type)), index=index)


class Findings:
    """Collects findings by position and gives them back as the table the pipeline expects."""

    def __init__(self) -> None:
        self._positions: list[np.ndarray] = []
        self._codes: list[pa.Array] = []
        self._suggestions: list[pa.Array] = []

    def add(self, positions: np.ndarray, code: str, suggestions: pa.Array | None = None) -> None:
        """One finding of type `code` at each position; `suggestions` runs parallel to the positions."""
        if len(positions) == 0:
            return
        self._positions.append(np.asarray(positions, dtype=np.int64))
        self._codes.append(pa.repeat(pa.scalar(code, TEXT), len(positions)))
        self._suggestions.append(pa.nulls(len(positions), TEXT) if suggestions is None else suggestions)

    def add_distinct(self, codes: np.ndarray, found: Sequence[Sequence[Found]]) -> None:
        """Spread findings of distinct values to the rows: row i has value `codes[i]` (-1: none)."""
        if not any(found):
            return
        counts = np.fromiter((len(f) for f in found), dtype=np.int64, count=len(found))
        flat = [one for many in found for one in many]
        starts = np.concatenate(([0], np.cumsum(counts)))
        rows = np.flatnonzero((codes >= 0) & (counts[np.maximum(codes, 0)] > 0))
        per_row = counts[codes[rows]]
        ends = np.cumsum(per_row)
        picks = np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - per_row, per_row)
        picks += np.repeat(starts[codes[rows]], per_row)
        self._positions.append(np.repeat(rows, per_row))
        taken = pa.array(picks)
        self._codes.append(pa.array([code for code, _ in flat], TEXT).take(taken))
        self._suggestions.append(pa.array([hint for _, hint in flat], TEXT).take(taken))

    def frame(self) -> pd.DataFrame:
        """The findings in row order."""
        if not self._positions:
            return no_findings()
        positions = np.concatenate(self._positions)
        order = np.argsort(positions, kind="stable")
        taken = pa.array(order)
        index = pd.RangeIndex(len(order))
        return pd.DataFrame(
            {
                "position": positions[order],
                "code": text_series(pa.concat_arrays(self._codes).take(taken), index),
                "suggestion": text_series(pa.concat_arrays(self._suggestions).take(taken), index),
            }
        )


def encode(array: pa.Array) -> tuple[pa.Array, np.ndarray]:
    """Distinct values of a text array and each row's place among them (-1 for null)."""
    encoded = pc.dictionary_encode(array)
    indices = np.asarray(pc.fill_null(encoded.indices, -1)).astype(np.int64, copy=False)
    return encoded.dictionary, indices


def take(array: pa.Array, codes: np.ndarray) -> pa.Array:
    """Values by place, null where the place is -1."""
    if len(codes) and codes.min() < 0:
        return array.take(pa.array(codes, mask=codes < 0))
    return array.take(pa.array(codes))


def transpose(rows: Sequence[Sequence[Any]], fields: dict[str, pa.DataType]) -> dict[str, pa.Array]:
    """Rows of parsed values as one Arrow array per field."""
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(fields)
    return {
        name: pa.array(values, type=kind)
        for (name, kind), values in zip(fields.items(), columns, strict=True)
    }


def frame(columns: dict[str, pa.Array], index: pd.Index) -> pd.DataFrame:
    """Arrow arrays as the data frame of a `Standardized`."""
    return pd.DataFrame({name: arrow_series(array, index) for name, array in columns.items()}, index=index)


def parse_distinct(
    series: pd.Series, fields: dict[str, pa.DataType], parse: Parser, plain: Plain | None = None
) -> Standardized:
    """Apply `parse` to every distinct value of `series`; nulls stay null without a finding.

    plain: tells which values need no reading, and what they come to, all at once.
    """
    values, codes = encode(to_arrow(series))
    clear, columns = plain(values) if plain else (np.zeros(len(values), dtype=bool), {})
    asked = np.flatnonzero(~clear)
    rows: list[Sequence[Any]] = []
    found: list[Sequence[Found]] = [()] * len(values)
    for place, value in zip(asked.tolist(), values.take(pa.array(asked)).to_pylist(), strict=True):
        row, found[place] = parse(value)
        rows.append(row)
    parsed = transpose(rows, fields)
    if len(asked) < len(values):
        # What was plain stands in its place, what was read after it.
        chosen = np.arange(len(values))
        chosen[asked] = len(values) + np.arange(len(asked))
        parsed = {
            name: pa.concat_arrays([columns[name].cast(array.type), array]).take(pa.array(chosen))
            for name, array in parsed.items()
        }
    findings = Findings()
    findings.add_distinct(codes, found)
    spread = {name: take(array, codes) for name, array in parsed.items()}
    return Standardized(frame(spread, series.index), findings.frame())

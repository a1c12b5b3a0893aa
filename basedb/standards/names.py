"""Names of people: the stored form, the compared forms, pinyin and surname.

The dot of minority and foreign names is U+00B7 (民委发〔2016〕33号). Plain Han names of two to four
characters, nearly all of a column, are read as a matrix of code points; `names_text` reads the others.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Standardized
from basedb.standards import glyphs, pinyin
from basedb.standards.columnar import TEXT, Findings, Found, encode, frame, take, to_arrow, transpose
from basedb.standards.names_text import SUSPICIOUS, read_name
from basedb.standards.text import fold_table, han_table

FIELDS: dict[str, pa.DataType] = {
    "name": TEXT,
    "name_folded": TEXT,
    "name_pinyin": TEXT,
    "surname": TEXT,
    "name_parts": TEXT,
    "name_shape": TEXT,
    "name_is_placeholder": pa.bool_(),
}
_LONGEST = 4


def person_name(series: pd.Series) -> Standardized:
    """Read a column of personal names.

    Columns: `name` cleaned (dots U+00B7, no blanks in Han names, private use mapped); `name_folded` for
    comparison (simplified, no dots, Latin in capitals); `name_pinyin` toneless, with the surname's reading;
    `surname` (NA for minority, foreign and unnamed); `name_parts` the compared parts of a name with a dot or
    of Latin words, in alphabetical order (NA for others); `name_shape` with one character for all that look
    like it and ? for lost ones; `name_is_placeholder` (unnamed newborns). Values that say there is no name
    become NA.
    """
    values, codes = encode(to_arrow(series))
    texts = values.to_pylist()
    plain, matrix = _plain(texts)
    columns = _read_plain(values.filter(pa.array(plain)), matrix[plain])
    odd, found = _read_odd([texts[place] for place in np.flatnonzero(~plain)])
    # The odd values follow the plain ones: where each distinct value now stands, and then each row.
    places = np.where(plain, np.cumsum(plain), plain.sum() + np.cumsum(~plain)) - 1
    rows = np.where(codes >= 0, places[codes], -1) if len(places) else codes
    findings = Findings()
    findings.add_distinct(np.maximum(rows - plain.sum(), -1), found)
    joined = {name: pa.concat_arrays([columns[name], odd[name]]) for name in FIELDS}
    taken = {name: take(array, rows) for name, array in joined.items()}
    return Standardized(frame(taken, series.index), findings.frame())


def _plain(texts: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Which values are two to four ordinary Han characters, and all values as code points."""
    if not texts:
        return np.zeros(0, dtype=bool), np.zeros((0, _LONGEST + 1), dtype=np.uint32)
    matrix = np.array(texts, dtype=f"U{_LONGEST + 1}").view(np.uint32).reshape(len(texts), _LONGEST + 1)
    ordinary = _ordinary_table()[matrix]
    length = (matrix != 0).sum(axis=1)
    plain = (length >= 2) & (length <= _LONGEST) & (ordinary | (matrix == 0)).all(axis=1)
    return plain, matrix


_ORDINARY: list[np.ndarray] = []


def _ordinary_table() -> np.ndarray:
    """Han characters that need no folding and raise no suspicion."""
    if not _ORDINARY:
        table = han_table() & (fold_table() == np.arange(0x110000))
        table &= pinyin.tables().given > 0
        table[[ord(c) for c in SUSPICIOUS]] = False
        _ORDINARY.append(table)
    return _ORDINARY[0]


def _read_plain(values: pa.Array, matrix: np.ndarray) -> dict[str, pa.Array]:
    tables = pinyin.tables()
    length = (matrix != 0).sum(axis=1)
    compound = np.zeros(len(matrix), dtype=bool)
    long = np.flatnonzero(length >= 3)
    keys = pinyin.pair_key(matrix[long, 0], matrix[long, 1])
    nearest = np.minimum(np.searchsorted(tables.compound_keys, keys), len(tables.compound_keys) - 1)
    hits = tables.compound_keys[nearest] == keys
    compound[long[hits]] = True

    places = [tables.surname[matrix[:, 0]], *(tables.given[matrix[:, i]] for i in range(1, _LONGEST))]
    places[0][long[hits]] = tables.compound_places[nearest[hits]]
    places[1][compound] = 0
    doubtful = (length == 4) & ~compound & ~tables.singles[matrix[:, 0]]
    syllables = [tables.syllables.take(pa.array(place)) for place in places]
    surname = pa.array(
        np.where(compound, _joined(matrix[:, :2]), _joined(matrix[:, :1])), mask=doubtful, type=TEXT
    )
    return {
        "name": values,
        "name_folded": values,
        "name_pinyin": pc.binary_join_element_wise(*syllables, pa.scalar("", TEXT)),
        "surname": surname,
        "name_parts": pa.nulls(len(values), TEXT),
        "name_shape": _shapes(values, matrix),
        "name_is_placeholder": pa.array(np.zeros(len(matrix), dtype=bool)),
    }


def _shapes(values: pa.Array, matrix: np.ndarray) -> pa.Array:
    shapes = glyphs.table()[matrix[:, :_LONGEST]]
    changed = (shapes != matrix[:, :_LONGEST]).any(axis=1)
    return pc.replace_with_mask(values, pa.array(changed), pa.array(_joined(shapes[changed]), TEXT))


def _joined(matrix: np.ndarray) -> np.ndarray:
    width = matrix.shape[1]
    return np.ascontiguousarray(matrix).view(f"U{width}").reshape(len(matrix))


def _read_odd(texts: list[str]) -> tuple[dict[str, pa.Array], list[list[Found]]]:
    read = [read_name(text) for text in texts]
    rows = [
        (one.name, one.folded, one.pinyin, one.surname, one.parts, one.shape, one.is_placeholder)
        for one in read
    ]
    return transpose(rows, FIELDS), [one.findings for one in read]

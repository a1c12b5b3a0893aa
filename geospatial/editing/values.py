"""Attributes of features as texts that are equal exactly if the values are, from the store and from a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import sqlalchemy as sa
from numpy.typing import NDArray

from basedb.domain import Attribute
from geospatial.layers import Layer

#: Columns that come along to be read and are not edited.
READ_ONLY = ("source", "source_key")


def texts(layer: Layer, rows: pd.DataFrame) -> pd.DataFrame:
    """The layer's attributes and READ_ONLY columns in `rows` as text, None for blanks; columns that are not
    there are left out."""
    kinds = {item.name: item for item in layer.attributes}
    names = [name for name in (*kinds, *READ_ONLY) if name in rows.columns]
    return pd.DataFrame(
        {name: _texts(rows[name], kinds.get(name)) for name in names}, index=rows.index, dtype=object
    )


def _texts(values: pd.Series, attribute: Attribute | None) -> NDArray[np.object_]:
    kind = sa.Text if attribute is None else attribute.type
    write = _whole if kind is sa.Integer else _number if kind is sa.Double else _text
    found = np.empty(len(values), object)
    found[:] = [None if pd.isna(value) else write(value) for value in values]
    return found


def _text(value: Any) -> str | None:
    return str(value).strip() or None


def _number(value: Any) -> str | None:
    """A number as Python writes it; what is none stays as it was typed, for the finding that says so."""
    try:
        return repr(float(value))
    except ValueError:
        return _text(value)


def _whole(value: Any) -> str | None:
    try:
        number = float(value)
    except ValueError:
        return _text(value)
    return str(int(number)) if number == int(number) else repr(number)

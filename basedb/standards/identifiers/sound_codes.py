"""Credit codes with nothing wrong about them, told for a whole column at once.

Nearly all codes of a register are so, and reading one by one what is right with them takes most of the time of
reading the register. What is not among them is read by `organization`, which says what is wrong.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from basedb.standards import divisions
from basedb.standards.identifiers.check_digits import (
    CREDIT_ALPHABET,
    CREDIT_WEIGHTS,
    ORGANIZATION_ALPHABET,
    ORGANIZATION_WEIGHTS,
)
from basedb.standards.identifiers.organization_checks import credit_categories

_LENGTH = 18
_DIVISION, _INNER = slice(2, 8), slice(8, 16)
_INNER_CHECK, _CHECK = 16, 17
_NO_VALUE = -1
_STATE = 100_000  # registered with the authority of the state, which the list of divisions does not have
_CHECK_OF_REMAINDER = np.frombuffer(b"0X987654321", np.uint8)  # of an organisation code, by its sum modulo 11


def sound_credit_codes(values: pa.Array) -> NDArray[np.bool_]:
    """Which of these texts are unified social credit codes as they stand (GB 32100-2015, GB 11714-1997).

    Eighteen characters of the standard's, a department and category there is, a division there is or was, both check
    characters right, and no placeholder inside.
    """
    # As many bytes as characters: nothing but ASCII.
    whole = pc.and_(pc.equal(pc.binary_length(values), _LENGTH), pc.equal(pc.utf8_length(values), _LENGTH))
    found = np.array(pc.fill_null(whole, False), dtype=bool)
    codes = values.filter(pa.array(found))
    if len(codes):
        places = np.frombuffer("".join(codes.to_pylist()).encode("ascii"), np.uint8).reshape(-1, _LENGTH)
        found[found] = _sound(places)
    return found


def _sound(places: NDArray[np.uint8]) -> NDArray[np.bool_]:
    credit = _values(CREDIT_ALPHABET)[places]
    known = (credit != _NO_VALUE).all(axis=1) & (credit[:, _DIVISION] < 10).all(axis=1)
    department = places[:, 0].astype(np.int64) * 256 + places[:, 1]
    known &= np.isin(department, [ord(name[0]) * 256 + ord(name[1]) for name in credit_categories()])
    # Values of other characters are read from the end of the table, which is harmless: they are not known.
    division = np.where(known, credit[:, _DIVISION] @ 10 ** np.arange(5, -1, -1), 0)
    known &= (divisions.last_years()[division] != 0) | (division == _STATE)
    known &= (-(credit[:, :_CHECK] @ np.array(CREDIT_WEIGHTS))) % len(CREDIT_ALPHABET) == credit[:, _CHECK]
    inner = places[:, _INNER]
    remainder = _values(ORGANIZATION_ALPHABET)[inner] @ np.array(ORGANIZATION_WEIGHTS) % 11
    known &= _CHECK_OF_REMAINDER[remainder] == places[:, _INNER_CHECK]
    return known & ~_placeholder(places[:, _INNER.start : _CHECK])


def _placeholder(inner: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """One character all through, or of the private range PDY00001-PDY99999."""
    one = (inner == inner[:, :1]).all(axis=1)
    private = (inner[:, :3] == np.frombuffer(b"PDY", np.uint8)).all(axis=1)
    return np.asarray(one | private & (inner[:, 3:8] <= ord("9")).all(axis=1))


def _values(alphabet: str) -> NDArray[np.int64]:
    """The value of every ASCII character in an alphabet."""
    table = np.full(128, _NO_VALUE, np.int64)
    table[np.frombuffer(alphabet.encode(), np.uint8)] = np.arange(len(alphabet))
    return table

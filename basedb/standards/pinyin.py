"""Toneless pinyin and surnames: per-character tables, with the readings that surnames have.

Readings come from pypinyin's table, first reading first; `data/surnames.csv` holds surnames, and their
reading where it differs. ü is written v, as in passports before 2012 and in pypinyin.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pypinyin.constants import PINYIN_DICT

from basedb.standards import codelists
from basedb.standards.columnar import TEXT


def _toneless(reading: str) -> str:
    letters = unicodedata.normalize("NFD", reading.replace("ü", "v"))
    letters = letters.replace("u\u0308", "v")
    return "".join(c for c in letters if c.isascii() and c.isalpha())


@dataclass(frozen=True)
class Tables:
    """Syllables and, for each code point, the place of its syllable (0: none) as a given name and surname."""

    syllables: pa.Array
    given: np.ndarray
    surname: np.ndarray
    compound_keys: np.ndarray
    compound_places: np.ndarray
    compounds: dict[str, str]
    singles: np.ndarray


def pair_key(first: np.ndarray | int, second: np.ndarray | int) -> np.ndarray:
    """Two code points as one integer."""
    return np.asarray(first, dtype=np.int64) << 21 | np.asarray(second, dtype=np.int64)


@lru_cache(maxsize=2)
def tables() -> Tables:
    """The tables, built once."""
    places: dict[str, int] = {"": 0}
    given = np.zeros(0x110000, dtype=np.int32)
    for code_point, readings in PINYIN_DICT.items():
        syllable = _toneless(readings.split(",")[0])
        given[code_point] = places.setdefault(syllable, len(places))
    surname = given.copy()
    singles = np.zeros(0x110000, dtype=bool)
    compounds: dict[str, str] = {}
    compound_places: dict[int, int] = {}
    for row in codelists.read_csv("surnames.csv").to_dict("records"):
        name, reading = row["surname"], row["pinyin"]
        if len(name) == 1:
            singles[ord(name)] = True
            if reading:
                surname[ord(name)] = places.setdefault(reading, len(places))
        else:
            compounds[name] = reading
            key = int(pair_key(ord(name[0]), ord(name[1])))
            compound_places[key] = places.setdefault(reading, len(places))
    keys = np.array(sorted(compound_places), dtype=np.int64)
    return Tables(
        pa.array(list(places), TEXT),
        given,
        surname,
        keys,
        np.array([compound_places[int(key)] for key in keys], dtype=np.int32),
        compounds,
        singles,
    )


def is_compound_surname(two: str) -> bool:
    """Whether two characters are a compound surname such as 欧阳."""
    return two in tables().compounds


def of_text(text: str) -> str:
    """Toneless pinyin of every Han character, joined; Latin letters stay, in lower case."""
    table = tables()
    parts = []
    for character in text:
        place = table.given[ord(character)]
        parts.append(table.syllables[place].as_py() if place else character.lower())
    return "".join(parts)


def of_column(texts: pa.Array) -> pa.Array:
    """`of_text` over a column, by code points instead of one text after the other."""
    table = tables()
    lengths = np.asarray(pc.fill_null(pc.utf8_length(texts), 0)).astype(np.int64)
    joined = "".join(pc.fill_null(texts, "").to_pylist())
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    places = table.given[points].astype(np.int64)
    # What has no syllable follows them, each such character once.
    odd, order = np.unique(points[places == 0], return_inverse=True)
    places[places == 0] = len(table.syllables) + order
    letters = pa.array([chr(point).lower() for point in odd], TEXT)
    syllables = pa.concat_arrays([table.syllables, letters]).take(pa.array(places))
    offsets = pa.array(np.concatenate(([0], np.cumsum(lengths))))
    read = pc.binary_join(pa.LargeListArray.from_arrays(offsets, syllables), pa.scalar("", TEXT))
    return pc.if_else(pc.is_valid(texts), read, pa.scalar(None, TEXT))

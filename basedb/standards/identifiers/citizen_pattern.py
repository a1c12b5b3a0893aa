"""What can still be read of a damaged citizen ID: its 18 places, with ``*`` where the digit is lost.

A spreadsheet keeps 15 significant digits and writes zeros for the rest; about one in eleven of these
numbers passes its check by luck, so every number that ends in 000 is held to be cut. Scientific text
keeps its leading digits, a masked number whatever the mask leaves.
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from basedb.standards.columnar import TEXT, encode, take

_LENGTH = 18
_KEPT = 15
_COUNTY = 6
_SCIENTIFIC = re.compile(r"^(?P<digit>\d)(?:\.(?P<decimals>\d+))?E\+?17$")
_MASK = re.compile(r"[*?#•●]|(?<=X)X(?=X)|XX(?=X)|(?<=XX)X")
_MASKED = re.compile(r"^(?P<head>\d*)\*+(?P<tail>\d*[\dX]?)$")
_PLACES = re.compile(r"^[\d*]{17}[\dX*]$")


def patterns(numbers: pa.Array, cut: np.ndarray, damaged: np.ndarray) -> pa.Array:
    """The pattern of each damaged number, null for others and where nothing can be said.

    cut: rows of 18 digits that are right only up to the 15th; damaged: rows damaged in another way.
    """
    result = pa.nulls(len(numbers), TEXT)
    if cut.any():
        kept = pc.utf8_slice_codeunits(numbers.filter(pa.array(cut)), 0, _KEPT)
        lost = pa.scalar("*" * (_LENGTH - _KEPT), TEXT)
        joined = pc.binary_join_element_wise(kept, lost, pa.scalar("", TEXT))
        result = pc.replace_with_mask(result, pa.array(cut), joined)
    if damaged.any():
        values, codes = encode(numbers.filter(pa.array(damaged)))
        read = pa.array([pattern(value) for value in values.to_pylist()], TEXT)
        result = pc.replace_with_mask(result, pa.array(damaged), take(read, codes))
    return result


def pattern(text: str) -> str | None:
    """The pattern of one number that is scientific text or masked; None if it is neither.

    >>> pattern("4.11102E+17")
    '411102************'
    """
    if number := _SCIENTIFIC.match(text):
        digits = number["digit"] + (number["decimals"] or "")
        # The last digit was rounded, unless it is the last of the county: the century's 1 or 2 follows.
        known = digits if len(digits) == _COUNTY else digits[:-1]
        return known[:_KEPT].ljust(_LENGTH, "*") if known else None
    masked = _MASK.sub(lambda match: "*" * len(match[0]), text)
    if masked != text.replace("X", "*") and _PLACES.match(masked):
        return masked
    if number := _MASKED.match(masked):
        head, tail = number["head"], number["tail"]
        if len(head) + len(tail) < _LENGTH:
            return head + "*" * (_LENGTH - len(head) - len(tail)) + tail
    return None

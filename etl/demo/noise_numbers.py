"""Damage to ID numbers, done to whole matrices of characters at once."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from etl.demo.columns import Column, Matrix, fixed, join, lookup, overlay
from etl.demo.draws import Ints
from etl.demo.noise import RATES, Bools, Noise

_X, _LOWER_X, _ZERO = 88, 120, 48


def damage(noise: Noise, cells: Matrix, channels: list[str], where: Bools, role: str = "") -> Column:
    """The numbers as text, each with at most one of the channels, and x for X on some of the rest."""
    struck = np.where(where, noise.one_of(channels, role), -1)
    detail = noise.below("id.detail" + role, 1 << 30)
    cells = cells.copy()
    patches: list[tuple[NDArray[np.integer], Column]] = []
    for position, channel in enumerate(channels):
        rows = np.flatnonzero(struck == position)
        if not len(rows):
            continue
        kind = channel.removeprefix("mother_").removeprefix("father_").removesuffix("_c")
        if kind in ("id_wrong", "id_check", "id_swap"):
            changed = _IN_PLACE[kind](cells[rows], detail[rows])
            real = rows[(changed != cells[rows]).any(axis=1)]
            cells[rows] = changed
            noise.tag(channel, real)
        else:
            patches.append((rows, _REWRITTEN[kind](cells[rows], detail[rows])))
            noise.tag(channel, rows)
    ends_in_x = where & (struck < 0) & (cells[:, 17] == _X)
    if "id_lowerx_c" in RATES[noise.source]:
        lower = noise.hit("id_lowerx_c", ends_in_x, role)
        cells[lower, 17] = _LOWER_X
        noise.tag("id_lowerx_c", lower)
    return overlay(fixed(cells), patches)


def _wrong(cells: Matrix, detail: Ints) -> Matrix:
    """Another digit in one place."""
    cells = cells.copy()
    row, place = np.arange(len(cells)), detail % 17
    cells[row, place] = _ZERO + (cells[row, place] - _ZERO + 1 + detail // 17 % 9) % 10
    return cells


def _check(cells: Matrix, detail: Ints) -> Matrix:
    """Another check digit."""
    cells = cells.copy()
    last = np.where(cells[:, 17] == _X, 0, cells[:, 17] - _ZERO)
    cells[:, 17] = _ZERO + (last + 1 + detail % 9) % 10
    return cells


def _swap(cells: Matrix, detail: Ints) -> Matrix:
    """Two neighbours exchanged."""
    swapped = cells.copy()
    row, place = np.arange(len(cells)), 6 + detail % 10
    swapped[row, place], swapped[row, place + 1] = cells[row, place + 1], cells[row, place]
    return swapped


def _fifteen(cells: Matrix, detail: Ints) -> Column:
    return fixed(np.concatenate([cells[:, :6], cells[:, 8:17]], axis=1))


def _apostrophe(cells: Matrix, detail: Ints) -> Column:
    return join("'", fixed(cells))


def _excel(cells: Matrix, detail: Ints) -> Column:
    return join(fixed(cells[:, :15]), "000")


def _scientific(cells: Matrix, detail: Ints) -> Column:
    return join(fixed(cells[:, :1]), ".", fixed(cells[:, 1:6]), "E+17")


def _full_width(cells: Matrix, detail: Ints) -> Column:
    wide = np.empty((len(cells), 18, 3), dtype=np.uint8)
    wide[:, :, 0], wide[:, :, 1] = 0xEF, 0xBC
    wide[:, :, 2] = np.where(cells == _X, 0xB8, cells - _ZERO + 0x90)
    return fixed(wide.reshape(len(cells), 54))


def _short(cells: Matrix, detail: Ints) -> Column:
    lost = 3 + detail % 13
    keep = np.arange(17)[None, :] + (np.arange(17)[None, :] >= lost[:, None])
    return fixed(np.take_along_axis(cells, keep, axis=1))


def _space(cells: Matrix, detail: Ints) -> Column:
    a, b, c = fixed(cells[:, :6]), fixed(cells[:, 6:14]), fixed(cells[:, 14:])
    ways = [join(a, " ", b, " ", c), join(a, b, "　", c), join(" ", a, b, c), join(a, b, c, " ")]
    at = detail % 4 * len(cells) + np.arange(len(cells))
    return pa.concat_arrays(ways).take(pa.array(at))


def _missing(cells: Matrix, detail: Ints) -> Column:
    return lookup([""], np.zeros(len(cells), dtype=np.int64))


_IN_PLACE = {"id_wrong": _wrong, "id_check": _check, "id_swap": _swap}
_REWRITTEN = {
    "id_15": _fifteen,
    "id_apostrophe": _apostrophe,
    "id_excel": _excel,
    "id_sci": _scientific,
    "id_fullwidth": _full_width,
    "id_short": _short,
    "id_space": _space,
    "id_missing": _missing,
}

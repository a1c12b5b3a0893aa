"""What the figures of the other divisions say a figure should be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from macroeconomy.checks.context import Array, Prints
from macroeconomy.checks.cube import Cube, quantile
from macroeconomy.checks.evidence import GROWTH_SLACK, Evidence, Own

#: A whole city's code.
_CITY = "00000000"
#: How little the city's share of its members' sum is taken to move.
_LEAST_SHARE_SLACK = 0.0006


@dataclass(frozen=True)
class _Parts:
    """A layer (pair × division × time) split into the city and its parts.

    told: pair × time, whether any division has a value. complete: whether all members have; a member is
    a part that has a value in more than half of the times told.
    """

    city: int
    parts: Array
    told: Array
    members: Array
    complete: Array


def _split(layer: Array, divisions: tuple[str, ...], least: int) -> _Parts | None:
    """None without a city, or with fewer than `least` divisions."""
    there = ~np.isnan(layer)
    present = np.flatnonzero(there.any(axis=(0, 2)))
    city = next((int(at) for at in present if divisions[at].endswith(_CITY)), None)
    if city is None or len(present) < least:
        return None
    parts = present[present != city]
    told: Array = np.any(there, axis=1)
    shares = there[:, parts].sum(axis=2) / np.maximum(told.sum(axis=1), 1)[:, None]
    members: Array = shares > 0.5
    complete: Array = np.all(there[:, parts] | ~members[:, :, None], axis=1)
    return _Parts(city, parts, told, members, complete)


def of_divisions(prints: Prints, cube: Cube) -> Iterator[Evidence]:
    """Evidence from sums over divisions, from their growth, and from what they were a year ago."""
    for measure in ("cur", "ytd", "stock"):
        chosen = prints.measure == cube.names.measure(measure)
        layer = cube.layer(measure)
        split = _split(layer, cube.names.divisions, 3) if chosen.any() else None
        if split is not None:
            yield _shared(Own(prints, cube, chosen), layer, split)
    chosen = prints.measure == cube.names.measure("ytd_yoy")
    if chosen.any():
        yield from _peers(Own(prints, cube, chosen))
        nominal = chosen & cube.names.nominal[prints.pair]
        if nominal.any():
            yield from _members(Own(prints, cube, nominal))


def _shared(own: Own, layer: Array, split: _Parts) -> Evidence:
    """A county is what the city has beyond the others, a city what its counties have, as in the past."""
    counted = ~np.isnan(layer[:, split.parts]) & split.members[:, :, None]
    total = np.where(counted, layer[:, split.parts], 0.0).sum(axis=1)
    total = np.where((counted.sum(axis=1) >= 2) & split.complete, total, np.nan)
    share = layer[:, split.city] / np.where(total > 0, total, np.nan)
    usual, slack = _usual_share(share, split.told, own.cube.places() == 1)
    pair, x, division = own.prints.pair, own.x, own.prints.division
    whole, ratio = layer[pair, split.city, x], usual[pair, x]
    is_city = division == split.city
    rest = total[pair, x] - layer[pair, division, x]
    predicted = np.where(is_city, total[pair, x] * ratio, whole / ratio - rest)
    tolerance = np.abs(whole) * slack[pair] + own.prints.step * (1 + 0.3 * len(split.parts))
    known = is_city | np.isin(division, split.parts)
    return own.evidence("divisions", np.where(known, predicted, np.nan), tolerance, True)


def _usual_share(share: Array, told: Array, starts: Array) -> tuple[Array, Array]:
    """The share of the period told before in the same year, and by pair how far it moves within years.

    Between years accounts are revised and scopes change.
    """
    times = np.arange(share.shape[1])
    latest = np.maximum.accumulate(np.where(told, times, -1), axis=1)
    previous = np.concatenate([np.full((len(share), 1), -1), latest[:, :-1]], axis=1)
    before = np.take_along_axis(share, np.maximum(previous, 0), axis=1)
    before = np.where((previous >= 0) & told & ~starts, before, np.nan)
    typical = quantile(np.abs(share / before - 1), 0.5)
    return before, np.maximum(np.nan_to_num(typical) * 5, _LEAST_SHARE_SLACK)


def _peers(own: Own) -> Iterator[Evidence]:
    """Growth is seldom far from that of the neighbouring divisions."""
    rates = own.cube.layer("ytd_yoy")
    if (~np.isnan(rates)).any(axis=(0, 2)).sum() < 3:
        return
    beside = rates[own.prints.pair, :, own.x]
    spread = quantile(beside, 0.75) - quantile(beside, 0.25)
    yield own.evidence("peers", quantile(beside, 0.5), np.maximum(18.0, 4 * spread), False)


def _members(own: Own) -> Iterator[Evidence]:
    """A county's growth from the city's and the other counties': last year's totals add up, too."""
    totals = own.cube.layer("ytd")
    earlier = totals / (1 + own.cube.layer("ytd_yoy") / 100)
    earlier = np.where(np.isfinite(earlier), earlier, np.nan)
    split = _split(earlier, own.cube.names.divisions, 3)
    if split is None:
        return
    pair, x, division = own.prints.pair, own.x, own.prints.division
    summed = np.where(split.complete & split.told, np.nansum(earlier[:, split.parts], axis=1), np.nan)
    city = earlier[pair, split.city, x]
    left = city - (summed[pair, x] - earlier[pair, division, x])
    is_county = (division != split.city) & (left > 0)
    predicted = np.where(is_county, 100 * (totals[pair, division, x] / left - 1), np.nan)
    blur = 100 * (2 * own.step("ytd") + 0.001 * city) / left
    yield own.evidence("members", predicted, GROWTH_SLACK + blur, True)

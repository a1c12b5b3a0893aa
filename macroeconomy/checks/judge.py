"""Whether a figure is what others say it is, and if not, what went wrong.

Evidence speaks for or against every value: an identity twice as loudly as what is merely usual. A figure
is doubted when one of the repairs agrees clearly better with the evidence than the printed value does; or
when several identities contradict it and none agrees.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from basedb.findings import Severity, define
from macroeconomy.checks.context import Array, Context, Prints
from macroeconomy.checks.cube import Cube
from macroeconomy.checks.divisions import of_divisions
from macroeconomy.checks.evidence import GROWTHS, PRINT, Evidence, of_other_prints, of_series
from macroeconomy.checks.repairs import SIGN, TRANSPOSED, Candidates, candidates

INCONSISTENT = define(
    "macro.inconsistent",
    Severity.WARNING,
    "与其他数据明显不符，请核实",
    "the figure contradicts several others; please verify",
)

#: How much better a repair must agree than the printed value, pass by pass: the clear cases first, because
#: a wrong figure makes its neighbours look wrong until it is known.
_PASSES = (8, 6, 4, 3)
_LEAST_FOR_DIGITS = 4
#: Transposed digits explain a difference closely or not at all: up to this share of what they move.
_CLOSELY = 0.2
#: A rate that merely turned is no misplaced point: it must be this many tolerances off.
_GROSSLY = 2.5


@dataclass(frozen=True)
class Doubt:
    """A doubted print: what is wrong, what it should be (indicator's unit), and the kinds of evidence."""

    observation_id: int
    code: str
    expected: float
    scale: float
    evidence: str


@dataclass(frozen=True)
class _Repair:
    """The best repair of the print at a place, by how much it agrees better, and how badly it fits."""

    at: int
    code: str
    expected: float
    gain: float
    misfit: float
    evidence: str


def judge(context: Context, source: str) -> list[Doubt]:
    """The doubted prints of a load."""
    statuses = np.unique(context.new.status)
    with np.errstate(divide="ignore", invalid="ignore"):
        return [doubt for status in statuses for doubt in _judge_status(context, source, int(status))]


def _judge_status(context: Context, source: str, status: int) -> Iterator[Doubt]:
    names, every = context.names, context.every
    chosen = context.is_new & (every.status == status)
    codes = np.array([code for code, _ in names.pairs])
    related = np.isin(codes[every.pair], codes[np.unique(every.pair[chosen])])
    every, places = every.only(related), np.flatnonzero(chosen[related])
    prints = every.only(places)
    number = names.sources.index(source)
    evidence = _gather(context, prints, every, number, status)
    doubted: list[_Repair] = []
    repairs = _repairs(prints, evidence, context)
    for least in _PASSES:
        known = {item.at for item in doubted}
        found = [item for item in repairs if item.gain >= least and item.at not in known]
        found = _one_per_sum(found, prints)
        if found:
            doubted += found
            every.value[places[[item.at for item in found]]] = [item.expected for item in found]
            evidence = _gather(context, prints, every, number, status)
            repairs = _repairs(prints, evidence, context)
    rest = np.ones(len(prints), bool)
    rest[[item.at for item in doubted]] = False
    for item in doubted:
        yield _doubt(prints, item.at, item.code, item.expected, item.evidence)
    for at, expected, kinds in _contradicted(prints, evidence, rest):
        yield _doubt(prints, at, INCONSISTENT, expected, kinds)


def _doubt(prints: Prints, at: int, code: str, expected: float, kinds: str) -> Doubt:
    return Doubt(int(prints.observation_id[at]), code, expected, float(prints.scale[at]), kinds)


def _gather(context: Context, prints: Prints, every: Prints, source: int, status: int) -> Evidence:
    """All evidence about `prints` from `every` print known."""
    cube = Cube(context.names, every, source, status)
    return Evidence.joined(
        [
            *of_series(prints, cube),
            of_other_prints(context, prints, every, cube),
            *of_divisions(prints, cube),
        ]
    )


def _one_per_sum(found: list[_Repair], prints: Prints) -> list[_Repair]:
    """Where only a sum over divisions is broken, one member broke it: the one whose repair fits best."""
    told: set[tuple[int, int, int]] = set()
    kept = []
    for item in sorted(found, key=lambda item: item.misfit):
        place = int(prints.pair[item.at]), int(prints.measure[item.at]), int(prints.t[item.at])
        if item.evidence == "divisions":
            if place in told:
                continue
            told.add(place)
        kept.append(item)
    return sorted(kept, key=lambda item: item.at)


@dataclass(frozen=True)
class _Scores:
    """How well values agree with the evidence about their prints.

    score: weighted pieces that agree less those that do not; misfit: mean distance in tolerances;
    exact_hits: identities a value meets closely, as measured by how far it moved from the print.
    """

    score: Array
    misfit: Array
    tight_misses: Array
    exact_hits: Array
    cured: Array
    halved: Array


def _scores(prints: Prints, tried: Candidates, evidence: Evidence) -> _Scores:
    order = np.argsort(evidence.at, kind="stable")
    sorted_at = evidence.at[order]
    first, last = (np.searchsorted(sorted_at, tried.at, side) for side in ("left", "right"))
    counts = last - first
    row = np.repeat(np.arange(len(tried.at)), counts)
    within = np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    piece = evidence.only(order[np.repeat(first, counts) + within])
    printed, value, blur = prints.value[tried.at][row], tried.value[row], tried.blur[row]
    off = np.abs(value - piece.predicted)
    fits = off <= piece.tolerance + blur
    near = off <= np.maximum(_CLOSELY * np.abs(value - printed), blur * 1.1)
    missed = np.abs(printed - piece.predicted)
    was_off, grossly = missed > piece.tolerance, missed > _GROSSLY * piece.tolerance
    distance = off / piece.tolerance
    measured = ~np.isnan(distance)

    def summed(values: Array) -> Array:
        return np.bincount(row, values.astype(float), len(tried.at))

    return _Scores(
        score=summed(np.where(piece.tight, 2, 1) * np.where(fits, 1, -1)),
        misfit=summed(np.where(measured, distance, 0.0)) / np.maximum(summed(measured), 1),
        tight_misses=summed(piece.tight & ~fits),
        exact_hits=summed(piece.exact & was_off & near & fits),
        cured=summed(was_off & fits & (piece.exact | grossly | ~piece.tight)),
        halved=summed(was_off & (off <= 0.6 * piece.tolerance)),
    )


def _repairs(prints: Prints, evidence: Evidence, context: Context) -> list[_Repair]:
    """The best repair of every print that agrees clearly better than the printed value."""
    suspects = np.unique(evidence.at[_against(prints, evidence)])
    if not len(suspects):
        return []
    told = evidence.only(np.isin(evidence.at, suspects))
    printed = Candidates(suspects, np.empty(0), prints.value[suspects], np.zeros(len(suspects)))
    own = np.zeros(len(prints))
    own[suspects] = _scores(prints, printed, told).score
    tried = candidates(prints, suspects, context.names)
    scores = _scores(prints, tried, told)
    gain = scores.score - own[tried.at]
    # Growth has few digits, and scope moves it: one identity may be met by chance.
    is_growth = np.array([name in GROWTHS for name in context.names.measures])[prints.measure[tried.at]]
    sound = np.where(
        tried.code == TRANSPOSED,
        (scores.tight_misses == 0)
        & (scores.exact_hits >= np.where(is_growth, 2, 1))
        & (gain >= _LEAST_FOR_DIGITS),
        (scores.cured > 0) | (tried.code == SIGN) & (scores.halved > 0),
    )
    better = np.flatnonzero((gain >= _PASSES[-1]) & (scores.score > 0) & sound)
    ranked = better[np.lexsort((scores.misfit[better], -gain[better], tried.at[better]))]
    best = ranked[np.unique(tried.at[ranked], return_index=True)[1]]
    kinds = _kinds_against(prints, told, tried.at[best])
    return [
        _Repair(
            int(tried.at[place]), str(tried.code[place]), float(tried.value[place]), float(gain[place]),
            float(scores.misfit[place]), kinds[int(tried.at[place])],
        )
        for place in best
    ]  # fmt: skip


def _against(prints: Prints, evidence: Evidence) -> Array:
    """Which pieces contradict the printed values."""
    against: Array = np.abs(prints.value[evidence.at] - evidence.predicted) > evidence.tolerance
    return against


def _kinds_against(prints: Prints, evidence: Evidence, places: Array) -> dict[int, str]:
    """By print, the kinds of evidence against it."""
    against = evidence.only(_against(prints, evidence) & np.isin(evidence.at, places))
    return {int(at): ", ".join(sorted(set(against.kind[against.at == at]))) for at in places}


def _contradicted(prints: Prints, evidence: Evidence, rest: Array) -> Iterator[tuple[int, float, str]]:
    """Prints of `rest` that identities contradict, with what these predict: two kinds where nothing supports the
    print, three where only other prints of it do, which were typed like it."""
    own = evidence.only(rest[evidence.at] & evidence.tight)
    against = _against(prints, own)
    size = len(prints)
    is_print = np.array([str(kind).startswith(PRINT) for kind in own.kind], bool)

    def none_supports(pieces: Array) -> Array:
        alone: Array = np.bincount(own.at[pieces & ~against], minlength=size) == 0
        return alone

    alone, alone_but_for_prints = none_supports(np.ones(len(own.at), bool)), none_supports(~is_print)
    exact = against & own.exact
    for at in np.unique(own.at[exact]):
        kinds = set(own.kind[exact & (own.at == at)])
        if (alone[at] and len(kinds) >= 2) or (alone_but_for_prints[at] and len(kinds) >= 3):
            pieces = against & (own.at == at)
            told = ", ".join(sorted(set(own.kind[pieces])))
            yield int(at), float(np.median(own.predicted[pieces])), told

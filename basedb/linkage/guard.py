"""What training may not change: levels it saw too little of, and what a level means.

Expectation maximisation without labels finds the two classes that separate best, and on a real register
those need not be matches and non-matches: among people who share a telephone, families are the larger
class. Where the data say little, or the opposite of what the level was declared to mean, the declared
values stand, and a remark says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from basedb.linkage.model import Comparison, MatchModel
from basedb.linkage.parameters import SMALLEST, Parameters, defaults
from basedb.linkage.training import SEEN, Estimate, Remark

# Expected pairs at a level below which its share is mostly chance.
LEAST_MATCHES = 20.0
LEAST_RANDOM = 10.0
# A declared weight beyond which a level is meant for agreement, or for disagreement.
_MEANT = 1.0


def guarded(model: MatchModel, estimate: Estimate) -> Estimate:
    """The estimate with declared values where they must stand, and remarks on each."""
    declared, learnt = defaults(model), estimate.parameters
    m, u = dict(learnt.m), dict(learnt.u)
    remarks: list[Remark] = []
    for item in model.comparisons:
        values = {"m": list(m[item.name]), "u": list(u[item.name])}
        stands = {"m": declared.m[item.name], "u": declared.u[item.name]}
        turned: list[int] = []
        for index, level in enumerate(item.levels):
            if level.missing:
                continue
            for letter, least in (("m", LEAST_MATCHES), ("u", LEAST_RANDOM)):
                seen = estimate.seen.get(letter, {}).get(item.name)
                # Less than half a pair has its remark already.
                if seen is not None and SEEN <= seen[index] < least:
                    remarks.append(_little(item, index, letter, values[letter][index], stands[letter], seen))
                    values[letter][index] = stands[letter][index]
            now = Parameters(
                model.name, 0.5, {item.name: tuple(values["m"])}, {item.name: tuple(values["u"])}
            )
            meant, found = declared.level_weight(item, index), now.level_weight(item, index)
            if abs(meant) >= _MEANT and meant * found < 0:
                remarks.append(_reversed(item, index, meant, found))
                turned.append(index)
                for letter in ("m", "u"):
                    values[letter][index] = stands[letter][index]
        for index in turned:
            values["u"][index] = _in_line(item, index, values["m"], values["u"], declared)
        m[item.name], u[item.name] = tuple(values["m"]), tuple(values["u"])
    parameters = Parameters(learnt.model, learnt.prior, m, u)
    parameters.check(model)
    return replace(estimate, parameters=parameters, remarks=[*estimate.remarks, *remarks])


def _in_line(
    item: Comparison, index: int, m: Sequence[float], u: Sequence[float], declared: Parameters
) -> float:
    """u of a level with declared values, so that it says no more than levels declared to say more."""
    meant = [declared.level_weight(item, place) for place in range(len(item.levels))]
    found = [math.log2(max(a, SMALLEST) / max(b, SMALLEST)) for a, b in zip(m, u, strict=True)]
    stronger = [
        found[place]
        for place, level in enumerate(item.levels)
        if not level.missing and meant[place] * meant[index] > 0 and abs(meant[place]) > abs(meant[index])
    ]
    most = min(map(abs, stronger), default=abs(found[index]))
    if abs(found[index]) <= most:
        return u[index]
    return min(1.0, m[index] / 2 ** math.copysign(most, meant[index]))


def _little(
    item: Comparison,
    index: int,
    letter: str,
    learnt: float,
    declared: Sequence[float],
    seen: Sequence[float],
) -> Remark:
    level, kept, pairs = item.levels[index], declared[index], seen[index]
    return Remark(
        "little_support",
        f"层级 {item.name}.{level.name} 只有约 {pairs:.1f} 对，不足以估计 {letter}（得 {learnt:.3g}），取声明的 {kept:.3g}",
        f"about {pairs:.1f} pairs at level {item.name}.{level.name} are too few for {letter} ({learnt:.3g});"
        f" it is the declared {kept:.3g}",
        item.name,
        level.name,
        letter,
    )


def _reversed(item: Comparison, index: int, meant: float, found: float) -> Remark:
    level = item.levels[index]
    zh, en = ("一致", "agreement") if meant > 0 else ("不一致", "disagreement")
    return Remark(
        "sign_reversed",
        f"层级 {item.name}.{level.name} 声明为{zh}（权重 {meant:+.1f}），训练得 {found:+.1f}，方向相反，取声明的参数",
        f"level {item.name}.{level.name} is declared as {en} (weight {meant:+.1f}) and training gave {found:+.1f};"
        " the declared parameters stand",
        item.name,
        level.name,
    )

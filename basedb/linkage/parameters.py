"""What a match model has learnt: the prior, and m and u of every level.

Kept apart from the declaration because it changes while that stands. Term frequencies are too many for
a document; they live in an engine table ``(column_name TEXT, value TEXT, frequency DOUBLE)``, which is
passed by name.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from basedb.linkage.model import Comparison, InvalidModel, Level, MatchModel

# Two records of a register of a million meet by chance once in about that many pairs.
DEFAULT_PRIOR = 1e-6
# A level that never occurs is rare, not impossible: no weight is infinite.
SMALLEST = 1e-12


@dataclass(frozen=True)
class Parameters:
    """What `model` has learnt.

    prior: the probability that two records taken at random match. m, u: by comparison name, one
    probability per level in declared order, over the pairs in which nothing is missing; the value of
    a missing level means nothing.
    """

    model: str
    prior: float
    m: dict[str, tuple[float, ...]]
    u: dict[str, tuple[float, ...]]

    def check(self, model: MatchModel) -> None:
        """InvalidModel, naming comparison and level, where these are not parameters of `model`."""
        if self.model != model.name:
            raise InvalidModel(
                f"参数属于模型 {self.model}，不是 {model.name}"
                f" / these are parameters of {self.model}, not of {model.name}"
            )
        if not 0 < self.prior < 1:
            raise InvalidModel(
                f"{model.name}：先验概率 {self.prior} 不在 0 与 1 之间 / the prior is not between 0 and 1"
            )
        for letter, values in (("m", self.m), ("u", self.u)):
            surplus = sorted(set(values) - {comparison.name for comparison in model.comparisons})
            if surplus:
                raise InvalidModel(
                    f"{model.name}：{letter} 含有模型没有的比较项 {', '.join(surplus)}"
                    f" / {letter} has comparisons the model does not have"
                )
            for comparison in model.comparisons:
                _check_values(model, comparison, letter, values.get(comparison.name))

    def level_weight(self, comparison: Comparison, level: Level | int | str) -> float:
        """log2(m/u) of a level, given as itself, by index or by name; 0 for a missing level."""
        index = _index(comparison, level)
        if comparison.levels[index].missing:
            return 0.0
        return _log2(self.m[comparison.name][index]) - _log2(self.u[comparison.name][index])

    @property
    def prior_weight(self) -> float:
        """log2 of the prior odds."""
        return _log2(self.prior) - _log2(1 - self.prior)

    def to_document(self) -> dict[str, Any]:
        """As a document that JSON can hold."""
        return {
            "model": self.model,
            "prior": self.prior,
            "m": {name: list(values) for name, values in self.m.items()},
            "u": {name: list(values) for name, values in self.u.items()},
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Parameters:
        """What `to_document` made; InvalidModel naming the part that is not there."""
        try:
            return cls(
                model=str(document["model"]),
                prior=float(document["prior"]),
                m={name: tuple(map(float, values)) for name, values in document["m"].items()},
                u={name: tuple(map(float, values)) for name, values in document["u"].items()},
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InvalidModel(f"不是模型参数文档 / not a document of parameters: {error!r}") from error


def defaults(model: MatchModel, prior: float = DEFAULT_PRIOR) -> Parameters:
    """Parameters as declared in the levels; InvalidModel naming the level that declares none."""
    m: dict[str, tuple[float, ...]] = {}
    u: dict[str, tuple[float, ...]] = {}
    for comparison in model.comparisons:
        for letter, collected in (("m", m), ("u", u)):
            collected[comparison.name] = tuple(
                _declared(model, comparison, level, letter) for level in comparison.levels
            )
    parameters = Parameters(model=model.name, prior=prior, m=m, u=u)
    parameters.check(model)
    return parameters


def _declared(model: MatchModel, comparison: Comparison, level: Level, letter: str) -> float:
    value: float | None = getattr(level, letter)
    if level.missing:
        return 0.0
    if value is None:
        raise InvalidModel(
            f"{model.name}：{comparison.name}.{level.name} 没有声明 {letter}，请声明或先估计参数"
            f" / {comparison.name}.{level.name} declares no {letter}; declare it or estimate first"
        )
    return value


def _check_values(
    model: MatchModel, comparison: Comparison, letter: str, values: tuple[float, ...] | None
) -> None:
    where = f"{model.name}：{comparison.name}"
    if values is None:
        raise InvalidModel(f"{where} 没有 {letter} / {comparison.name} has no {letter}")
    if len(values) != len(comparison.levels):
        raise InvalidModel(
            f"{where} 有 {len(comparison.levels)} 个层级，{letter} 却有 {len(values)} 个值"
            f" / {comparison.name} has {len(comparison.levels)} levels and {len(values)} values of {letter}"
        )
    for level, value in zip(comparison.levels, values, strict=True):
        if not level.missing and not 0 <= value <= 1:
            raise InvalidModel(
                f"{where}.{level.name} 的 {letter} = {value} 不是概率"
                f" / {letter} of {comparison.name}.{level.name} is not a probability"
            )


def _index(comparison: Comparison, level: Level | int | str) -> int:
    if isinstance(level, int):
        return level
    wanted = level if isinstance(level, str) else level.name
    for index, candidate in enumerate(comparison.levels):
        if candidate.name == wanted:
            return index
    raise KeyError(f"{comparison.name} has no level {wanted}")


def _log2(probability: float) -> float:
    return math.log2(max(probability, SMALLEST))

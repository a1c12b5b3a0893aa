"""What a match model is: blocking, comparisons made of levels, constraints, thresholds.

A model is declared once per entity, in its domain. Conditions are SQL over two records, ``l`` and
``r``, in the part of SQL that means the same in DuckDB and in Spark. What a model has learnt (prior,
m, u, term frequencies) is kept apart, in `parameters`, because it changes while the declaration stands.

Terms follow Fellegi and Sunter (1969) and Splink: m is the probability of a level among matches, u
among non-matches; a match weight is log2(m/u).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar


class InvalidModel(ValueError):
    """A model that cannot be used as declared; the message names the part and the way out."""


@dataclass(frozen=True)
class Condition:
    """A condition over two records ``l`` and ``r``, composed with ``&``, ``|`` and ``~``."""

    sql: str

    def __and__(self, other: Condition) -> Condition:
        return Condition(f"({self.sql}) AND ({other.sql})")

    def __or__(self, other: Condition) -> Condition:
        return Condition(f"({self.sql}) OR ({other.sql})")

    def __invert__(self) -> Condition:
        # SQL's NOT of an unknown is unknown, which would fall through every level.
        return Condition(f"NOT coalesce({self.sql}, false)")


@dataclass(frozen=True)
class Level:
    """One outcome of a comparison; a pair takes the first level whose condition holds.

    name: short English name, unique in its comparison. zh: how it is shown to people.
    missing: the level says nothing (a value is missing): its match weight is 0.
    tf: the column whose term frequency adjusts the weight of this level. The weight gains
    ``tf_weight * log2(u / frequency)``, where u is that of the comparison's level of equal values
    (`tf_reference`; this level itself if empty) and the frequency the greater of the two records'.
    m, u: probabilities to start from, and to use for a level never seen in training.
    """

    name: str
    zh: str
    condition: Condition
    missing: bool = False
    tf: str = ""
    tf_weight: float = 1.0
    tf_reference: str = ""
    m: float | None = None
    u: float | None = None


@dataclass(frozen=True)
class Comparison:
    """One aspect of two records. The last level is what is left: its condition is ``true``."""

    name: str
    zh: str
    levels: tuple[Level, ...]

    def __post_init__(self) -> None:
        names = [level.name for level in self.levels]
        if len(set(names)) != len(names):
            raise InvalidModel(f"comparison {self.name}: two levels have the same name")
        if not self.levels or self.levels[-1].condition != ELSE:
            raise InvalidModel(f"comparison {self.name}: the last level must be ELSE")

    def level(self, name: str) -> Level:
        """The level called `name`; KeyError if there is none."""
        for level in self.levels:
            if level.name == name:
                return level
        raise KeyError(f"{self.name} has no level {name}")


ELSE = Condition("true")


@dataclass(frozen=True)
class AnyOf:
    """Alternatives for one part of a blocking key: a record is in the block of each of them."""

    expressions: tuple[str, ...]


@dataclass(frozen=True)
class Each:
    """A text of several values for one part of a key (telephones): a block for each of them."""

    expression: str
    separator: str = ";"


@dataclass(frozen=True)
class BlockingRule:
    """Records with equal keys are compared. Every part is SQL over the columns of one record.

    A record whose key has a missing part, or for which `when` does not hold, is in no block. A block
    of more than `max_block` records (a telephone given for half a town) is not compared by this rule,
    and is reported: its pairs grow with the square of its size, and it identifies nobody.
    """

    name: str
    zh: str
    key: tuple[str | AnyOf | Each, ...]
    when: str = "true"
    max_block: int = 5000


@dataclass(frozen=True)
class SortedNeighbourhood:
    """Records at most `window` - 1 places apart in the order of `order_by` are compared
    (Hernandez and Stolfo 1995), within equal `within` if given.

    Which pairs these are depends on what else is there, so identity that must not depend on the
    order of arrival cannot rest on it: for one-off jobs and for training only.
    """

    name: str
    zh: str
    order_by: str
    window: int
    within: tuple[str, ...] = ()


# Comparisons by name, each with some of its levels.
Levels = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Constraint:
    """A condition over two records that outranks their score.

    It holds where `condition` does and every comparison named in `levels` came out at one of the levels
    given with it. kind: `cannot_link` (never one entity, however strong the score) or `must_link` (one entity
    wherever the pair is compared). refer: whether a strong pair that must not link goes to a person;
    if not, it is no evidence at all. whole: scores also may not bring such a pair into one cluster by
    way of other records, unless one of those excuses it: between it and either of the two one of the entries
    of `excuse` holds (a record that says both names).
    insist: refer it even where different sole values settle the
    question otherwise. zh, en: the reason, for the explanation.
    """

    CANNOT_LINK: ClassVar[str] = "cannot_link"
    MUST_LINK: ClassVar[str] = "must_link"

    name: str
    kind: str
    condition: Condition
    zh: str
    en: str
    refer: bool = False
    whole: bool = False
    excuse: tuple[Levels, ...] = ()
    insist: bool = False
    levels: Levels = ()

    def __post_init__(self) -> None:
        if self.kind not in (self.CANNOT_LINK, self.MUST_LINK):
            raise InvalidModel(f"constraint {self.name}: kind must be cannot_link or must_link")


@dataclass(frozen=True)
class SoleValue:
    """An entity has one value of this record column: two different ones are two entities.

    Values that follow each other in the history of one departmental record count as one: numbers are
    lawfully corrected. vouched: a record column that only entries of the register have; a value that
    stands in one of them is its bearer's own, not another's before it was corrected.
    """

    name: str
    column: str
    zh: str
    en: str
    vouched: str = ""


@dataclass(frozen=True)
class MatchModel:
    """The whole model of one entity.

    columns: the entity's mention columns that linkage reads. records: SQL for the columns that
    conditions and keys see, as `name` → expression over `columns`, computed once per record.
    constraints outrank a score; sole values hold within whole clusters. correction: the condition
    under which linking evidence between two records with different sole values says that the value
    was corrected. one_role: two mentions in one record are two entities. auto_link, review: match
    weights (log2 of the odds) from which a pair links by itself, or goes to a person. margin: by how
    much the best of two entities that cannot be one must beat the other for a record to join it
    unasked. entity_frequencies: term frequencies count the entities that bear a value, not the records: where a
    few entities have most of the records, the frequency among records says little of how many bear it. training: the
    names of blocking rules for the passes of expectation maximisation.
    plausible: the number of departmental records above which a cluster goes to review instead of
    growing.
    """

    name: str
    columns: tuple[str, ...]
    records: dict[str, str]
    blocking: tuple[BlockingRule | SortedNeighbourhood, ...]
    comparisons: tuple[Comparison, ...]
    constraints: tuple[Constraint, ...] = ()
    sole_values: tuple[SoleValue, ...] = ()
    correction: Condition | None = None
    one_role: bool = True
    auto_link: float = 10.0
    review: float = 3.0
    margin: float = 3.0
    entity_frequencies: bool = False
    training: tuple[str, ...] = ()
    plausible: int = 60

    def __post_init__(self) -> None:
        for kind, names in (
            ("blocking rule", [rule.name for rule in self.blocking]),
            ("comparison", [item.name for item in self.comparisons]),
            ("constraint", [item.name for item in self.constraints]),
        ):
            if len(set(names)) != len(names):
                raise InvalidModel(f"{self.name}: two parts of kind {kind} have the same name")
        if self.review > self.auto_link:
            raise InvalidModel(f"{self.name}: the review threshold is above the one for linking")
        unknown = set(self.training) - {rule.name for rule in self.blocking}
        if unknown:
            raise InvalidModel(f"{self.name}: training names unknown blocking rules: {sorted(unknown)}")

    def comparison(self, name: str) -> Comparison:
        """The comparison called `name`; KeyError if there is none."""
        for item in self.comparisons:
            if item.name == name:
                return item
        raise KeyError(f"{self.name} has no comparison {name}")

    def tf_columns(self) -> Sequence[str]:
        """The columns whose term frequencies the model uses, each once, in order of use."""
        return list(dict.fromkeys(level.tf for level in self._levels() if level.tf))

    def _levels(self) -> Iterator[Level]:
        for item in self.comparisons:
            yield from item.levels

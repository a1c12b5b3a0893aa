"""Most of a large rule's pairs are given up by a look at narrow copies of their records.

A rule that makes many pairs reads every record many times, in the order of the keys, which for whole
records is no order at all: each look fetches hundreds of bytes from anywhere in memory. The copies have
what the first looks ask for, a number for a text that is only ever compared for equality, and lie in the
order of the heaviest key. (Equal numbers are taken for equal texts, as equal keys are in `implied`.) Measured
on 8 million pairs of one birth date and sex: 0.9 instead of 2.5 seconds of processors, and 0.8 for the copies.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import duckdb

from basedb.linkage.blocks import RuleSize
from basedb.linkage.columns import condition_columns, read_as_written
from basedb.linkage.comparing import costly_comparisons, first_conditions, promising_query, quoted
from basedb.linkage.implied import implied_levels
from basedb.linkage.keyed import Keyed
from basedb.linkage.model import Comparison, MatchModel
from basedb.linkage.weights import Bounds

# The bytes of a text that the engine keeps in its row; of a longer one, the row has the beginning.
_IN_PLACE = 12
_SAMPLE = 10_000


@dataclass(frozen=True)
class Sieve:
    """First looks at the pairs of some rules, through narrow copies of the records. See `sieve`."""

    narrow: Keyed
    looks: Mapping[int, Look]

    def pairs(
        self,
        engine: duckdb.DuckDBPyConnection,
        model: MatchModel,
        number: int,
        bounds: Bounds,
        part: tuple[int, int],
    ) -> str:
        """SQL for the pairs (l_vertex, r_vertex) of rule `number` that may reach `bounds`; part: as in
        `Keyed.join`."""
        look, source = self.looks[number], self.narrow.join(number, part=part)
        head = {"l_vertex": "l.vertex", "r_vertex": "r.vertex"}
        return promising_query(engine, model, source, head, bounds, look.known, look.undecided)

    def drop(self, engine: duckdb.DuckDBPyConnection) -> None:
        """Drop the copies."""
        for table in filter(None, (self.narrow.left, self.narrow.right)):
            engine.execute(f"DROP TABLE {table}")


@dataclass(frozen=True)
class Look:
    """What is asked of the pairs of a rule at first: see `promising_query`."""

    known: Mapping[str, int]
    undecided: Collection[str]
    conditions: Sequence[str]


def sieve(
    engine: duckdb.DuckDBPyConnection, model: MatchModel, keyed: Keyed, sizes: Sequence[RuleSize]
) -> Sieve:
    """A sieve for the pairs of the rules with these sizes; makes TEMP tables `narrow_left` and `narrow_right`.

    Costly levels that read long texts are not asked for at first: few pairs get that far.
    """
    lengths = _text_lengths(engine, keyed.left)
    looks = {size.number: _first_look(engine, model, keyed, size.number, lengths) for size in sizes}
    heaviest = max(sizes, key=lambda size: size.pairs).number
    return Sieve(_narrow_copies(engine, keyed, looks, heaviest, lengths), looks)


def _first_look(
    engine: duckdb.DuckDBPyConnection,
    model: MatchModel,
    keyed: Keyed,
    number: int,
    lengths: Mapping[str, float],
) -> Look:
    known = implied_levels(engine, model, keyed.rules[number])
    costly = costly_comparisons(engine, model, known)
    far = {item.name for item in costly if _reads_long_texts(engine, item, lengths)}
    return Look(known, far, first_conditions(engine, model, known, far))


def _text_lengths(engine: duckdb.DuckDBPyConnection, records: str) -> dict[str, float]:
    """The text columns of some records, in lower case, with the bytes their values have on average."""
    described = engine.execute(f"DESCRIBE {records}").fetchall()
    texts = [name for name, kind, *_ in described if kind == "VARCHAR"]
    if not texts:
        return {}
    asked = ", ".join(f"coalesce(avg(strlen({quoted(name)})), 0)" for name in texts)
    lengths = engine.execute(f"SELECT {asked} FROM (FROM {records} LIMIT {_SAMPLE})").fetchall()[0]
    return {name.lower(): length for name, length in zip(texts, lengths, strict=True)}


def _reads_long_texts(
    engine: duckdb.DuckDBPyConnection, comparison: Comparison, lengths: Mapping[str, float]
) -> bool:
    read = {name for level in comparison.levels for name in condition_columns(engine, level.condition.sql)}
    return any(lengths.get(name, 0) > _IN_PLACE for name in read)


def _narrow_copies(
    engine: duckdb.DuckDBPyConnection,
    keyed: Keyed,
    looks: Mapping[int, Look],
    heaviest: int,
    texts: Collection[str],
) -> Keyed:
    """The records as the looks read them, in the order of the key of rule `heaviest`."""
    conditions = {condition for look in looks.values() for condition in look.conditions}
    read = {name for each in conditions for name in condition_columns(engine, each)}
    written = {name for each in conditions for name in read_as_written(engine, each)}
    columns = ["vertex", *(keyed.key(number) for number in looks)]
    for name in sorted(read):
        column = quoted(name)
        code = f"CASE WHEN {column} IS NOT NULL THEN hash({column}) END AS {column}"
        columns.append(code if name in texts and name not in written else column)
    copies = {keyed.left: "narrow_left"}
    if keyed.right is not None:
        copies[keyed.right] = "narrow_right"
    for records, copy in copies.items():
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE {copy} AS
                SELECT {", ".join(columns)} FROM {records} ORDER BY {keyed.key(heaviest)}"""
        )
    return replace(keyed, left="narrow_left", right=copies.get(keyed.right or ""))

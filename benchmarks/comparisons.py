"""How many pairs per second of one core each comparison takes to its level, on the columns of `standards`.

Run: python -m benchmarks.comparisons [pairs]. Half of the pairs are random, half share the key that
blocking would give them: the surname, the county and year of a number, the day of birth, an estate.
"""

from __future__ import annotations

import sys
import time

import duckdb
import numpy as np
import pandas as pd

from basedb.linkage import comparisons
from basedb.linkage.columns import comparison_columns
from basedb.linkage.model import Comparison
from basedb.standards import addresses, identifiers, names, phones
from basedb.standards.lunar import birth_date
from benchmarks.standards import birth_dates, citizen_ids, person_names, phone_numbers, resident_addresses

RECORDS = 200_000
# comparison, and the key records are ordered by, so that neighbours are alike
CASES: list[tuple[Comparison, str]] = [
    (comparisons.person_name(), "surname"),
    (comparisons.citizen_id(), "substr(id_number, 1, 10)"),
    (comparisons.birth_date(), "substr(birth_date, 1, 7)"),
    (comparisons.address(("registered", "current")), "registered_estate"),
    (comparisons.phone(), "substr(phone, 1, 7)"),
    (comparisons.exact("surname", "姓氏", 0.9, 0.06), "surname"),
]


def records(engine: duckdb.DuckDBPyConnection, rows: int) -> None:
    """Table `record` with the columns the comparisons read."""
    rng = np.random.default_rng(20261101)
    people = names.person_name(person_names(rng, rows)).columns
    born = birth_date(birth_dates(rng, rows)).columns
    homes = [addresses.parse(resident_addresses(rng, rows)).columns["address_key"] for _ in range(2)]
    table = pd.concat(
        [
            people.drop(columns="name"),
            identifiers.citizen_id(citizen_ids(rng, rows)).columns,
            phones.phone(phone_numbers(rng, rows)).columns,
        ],
        axis=1,
    ).assign(
        former_name_folded=people["name_folded"]
        .where(rng.random(rows) < 0.03)
        .sample(frac=1, random_state=1)
        .to_numpy(),
        birth_date=born["date"].astype("string[pyarrow]"),
        birth_as_lunar=born["as_lunar"].astype("string[pyarrow]"),
        registered_key=homes[0],
        current_key=homes[1],
    )
    made = {
        **comparisons.address_columns("registered_key", "registered"),
        **comparisons.address_columns("current_key", "current"),
    }
    listed = ", ".join(f"{sql} AS {name}" for name, sql in made.items())
    engine.register("given", table)
    engine.execute(f"CREATE TABLE record AS SELECT *, {listed} FROM given")


def measure(engine: duckdb.DuckDBPyConnection, comparison: Comparison, key: str, pairs: int) -> float:
    """Pairs per second."""
    read = ", ".join(sorted(comparison_columns(engine, comparison)))
    engine.execute(
        f"""CREATE OR REPLACE TABLE placed AS
            SELECT row_number() OVER (ORDER BY {key}) - 1 AS n, {read} FROM record"""
    )
    for side, place in (
        ("lefts", f"i % {RECORDS}"),
        ("rights", f"CASE WHEN i % 2 = 0 THEN i + 1 + i // {RECORDS} ELSE i * 7919 END % {RECORDS}"),
    ):
        engine.execute(
            f"""CREATE OR REPLACE TABLE {side} AS SELECT {read}
                FROM (SELECT i, {place} AS n FROM range({pairs}) t(i)) JOIN placed USING (n) ORDER BY i"""
        )
    branches = " ".join(f"WHEN {level.condition.sql} THEN {i}" for i, level in enumerate(comparison.levels))
    query = f"SELECT sum(CASE {branches} END) FROM lefts l POSITIONAL JOIN rights r"
    times = []
    for _ in range(3):
        started = time.process_time()
        engine.execute(query).fetchall()
        times.append(time.process_time() - started)
    return pairs / min(times)


def main(pairs: int = 2_000_000) -> None:
    """Measure every comparison on one core and print a table."""
    with duckdb.connect(config={"threads": 1}) as engine:
        records(engine, RECORDS)
        print(f"{'comparison':14}{'levels':>8}{'pairs/s':>14}")
        for comparison, key in CASES:
            speed = measure(engine, comparison, key, pairs)
            print(f"{comparison.name:14}{len(comparison.levels):>8}{speed:>14,.0f}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))

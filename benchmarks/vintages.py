"""What vintages cost a reader: figures of the day, as of a day and all releases, beside a plain table.

    python -m benchmarks.vintages [--observations 10000000] [--stores duckdb postgresql]

Every figure is there in nearly three vintages. The plain table holds the current figures alone, with the same
columns and an index of its own on the series. Each query runs six times on a store that nobody else uses; the
median of the last five counts. The server is a private one.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from basedb.store import Store, open_store
from basedb.store.migrate import initialise
from basedb.store.native import Reader, reading
from macroeconomy import DOMAIN
from tests.cluster import Cluster

TARGET = 3.0
_PERIODS, _VINTAGES = 180, 25 / 9
_DAY, _PERIOD = "2025-01-15", "2020-06"
_SERIES = 1_234

# Series by month, fifteen years of them; the later of up to four vintages follow a month apart.
_FIGURES = f"""
    SELECT s * {_PERIODS} * 4 + m * 4 + v AS observation_id, s AS series_id, 'I' || s % 40 AS indicator,
        '4111' || lpad((s // 40)::TEXT, 8, '0') AS division, 'M' AS frequency, strftime(month, '%Y-%m') AS period,
        last_day(month) AS period_end, 'ytd' AS basis, '' AS price, v + s + m * 1.5 AS value, '亿元' AS unit,
        v + s + m * 1.5 AS normal_value, '亿元' AS normal_unit, 2 AS decimals, 'x' AS printed,
        CASE v WHEN 0 THEN 'preliminary' ELSE 'revised' END AS status, least(v + 1, 2) AS status_rank,
        CASE v WHEN 0 THEN 'insert' ELSE 'revise' END AS action, '' AS slot,
        (last_day(month) + to_days(v * 30 + 15))::DATE AS released_at, false AS released_inferred,
        (last_day(month) + to_days(v * 30 + 15))::DATE AS current_from,
        CASE WHEN v = last THEN DATE '9999-12-31' ELSE (last_day(month) + to_days(v * 30 + 45))::DATE END AS current_to,
        50 AS priority, 'tj_stats' AS source, s::TEXT AS source_key, 'A' || m AS cell, s AS record_id, 1 AS file_id,
        m AS row_no, TIMESTAMPTZ '2026-11-01 00:00:00+00' AS known_from, 1 AS run_id
    FROM (
        SELECT s, m, (DATE '2010-01-01' + to_months(m::INTEGER))::DATE AS month,
            CASE WHEN hash(s, m) % 9 < 4 THEN 1 WHEN hash(s, m) % 9 < 7 THEN 2 ELSE 3 END AS last
        FROM range(1, $series + 1) AS series(s), range({_PERIODS}) AS months(m)), range(4) AS vintages(v)
    WHERE v <= last"""

_COLUMNS = (
    "indicator, division, frequency, period, period_end, basis, price, value, unit, status, released_at"
)
_QUERIES = {
    "one series, current": (
        f"SELECT {_COLUMNS} FROM macroeconomy.observation_current WHERE series_id = {_SERIES} ORDER BY period",
        f"SELECT {_COLUMNS} FROM bench.plain WHERE series_id = {_SERIES} ORDER BY period",
    ),
    "one series, as of a day": (
        f"SELECT {_COLUMNS} FROM macroeconomy.observation_as_of(DATE '{_DAY}') WHERE series_id = {_SERIES}"
        " ORDER BY period",
        f"SELECT {_COLUMNS} FROM bench.plain WHERE series_id = {_SERIES} ORDER BY period",
    ),
    "one series, all releases": (
        f"SELECT period, vintage, normal_value, revision FROM macroeconomy.revision WHERE series_id = {_SERIES}"
        " ORDER BY period, vintage",
        f"SELECT {_COLUMNS} FROM bench.plain WHERE series_id = {_SERIES} ORDER BY period",
    ),
    "all series, as of a day": (
        f"SELECT indicator, division, value FROM macroeconomy.observation_as_of(DATE '{_DAY}')"
        f" WHERE period = '{_PERIOD}'",
        f"SELECT indicator, division, value FROM bench.plain WHERE period = '{_PERIOD}'",
    ),
}


def main() -> None:
    """Fill the stores, time the queries, print one table per store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--observations", type=int, default=10_000_000)
    parser.add_argument("--stores", nargs="+", default=["duckdb", "postgresql"])
    arguments = parser.parse_args()
    for kind in arguments.stores:
        with _store(kind) as store:
            count = _fill(store, arguments.observations)
            print(f"\n{kind}, {count:,} observations; target {TARGET}")
            with reading(store, "Asia/Shanghai") as reader:
                for name, (ours, plain) in _QUERIES.items():
                    spent, base = _median(reader, ours), _median(reader, plain)
                    print(
                        f"  {name:<28}{spent * 1000:>9.2f} ms {base * 1000:>9.2f} ms {spent / base:>7.2f} x"
                    )


@contextmanager
def _store(kind: str) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="basedb-bench-") as scratch:
        if kind == "duckdb":
            yield open_store(f"duckdb:///{Path(scratch) / 'figures.duckdb'}")
        else:
            with Cluster(shared_buffers="1GB", settings={"max_wal_size": "8GB"}) as cluster:
                yield open_store(cluster.create_database("figures"))


def _fill(store: Store, observations: int) -> int:
    series = max(_SERIES + 1, round(observations / _PERIODS / _VINTAGES))
    initialise(store, [DOMAIN])
    with store.writing("vintages") as session:
        names = ", ".join(
            column.name for column in DOMAIN.metadata.tables["macroeconomy.observation"].columns
        )
        session.engine.execute(
            f"INSERT INTO macroeconomy.observation ({names}) SELECT {names} FROM ({_FIGURES}) ORDER BY observation_id",
            {"series": series},
        )
        session.apply("CREATE SCHEMA bench")
        session.apply(
            "CREATE TABLE bench.plain AS SELECT * FROM macroeconomy.observation"
            " WHERE current_to = DATE '9999-12-31' ORDER BY series_id, period"
        )
        if store.kind == "postgresql":
            session.apply("CREATE INDEX plain_series ON bench.plain (series_id, period)")
            session.apply("ANALYZE macroeconomy.observation")
            session.apply("ANALYZE bench.plain")
    with reading(store, "Asia/Shanghai") as reader:
        return int(next(iter(reader.ask("SELECT count(*) FROM macroeconomy.observation").rows))[0])


def _median(reader: Reader, query: str) -> float:
    times = []
    for _ in range(6):
        started = time.perf_counter()
        list(reader.ask(query).rows)
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])


if __name__ == "__main__":
    main()

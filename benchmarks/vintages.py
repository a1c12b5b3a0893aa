"""What vintages cost a reader: figures of the day, as of a day and all releases, beside a plain table.

    python -m benchmarks.vintages [--rows 10000000] [--stores duckdb postgresql]

Every figure is there in nearly three vintages: history up to the last year in one delivery, then night by night. The
plain table holds the current figures alone, in the same order, with the same columns and, on a server, indexes for
the same questions.
Both questions of a pair are asked in turn, and the fastest of nine counts: what else the machine does cannot make
one faster. The server is a private one.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from basedb.store import Store, open_store
from basedb.store.migrate import initialise
from basedb.store.native import Reader, reading
from macroeconomy import DOMAIN
from macroeconomy.stages import LAYOUT
from tests.cluster import Cluster

TARGET = 3.0
_REPEATS = 9
_PERIODS, _VINTAGES = 180, 25 / 9
_DAY, _PERIOD = "2025-01-15", "2020-06"
_DIVISIONS, _SERIES = 500, 1_234
#: History is one delivery, then each month is.
_ORDER = f"CASE WHEN released_at >= DATE '2024-01-01' THEN date_trunc('month', released_at) END NULLS FIRST, {LAYOUT}"

# Series by month, fifteen years of them; the later of up to four vintages follow a month apart.
_FIGURES = f"""
    SELECT s * {_PERIODS} * 4 + m * 4 + v AS observation_id, s AS series_id,
        'I' || lpad((s // {_DIVISIONS})::TEXT, 2, '0') AS indicator,
        '4111' || lpad((s % {_DIVISIONS})::TEXT, 8, '0') AS division, 'M' AS frequency, strftime(month, '%Y-%m') AS period,
        last_day(month) AS period_end, 'ytd' AS basis, '' AS price, first + v AS value, '亿元' AS unit,
        first + v AS normal_value, '亿元' AS normal_unit, 2 AS decimals, 'x' AS printed,
        CASE v WHEN 0 THEN 'preliminary' ELSE 'revised' END AS status, least(v + 1, 2) AS status_rank,
        CASE v WHEN 0 THEN 'insert' ELSE 'revise' END AS action, '' AS slot,
        (last_day(month) + to_days(v * 30 + 15))::DATE AS released_at, false AS released_inferred,
        (last_day(month) + to_days(v * 30 + 15))::DATE AS current_from,
        CASE WHEN v = last THEN DATE '9999-12-31' ELSE (last_day(month) + to_days(v * 30 + 45))::DATE END AS current_to,
        v + 1 AS vintage, first AS first_value, CASE WHEN v > 0 THEN first + v - 1 END AS previous_value,
        50 AS priority, 'tj_stats' AS source, s::TEXT AS source_key, 'A' || m AS cell, s AS record_id, 1 AS file_id,
        m AS row_no, TIMESTAMPTZ '2026-11-01 00:00:00+00' AS known_from, 1 AS run_id
    FROM (
        SELECT s, m, (DATE '2010-01-01' + to_months(m::INTEGER))::DATE AS month, 100 + s % 97 + m * 1.5 AS first,
            CASE WHEN hash(s, m) % 9 < 4 THEN 1 WHEN hash(s, m) % 9 < 7 THEN 2 ELSE 3 END AS last
        FROM range(1, $series + 1) AS series(s), range({_PERIODS}) AS months(m)), range(4) AS vintages(v)
    WHERE v <= last"""

_PLAIN_INDEXES = ("indicator, division, basis, period", "series_id, period", "period")
_COLUMNS = "frequency, period, price, value, unit, status, released_at"
_FIGURE = (
    f"indicator = 'I{_SERIES // _DIVISIONS:02d}' AND division = '4111{_SERIES % _DIVISIONS:08d}'"
    " AND frequency = 'M' AND basis = 'ytd'"
)
_AS_OF = f"macroeconomy.observation_as_of(DATE '{_DAY}')"
_PLAIN_SERIES = f"SELECT {_COLUMNS} FROM bench.plain WHERE {_FIGURE} ORDER BY period"
_QUERIES = {
    "one series, current": (
        f"SELECT {_COLUMNS} FROM macroeconomy.observation_current WHERE {_FIGURE} ORDER BY period",
        _PLAIN_SERIES,
    ),
    "one series, as of a day": (
        f"SELECT {_COLUMNS} FROM {_AS_OF} WHERE {_FIGURE} ORDER BY period",
        _PLAIN_SERIES,
    ),
    "one series, all releases": (
        f"SELECT period, status, released_at, vintage, normal_value, revision FROM macroeconomy.revision"
        f" WHERE {_FIGURE} ORDER BY period, vintage",
        f"SELECT period, status, released_at, decimals, normal_value, value FROM bench.plain WHERE {_FIGURE}"
        " ORDER BY period, decimals",
    ),
    "one series by number": (
        f"SELECT {_COLUMNS} FROM {_AS_OF} WHERE series_id = {_SERIES} ORDER BY period",
        f"SELECT {_COLUMNS} FROM bench.plain WHERE series_id = {_SERIES} ORDER BY period",
    ),
    "a period, as of a day": (
        f"SELECT indicator, division, basis, value FROM {_AS_OF} WHERE period = '{_PERIOD}'",
        f"SELECT indicator, division, basis, value FROM bench.plain WHERE period = '{_PERIOD}'",
    ),
    "every figure, as of a day": (
        f"SELECT indicator, count(*), sum(value) FROM {_AS_OF} GROUP BY indicator",
        "SELECT indicator, count(*), sum(value) FROM bench.plain GROUP BY indicator",
    ),
}


def main() -> None:
    """Fill the stores, time the queries, print one table per store."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=10_000_000, help="observations, all vintages counted")
    parser.add_argument("--stores", nargs="+", default=["duckdb", "postgresql"])
    arguments = parser.parse_args()
    for kind in arguments.stores:
        with _store(kind) as store:
            count = _fill(store, arguments.rows)
            print(f"\n{kind}, {count:,} observations; target {TARGET}", flush=True)
            with reading(store, "Asia/Shanghai") as reader:
                for name, (ours, plain) in _QUERIES.items():
                    spent, base = _fastest(reader, ours, plain)
                    print(
                        f"  {name:<28}{spent * 1000:>9.2f} ms {base * 1000:>9.2f} ms {spent / base:>7.2f} x",
                        flush=True,
                    )


@contextmanager
def _store(kind: str) -> Iterator[Store]:
    with tempfile.TemporaryDirectory(prefix="basedb-bench-") as scratch:
        if kind == "duckdb":
            yield open_store(f"duckdb:///{Path(scratch) / 'figures.duckdb'}")
        else:
            with Cluster(shared_buffers="1GB", settings={"max_wal_size": "8GB"}) as cluster:
                yield open_store(cluster.create_database("figures"))


def _fill(store: Store, rows: int) -> int:
    """Both tables, in the order of release; returns how many observations there are."""
    series = max(_SERIES + 1, round(rows / _PERIODS / _VINTAGES))
    initialise(store, [DOMAIN])
    store.make_room(DOMAIN.metadata)
    with store.writing("vintages") as session:
        names = ", ".join(
            column.name for column in DOMAIN.metadata.tables["macroeconomy.observation"].columns
        )
        session.engine.execute(
            f"INSERT INTO macroeconomy.observation ({names}) SELECT {names} FROM ({_FIGURES}) ORDER BY {_ORDER}",
            {"series": series},
        )
        session.complete_indexes(DOMAIN.metadata)
        session.apply("CREATE SCHEMA bench")
        order = _ORDER.replace("year(period_end)", "extract(year FROM period_end)")
        session.apply(
            "CREATE TABLE bench.plain AS SELECT * FROM macroeconomy.observation"
            f" WHERE current_to = DATE '9999-12-31' ORDER BY {order}"
        )
        if store.kind == "postgresql":
            for columns in _PLAIN_INDEXES:
                session.apply(f"CREATE INDEX ON bench.plain ({columns})")
            session.apply("ANALYZE macroeconomy.observation")
            session.apply("ANALYZE bench.plain")
    with reading(store, "Asia/Shanghai") as reader:
        return int(next(iter(reader.ask("SELECT count(*) FROM macroeconomy.observation").rows))[0])


def _fastest(reader: Reader, ours: str, plain: str) -> tuple[float, float]:
    """Seconds of the fastest answers to two questions."""
    times: dict[str, list[float]] = {ours: [], plain: []}
    for query in [ours, plain] * _REPEATS:
        started = time.perf_counter()
        list(reader.ask(query).rows)
        times[query].append(time.perf_counter() - started)
    return min(times[ours]), min(times[plain])


if __name__ == "__main__":
    main()

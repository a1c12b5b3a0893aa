"""Standardize: domain functions over the columns of the rows that changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice

import duckdb
import pyarrow as pa

from basedb.findings import Severity, define
from etl.batch import Batch
from etl.stages.spoilt import hold_if_spoilt
from etl.standard_rows import standardize_rows
from etl.workers import available_processes, mapper

FUTURE = define(
    "valid_from.future",
    Severity.WARNING,
    "生效日期晚于数据日期，按数据日期计",
    "valid from a day after the as-of date; the as-of date is used",
)

CLOSES_LATER = define(
    "closing.future",
    Severity.WARNING,
    "死亡或注销日期晚于数据日期，暂不据此终止",
    "the death or cancellation lies after the as-of date; it closes nothing yet",
)

_CHUNK = 100_000
# Parts that are given to the engine together: alone, each costs it twice as much.
_AT_ONCE = 4
# Below this many rows starting helper processes costs more than they save.
_PARALLEL_FROM = 250_000


@dataclass(frozen=True)
class Standardize:
    """Leaves TEMP `raw_mention` (row_no, role, standard columns), `raw_event` and `raw_finding`."""

    name: str = "standardize"

    def run(self, batch: Batch) -> int:
        rows = batch.processed
        work = partial(standardize_rows, batch.contract, batch.entity_domain)
        processes = min(available_processes(), 4) if rows.num_rows >= _PARALLEL_FROM else 1
        with mapper(processes) as run:
            _hand_over(batch.engine, run(work, _chunks(rows)))
        hold_if_spoilt(batch)
        _report_future_closings(batch)
        return rows.num_rows


def _hand_over(engine: duckdb.DuckDBPyConnection, parts: Iterable[Sequence[pa.Table]]) -> None:
    """Put the standard forms of a file's parts into the engine, in their order."""
    waiting = iter(parts)
    first = True
    while taken := list(islice(waiting, _AT_ONCE)):
        for name, tables in zip(
            ("raw_mention", "raw_event", "raw_finding"), zip(*taken, strict=True), strict=True
        ):
            engine.register("standard_part", pa.concat_tables(tables, promote_options="default"))
            engine.execute(
                f"CREATE OR REPLACE TEMP TABLE {name} AS FROM standard_part"
                if first
                else f"INSERT INTO temp.{name} BY NAME FROM standard_part"
            )
            engine.unregister("standard_part")
        first = False


def _report_future_closings(batch: Batch) -> None:
    """Add a finding for every closing date (a death) that lies after the as-of date."""
    for role in batch.contract.roles:
        sources = batch.contract.attributes(role)
        for name in batch.entity.closing:
            if name in sources:
                batch.engine.execute(
                    f"""INSERT INTO temp.raw_finding BY NAME
                        SELECT row_no, $column AS column_name, '{CLOSES_LATER}' AS code, {name}::TEXT AS value,
                            $as_of AS suggestion, false AS failed
                        FROM raw_mention WHERE role = $role AND {name} > $as_of::DATE""",
                    {"column": sources[name][0], "role": role, "as_of": str(batch.as_of)},
                )


def _chunks(rows: pa.Table) -> Iterator[pa.Table]:
    for start in range(0, max(rows.num_rows, 1), _CHUNK):
        yield rows.slice(start, _CHUNK).combine_chunks()

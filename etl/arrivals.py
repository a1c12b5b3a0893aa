"""What should have arrived by now: each source's as-of days against its contract's arrival times."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from etl.contract import Contract
from etl.delivery_findings import AS_OF_AHEAD
from etl.runs import fetch

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
# A gap older than this is no longer news for the night's account.
_LOOK_BACK = timedelta(days=62)


@dataclass(frozen=True)
class Expectation:
    """Where a source stands: `overdue` as-of days whose time and grace have passed, the `next` one
    to come and when it counts as late. A source that never came, or comes once, expects nothing."""

    source: str
    last_as_of: date | None
    last_received_at: datetime | None
    overdue: tuple[date, ...]
    next_as_of: date | None
    next_due_at: datetime | None


def expectations(
    engine: duckdb.DuckDBPyConnection, contracts: Iterable[Contract], now: datetime
) -> list[Expectation]:
    """The standing of every contract at the instant `now`, from the ledger's deliveries up to then."""
    lines = fetch(
        engine,
        "SELECT source, domain, as_of, max(received_at) AS received_at FROM basedb.delivery"
        " WHERE status IN ('loaded', 'current', 'held') AND mode <> 'waiver'"
        f" AND coalesce(reason, '') <> '{AS_OF_AHEAD}' GROUP BY ALL ORDER BY source, as_of",
    )
    by_source: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in lines:
        by_source.setdefault((line["source"], line["domain"]), []).append(line)
    return [
        _expectation(contract, by_source.get((contract.source, contract.domain), []), now)
        for contract in contracts
    ]


def _expectation(contract: Contract, lines: list[dict[str, Any]], now: datetime) -> Expectation:
    if not lines:
        return Expectation(contract.source, None, None, (), None, None)
    days = [line["as_of"] for line in lines]
    received = max(line["received_at"] for line in lines)
    if contract.arrival.every == "once":
        return Expectation(contract.source, days[-1], received, (), None, None)
    overdue = []
    upcoming = None
    for day in _calendar(contract, days, now):
        due_at = contract.arrival.due_at(day)
        if due_at < now:
            overdue.append(day)
        elif day > days[-1]:
            upcoming = (day, due_at)
            break
    return Expectation(contract.source, days[-1], received, tuple(overdue), *(upcoming or (None, None)))


def _calendar(contract: Contract, days: list[date], now: datetime) -> Iterator[date]:
    """The days from which an extract is expected and not in: gaps first, then what follows the last."""
    every = contract.arrival.every
    if every == "day":
        received = set(days)
        day = max(days[0], days[-1] - _LOOK_BACK)
        while day < days[-1]:
            if day not in received:
                yield day
            day += timedelta(days=1)
    for count in range(1, 10_000):
        yield following(days[-1], every, count)


def following(day: date, every: str, count: int = 1) -> date:
    """The as-of day `count` periods after `day`; the end of a month stays the end of a month."""
    if every in ("day", "week"):
        return day + timedelta(days=count * (7 if every == "week" else 1))
    months = day.year * 12 + day.month - 1 + count * _MONTHS[every]
    year, month = months // 12, months % 12 + 1
    last = calendar.monthrange(year, month)[1]
    at_end = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, month, last if at_end else min(day.day, last))


def day_ranges(days: Iterable[date]) -> str:
    """Days as people list them: 11-04、11-07—11-12."""
    runs: list[list[date]] = []
    for day in sorted(days):
        if runs and day - runs[-1][-1] == timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return "、".join(str(run[0]) if len(run) == 1 else f"{run[0]}—{run[-1]:%m-%d}" for run in runs)

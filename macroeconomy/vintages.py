"""Which releases of a figure are vintages of it: counted once when they come in, read as they are."""

from __future__ import annotations

_ORDER = "PARTITION BY series_id, period ORDER BY status_rank, released_at, priority, observation_id"


def vintages(observations: str) -> str:
    """A query, for either store, that numbers the vintages among all observations of some figures.

    observations: a table or subquery with observation_id, series_id, period, status_rank, released_at, priority,
    action and normal_value. Gives observation_id, vintage (from 1), first_value and previous_value, for those
    releases only whose value is another one than that of the release before.
    """
    # Departments print one figure in several units: half of the coarser place is no revision.
    return f"""
        WITH ranked AS (
            SELECT observation_id, series_id, period, status_rank, released_at, priority, normal_value,
                lag(normal_value) OVER ({_ORDER}) AS before_value
            FROM {observations} WHERE action <> 'delete')
        SELECT observation_id, CAST(row_number() OVER w AS INTEGER) AS vintage,
            first_value(normal_value) OVER w AS first_value, lag(normal_value) OVER w AS previous_value
        FROM ranked
        WHERE before_value IS NULL OR abs(normal_value - before_value) > 0.0005 * abs(before_value) + 0.0000001
        WINDOW w AS ({_ORDER})"""

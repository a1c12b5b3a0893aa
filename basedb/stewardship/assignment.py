"""Who is to decide which items of the queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from basedb.store import Store


def assign(
    store: Store,
    kept_under: str,
    pairs: Sequence[tuple[int, int]],
    to: str | None,
    by: str,
    at: datetime,
    wait: float = 30.0,
) -> None:
    """Give items to somebody, or to nobody with `to` None.

    kept_under: the entity (schema.table) or queue whose items these pairs of numbers are, in their order.
    """
    ordered = sorted(set(pairs))
    if not ordered:
        return
    with store.writing("basedb review assign", wait) as session:
        session.engine.execute(
            "CREATE OR REPLACE TEMP TABLE assigned (entity TEXT, left_id BIGINT, right_id BIGINT)"
        )
        session.engine.executemany(
            "INSERT INTO temp.assigned VALUES (?, ?, ?)", [(kept_under, *pair) for pair in ordered]
        )
        staged = session.stage("FROM temp.assigned")
        session.apply(
            f"DELETE FROM basedb.review_assignment AS t USING {staged} AS s"
            " WHERE t.entity = s.entity AND t.left_id = s.left_id AND t.right_id = s.right_id"
        )
        if to is not None:
            session.engine.execute(
                "INSERT INTO basedb.review_assignment (entity, left_id, right_id, assigned_to, assigned_by, assigned_at)"
                " SELECT entity, left_id, right_id, ?, ?, ? FROM temp.assigned ORDER BY left_id, right_id",
                [to, by, at],
            )

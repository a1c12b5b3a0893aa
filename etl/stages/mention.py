"""Mention: the entities that the new records name, each with a number of its own."""

from __future__ import annotations

from dataclasses import dataclass

from basedb.master.tables import ROLES_PER_RECORD
from basedb.store import scalar
from etl.batch import Batch


@dataclass(frozen=True)
class Mention:
    """Leaves TEMP `mention_place` (mention_id, row_no, role, record_id, standing_id) and view `new_mention`."""

    name: str = "mention"

    def run(self, batch: Batch) -> int:
        batch.engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE mention_place AS
                SELECT n.record_id * {ROLES_PER_RECORD}
                        + list_position({sorted(batch.contract.roles)}, m.role) - 1 AS mention_id,
                    m.row_no, m.role, n.record_id, n.standing_id
                FROM raw_mention m JOIN new_record n USING (row_no)"""
        )
        # A view: the standard columns of a first load are wide, and copying them costs more than joining.
        batch.engine.execute(
            f"""CREATE OR REPLACE TEMP VIEW new_mention AS
                SELECT p.mention_id, p.record_id, p.standing_id, m.*{_missing_columns(batch)}
                FROM raw_mention m JOIN mention_place p USING (row_no, role)"""
        )
        return int(scalar(batch.engine, "SELECT count(*) FROM mention_place"))


def _missing_columns(batch: Batch) -> str:
    """Columns of the entity that this contract does not feed are there all the same, as NULL."""
    entity = batch.entity
    there = {row[0] for row in batch.engine.execute("DESCRIBE raw_mention").fetchall()}
    there |= {entity.id_column, "mention_id", "record_id", "method", "match_weight", "decided_at", "run_id"}
    missing = [item for item in entity.mention.columns if item.name not in there]
    return "".join(f", NULL::{item.type.compile()} AS {item.name}" for item in missing)

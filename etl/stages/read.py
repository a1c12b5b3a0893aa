"""Read: every cell as text, with its row number in the file."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from etl.batch import Batch, Refused
from etl.readers.read import read
from etl.readers.result import ReadRefusal


@dataclass(frozen=True)
class Read:
    """Leaves the view `incoming` (row_no and the contract's columns) and the read result."""

    name: str = "read"

    def run(self, batch: Batch) -> int:
        others = [peer for peer in batch.peers.values() if peer.source != batch.contract.source]
        try:
            batch.result = read(batch.delivery.path, batch.contract, others)
        except ReadRefusal as refusal:
            raise Refused(refusal.code, refusal.zh, refusal.en) from refusal
        batch.engine.register("incoming", batch.result.table)
        aside = [(row.row_no, "ignored") for row in batch.result.ignored]
        aside += [(row.row_no, "quarantined") for row in batch.result.rejected]
        batch.engine.register(
            "set_aside",
            pa.table(
                {
                    "row_no": pa.array([number for number, _ in aside], pa.int64()),
                    "outcome": pa.array([outcome for _, outcome in aside], pa.string()),
                }
            ),
        )
        return batch.result.records

"""Read: every cell as text, with its row number in the file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pyarrow as pa

from basedb.domain import Domain
from basedb.refusal import Refused
from etl.batch import Batch, Delivery
from etl.delivery_findings import ROW_COUNT
from etl.readers.long_cells import without_long_cells
from etl.readers.page_lines import without_page_lines
from etl.readers.read import read
from etl.readers.result import Note, ReadRefusal, ReadResult, note


@dataclass(frozen=True)
class Read:
    """Leaves the view `incoming` (row_no and the contract's columns) and the read result."""

    name: str = "read"

    def run(self, batch: Batch) -> int:
        others = [peer for peer in batch.peers.values() if peer.source != batch.contract.source]
        try:
            result = read(batch.delivery.path, batch.contract, others)
        except ReadRefusal as refusal:
            place = ("第 {} 行：", "line {}: ") if refusal.line else ("", "")
            zh, en = (part.format(refusal.line) for part in place)
            raise Refused(refusal.code, zh + refusal.zh, en + refusal.en) from refusal
        if isinstance(batch.domain, Domain):
            result = without_long_cells(without_page_lines(result, batch.contract))
        batch.result = replace(
            result, notes=(*batch.delivery.notes, *_row_count(batch.delivery, result), *result.notes)
        )
        batch.engine.register("incoming", batch.result.table)
        aside: list[tuple[int, str, str | None]] = [
            (row.row_no, "ignored", row.text) for row in batch.result.ignored
        ]
        aside += [(row.row_no, "quarantined", None) for row in batch.result.rejected]
        batch.engine.register(
            "set_aside",
            pa.table(
                {
                    "row_no": pa.array([number for number, _, _ in aside], pa.int64()),
                    "outcome": pa.array([outcome for _, outcome, _ in aside], pa.string()),
                    "footnote": pa.array([text for _, _, text in aside], pa.string()),
                }
            ),
        )
        return batch.result.records


def _row_count(delivery: Delivery, result: ReadResult) -> tuple[Note, ...]:
    """A note if the file holds another number of records than its list promised."""
    listed, found = delivery.listed_rows, result.records
    # Departments count what they take for data: footnotes and deleted records may be left out.
    if listed is None or listed in (found, result.table.num_rows + len(result.rejected)):
        return ()
    return (
        note(
            ROW_COUNT,
            f"清单写 {listed} 行，文件有 {found} 行",
            f"{listed} rows listed, {found} rows in the file",
        ),
    )

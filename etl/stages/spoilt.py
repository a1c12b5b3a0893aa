"""A column that went bad as a whole: shifted by one, swapped with its neighbour, or in another format."""

from __future__ import annotations

from basedb.findings import Severity, all_types, define
from basedb.refusal import Held
from etl.batch import Batch
from etl.stages.classify import quoted

SPOILT = define(
    "column.mostly_unusable",
    Severity.ERROR,
    "一列的值几乎都用不了，可能与别的列错位，或换了格式",
    "nearly all values of a column are unusable: shifted, swapped, or in another format",
)
# A handful of bad values may be chance.
_ENOUGH = 50
_SHARE = 0.9


def hold_if_spoilt(batch: Batch) -> None:
    """Hold a file in which nearly every value of a column was lost with a finding, unless it was released.

    Looks at the rows that were standardized (TEMP `raw_mention`, `raw_finding`). Raises Held.
    """
    if batch.released or batch.delivery.digests:
        return
    severe = [item.code for item in all_types() if item.severity != Severity.INFO]
    suspects = batch.engine.execute(
        """SELECT column_name, mode(code) FROM raw_finding WHERE list_contains($severe, code)
           GROUP BY column_name HAVING count(DISTINCT row_no) >= $enough""",
        {"severe": severe, "enough": _ENOUGH},
    ).fetchall()
    for column, code in suspects:
        for role, attribute in _fed(batch, column):
            filled, lost = _lost(batch, column, role, attribute, severe)
            if filled >= _ENOUGH and lost > _SHARE * filled:
                raise _spoilt(column, code, filled, lost)


def _fed(batch: Batch, column: str) -> list[tuple[str, str]]:
    """The (role, attribute) that a column feeds alone."""
    contract = batch.contract
    return [
        (role, name)
        for role in contract.roles
        for name, columns in contract.attributes(role).items()
        if columns == (column,)
    ]


def _lost(batch: Batch, column: str, role: str, attribute: str, severe: list[str]) -> tuple[int, int]:
    """How many cells of the column are filled, and how many of them gave no value and a finding."""
    row = batch.engine.execute(
        f"""SELECT count(*), count(*) FILTER (WHERE m.{attribute} IS NULL AND f.row_no IS NOT NULL)
            FROM processed i JOIN raw_mention m ON m.row_no = i.row_no AND m.role = $role
            LEFT JOIN (SELECT DISTINCT row_no FROM raw_finding
                       WHERE column_name = $column AND list_contains($severe, code)) f ON f.row_no = i.row_no
            WHERE trim(coalesce(i.{quoted(column)}, '')) <> ''""",
        {"role": role, "column": column, "severe": severe},
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


def _spoilt(column: str, code: str, filled: int, lost: int) -> Held:
    return Held(
        SPOILT,
        f"列“{column}”的 {filled:,} 个值中有 {lost:,} 个用不了（多为 {code}），可能与别的列错位，或换了格式；"
        "请部门核对后重发，若确实如此可放行",
        f"{lost:,} of {filled:,} values of {column} are unusable (mostly {code}): shifted columns, or another"
        " format? have it sent again, or release it",
    )

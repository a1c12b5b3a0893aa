"""Jumps: numbers that changed by the ratio of two units since the last version of their record."""

from __future__ import annotations

from basedb.domain import Jump
from basedb.store import scalar
from etl.batch import Batch

# A number may have grown in earnest, too, in the same night.
_SLACK = 2


def report_jumps(batch: Batch) -> None:
    """Add to TEMP `finding` every new number that is its former value times about the ratio of two units.

    Compares TEMP `new_mention` with the standing version of each record (TEMP `new_record`).
    """
    entity = batch.entity
    fed = [
        jump
        for jump in entity.jumps
        if any(jump.attribute in batch.contract.attributes(r) for r in batch.contract.roles)
    ]
    if not fed or not scalar(batch.engine, "SELECT count(*) FROM new_record WHERE standing_id IS NOT NULL"):
        return
    batch.session.fetch(
        "former_mention",
        entity.mention.fullname,
        ", ".join(["record_id", "role", *(jump.attribute for jump in fed)]),
        "record_id",
        "SELECT standing_id FROM new_record WHERE standing_id IS NOT NULL",
    )
    for jump in fed:
        _report(batch, jump)
    batch.engine.execute("DROP TABLE former_mention")


def _report(batch: Batch, jump: Jump) -> None:
    contract, name = batch.contract, jump.attribute
    columns = [contract.attributes(role).get(name, (None,))[0] for role in contract.roles]
    batch.engine.execute(
        f"""INSERT INTO temp.finding
            SELECT m.row_no, n.source_key, ($columns::TEXT[])[list_position($roles::TEXT[], m.role)],
                '{jump.code}', 'warning', m.{name}::TEXT, format('{{:.6f}}', m.{name} / {jump.factor})
            FROM new_mention m JOIN new_record n USING (record_id)
            JOIN former_mention f ON f.record_id = n.standing_id AND f.role = m.role
            WHERE f.{name} > 0
                AND m.{name} / f.{name} BETWEEN {jump.factor / _SLACK} AND {jump.factor * _SLACK}""",
        {"roles": list(contract.roles), "columns": columns},
    )

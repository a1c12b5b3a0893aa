"""Link and resolve: new mentions against what is known, evidence to identity."""

from __future__ import annotations

from dataclasses import dataclass

from basedb.findings import Severity, define
from basedb.linkage.exact import link
from basedb.master.identity import resolve
from basedb.store import scalar
from etl.batch import Batch

SHARED_NUMBER = define(
    "identifier.shared",
    Severity.WARNING,
    "同一号码下姓名明显不同，未自动合并，请核实（重号或填写了他人号码）",
    "the number is borne under clearly different names; not merged, please verify",
)
REUSED_KEY = define(
    "key.reused",
    Severity.WARNING,
    "同一来源主键前后为不同的人，未延续原认定，请核实",
    "the departmental key now names somebody else; the former link is not continued",
)


@dataclass(frozen=True)
class Link:
    """Leaves `evidence` and `standing_mention`; needs the next entity id."""

    name: str = "link"

    def run(self, batch: Batch) -> int:
        entity = batch.domain.entity
        link(batch.session, entity, batch.counters.peek(entity.qualified))
        return int(scalar(batch.engine, "SELECT count(*) FROM evidence"))


@dataclass(frozen=True)
class Resolve:
    """Leaves `resolved`, `merged` and `claim`; doubtful identities become findings."""

    name: str = "resolve"

    def run(self, batch: Batch) -> int:
        entity = batch.domain.entity
        new = resolve(batch.engine, entity, batch.counters.peek(entity.qualified))
        batch.counters.take(entity.qualified, new)
        _report_doubts(batch)
        return int(scalar(batch.engine, "SELECT count(*) FROM resolved"))


def _report_doubts(batch: Batch) -> None:
    engine, entity = batch.engine, batch.domain.entity
    for code, ordinals in (
        (
            SHARED_NUMBER,
            "SELECT ordinal FROM new_key WHERE key IN ("
            "SELECT key FROM claim GROUP BY key HAVING min(entity_id) <> max(entity_id))",
        ),
        (REUSED_KEY, "SELECT ordinal FROM reused_key"),
    ):
        engine.execute(
            f"""INSERT INTO temp.finding
                SELECT m.row_no, n.source_key, ($columns::TEXT[])[list_position($roles::TEXT[], m.role)],
                    '{code}', 'warning', m.{entity.identifier}, NULL
                FROM new_mention m JOIN new_record n USING (record_id)
                WHERE m.ordinal IN ({ordinals})""",
            {"roles": list(batch.contract.roles), "columns": _columns_of(batch, code)},
        )


def _columns_of(batch: Batch, code: str) -> list[str | None]:
    """For each role of the contract, the department's column a finding about its mention names."""
    contract, identifier = batch.contract, batch.domain.entity.identifier
    if code == REUSED_KEY:
        return [contract.key[0]] * len(contract.roles)
    fed = [contract.attributes(role).get(identifier) for role in contract.roles]
    return [columns[0] if columns else None for columns in fed]

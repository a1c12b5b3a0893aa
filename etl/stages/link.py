"""Link and resolve: new mentions against what is known, evidence to identity."""

from __future__ import annotations

from dataclasses import dataclass

from basedb.findings import Severity, define
from basedb.linkage import exact
from basedb.linkage.evidence import find_evidence
from basedb.linkage.kin import link_kin
from basedb.linkage.outcomes import find_outcomes
from basedb.linkage.partition import decide
from basedb.linkage.records import describe_arrivals
from basedb.linkage.touched import find_touched
from basedb.linkage.versions import active_version
from basedb.master.identity import resolve
from basedb.store import scalar
from etl.batch import Batch
from etl.stages.jumps import report_jumps

SHARED_NUMBER = define(
    "identifier.shared",
    Severity.WARNING,
    "同一号码或代码下姓名或名称明显不同，未自动合并，请核实（重号，或填写了他人的）",
    "the number or code is borne under clearly different names; not merged, please verify",
)
REUSED_KEY = define(
    "key.reused",
    Severity.WARNING,
    "同一来源主键前后为不同的人，未延续原认定，请核实",
    "the departmental key now names somebody else; the former link is not continued",
)
LARGE_BLOCK = define(
    "linkage.block_too_large",
    Severity.WARNING,
    "同一取值的记录过多，未按此规则两两比较，请核实该取值",
    "too many records share this value; they were not compared by this rule",
)


@dataclass(frozen=True)
class Link:
    """Leaves the records linkage works on (`linking`) and the evidence between them."""

    name: str = "link"

    def run(self, batch: Batch) -> int:
        entity, session = batch.entity, batch.session
        version = active_version(batch.engine, entity)
        batch.model_version = version.version
        describe_arrivals(session, entity)
        skipped = find_evidence(session, entity, version)
        exact.recall_keys(session, entity)
        exact.recall_versions(session, entity)
        link_kin(session, entity)
        new_keys = "key IN (SELECT key FROM new_key)"
        exact.link_keys(session, entity, "key_edge", "linking", "contested", new_keys)
        exact.link_versions(session, entity, "history_edge", "linking")
        exact.find_reused_keys(session, entity)
        if batch.contract.register:
            exact.link_successions(session, entity)
        for block in skipped:
            batch.engine.execute(
                "INSERT INTO temp.finding VALUES (NULL, NULL, NULL, ?, 'warning', ?, ?)",
                [LARGE_BLOCK, block.value, f"{block.rule}: {block.records:,}"],
            )
        return int(scalar(batch.engine, "SELECT count(*) FROM new_evidence"))


@dataclass(frozen=True)
class Resolve:
    """Leaves `resolved`, `moved`, `merged`, `claim` and `outcome`; doubtful identities and changes become findings."""

    name: str = "resolve"

    def run(self, batch: Batch) -> int:
        entity, session = batch.entity, batch.session
        batch.engine.execute("CREATE OR REPLACE TEMP TABLE revised (entity_id BIGINT)")
        find_touched(session, entity, _EVIDENCE)
        decide(session, entity)
        new = resolve(batch.engine, entity, batch.counters.peek(entity.qualified))
        batch.counters.take(entity.qualified, new)
        find_outcomes(session, entity)
        _report_doubts(batch)
        report_jumps(batch)
        # The widest of the tables between the stages; nothing reads it from here on.
        batch.engine.execute("DROP TABLE linking")
        return int(scalar(batch.engine, "SELECT count(*) FROM resolved"))


_EVIDENCE = (
    "SELECT a, b FROM key_edge UNION ALL SELECT a, b FROM history_edge"
    " UNION ALL SELECT a, b FROM new_evidence WHERE grade = 'auto'"
)


def _report_doubts(batch: Batch) -> None:
    engine, entity = batch.engine, batch.entity
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE disputed AS SELECT DISTINCT vertex FROM new_key
            WHERE key IN (SELECT key FROM claim GROUP BY key HAVING min(entity_id) <> max(entity_id))"""
    )
    doubts = {
        SHARED_NUMBER: "SELECT vertex, NULL::TEXT AS suggestion FROM disputed",
        REUSED_KEY: "SELECT DISTINCT vertex, NULL::TEXT AS suggestion FROM reused_key",
        **entity.doubts,
    }
    for code, doubted in doubts.items():
        engine.execute(
            f"""INSERT INTO temp.finding
                SELECT m.row_no, n.source_key, ($columns::TEXT[])[list_position($roles::TEXT[], m.role)],
                    '{code}', 'warning', m.{entity.identifier}, d.suggestion
                FROM new_mention m JOIN new_record n USING (record_id)
                JOIN ({doubted}) AS d ON d.vertex = m.mention_id""",
            {"roles": list(batch.contract.roles), "columns": _columns_of(batch, code)},
        )
    engine.execute("DROP TABLE disputed")


def _columns_of(batch: Batch, code: str) -> list[str | None]:
    """For each role of the contract, the department's column a finding about its mention names."""
    contract, identifier = batch.contract, batch.entity.identifier
    if code == REUSED_KEY:
        return [contract.key[0]] * len(contract.roles)
    fed = [contract.attributes(role).get(identifier) for role in contract.roles]
    return [columns[0] if columns else None for columns in fed]

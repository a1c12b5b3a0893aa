"""Deciding identity anew without a delivery: a judgement, its withdrawal, another match model.

Each is one transaction: the judgement or model, the entities it splits or merges, their master rows
and history, and a line in the ledger and the decision log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import duckdb

from basedb import __version__
from basedb.domain import Domain, Entity
from basedb.linkage.evidence import NO_EVIDENCE, find_all_evidence, find_evidence
from basedb.linkage.exact import link_keys, recall_keys
from basedb.linkage.kin import link_kin
from basedb.linkage.outcomes import find_outcomes
from basedb.linkage.partition import decide
from basedb.linkage.records import describe_arrivals, key_columns, recall
from basedb.linkage.spark import require_spark, score_on_spark
from basedb.linkage.touched import find_touched
from basedb.linkage.versions import active_number, active_version
from basedb.master import history, identity_ledger
from basedb.master.identity import resolve
from basedb.stewardship.plan import Judgement, Plan
from basedb.store import Session, Store, scalar
from etl import ledger
from etl.contract.model import Contract
from etl.counters import Counters
from etl.crossing import carry_over
from etl.judging import enter_judgements, judge_those_left_behind, note_doubts, refuse_contradiction
from etl.quarantine import Decision, NotPossible
from etl.stages.masters import refresh_keyed_tables
from etl.stages.merge import Merge

# What compares and scores all records anew: this process, or Spark, which is for more than one machine holds.
DUCKDB, SPARK = ENGINES = ("duckdb", "spark")


@dataclass(frozen=True)
class Revised:
    """What a revision changed: entities that were merged away, that are new, records that moved.

    run_id: 0 if there was nothing to decide.
    """

    run_id: int
    judgements: tuple[int, ...]
    merged: tuple[tuple[int, int], ...]
    fresh: tuple[int, ...]
    moved: int


@dataclass
class Revision:
    """What the stages of a revision share; the part of `Batch` that mastering needs."""

    session: Session
    domain: Domain
    peers: Mapping[str, Contract]
    counters: Counters
    run_id: int
    received: str
    model_version: int

    @property
    def engine(self) -> duckdb.DuckDBPyConnection:
        """The engine all stages work in."""
        return self.session.engine

    @property
    def entity(self) -> Entity:
        """The entity the domain masters."""
        return self.domain.entity


@dataclass(frozen=True)
class Reviser:
    """Revises identities in a store. `peers` are all contracts of the domain; `command` names the caller."""

    store: Store
    domain: Domain
    peers: Mapping[str, Contract]
    command: str = "review"
    wait: float = 30.0

    def judge(self, verdict: str, pairs: Sequence[tuple[int, int]], decision: Decision) -> Revised:
        """Enter that the two mentions of each pair are the same entity, or different ones."""
        return self.enter(Plan(tuple(Judgement(verdict, a, b) for a, b in pairs)), decision)

    def enter(self, plan: Plan, decision: Decision) -> Revised:
        """Enter the judgements of a plan, and what else they need to come true, in one transaction.

        Raises NotPossible where a mention does not exist, or judgements in force say otherwise.
        """

        if not plan.judgements:
            with self.store.writing(f"basedb {self.command}", self.wait) as session:
                counters = Counters(session)
                note_doubts(session, counters, self.domain.name, plan.doubts, decision)
                counters.save()
            return Revised(0, (), (), (), 0)

        def enter(revision: Revision, decision: Decision) -> list[int]:
            pairs = [(item.a, item.b) for item in plan.judgements]
            entities = _entities_of(revision, [mention for pair in pairs for mention in pair])
            judged = enter_judgements(revision, plan.judgements, decision)
            judged += _revise(revision, entities, lambda: judge_those_left_behind(revision, plan, decision))
            refuse_contradiction(revision, judged)
            _log(revision, "judge", f"{judged[0]}-{judged[-1]}", decision)
            note_doubts(revision.session, revision.counters, revision.domain.name, plan.doubts, decision)
            return judged

        return self._run(enter, decision)

    def withdraw(self, judgements: Sequence[int], decision: Decision) -> Revised:
        """Withdraw judgements: the evidence decides again. Raises NotPossible for one not in force."""

        def enter(revision: Revision, decision: Decision) -> list[int]:
            rows = revision.engine.execute(
                "SELECT judgement_id, a, b FROM basedb.judgement WHERE entity = ? AND withdrawn_at IS NULL"
                " AND judgement_id IN (SELECT unnest(?))",
                [revision.entity.qualified, list(judgements)],
            ).fetchall()
            missing = sorted(set(judgements) - {row[0] for row in rows})
            if missing:
                numbers = "、".join(map(str, missing))
                raise NotPossible(f"判定 {numbers} 不存在或已撤回 / no such judgement in force")
            staged = revision.session.stage(
                "SELECT unnest(?::BIGINT[]) AS id, ?::TEXT AS made_by, ?::TIMESTAMPTZ AS at, ?::TEXT AS reason",
                [list(judgements), decision.made_by, decision.made_at, decision.reason],
            )
            revision.session.apply(
                "UPDATE basedb.judgement AS t SET withdrawn_by = s.made_by, withdrawn_at = s.at,"
                f" withdrawn_reason = s.reason FROM {staged} AS s WHERE t.judgement_id = s.id"
            )
            _log(revision, "withdraw", ",".join(map(str, sorted(judgements))), decision)
            entities = _entities_of(revision, [mention for _, a, b in rows for mention in (a, b)])
            _revise(revision, entities)
            refuse_contradiction(revision, ())
            return list(judgements)

        return self._run(enter, decision)

    def relink(self, decision: Decision, prepare: Callable[[Revision], str], engine: str = DUCKDB) -> Revised:
        """Score all records anew and decide every identity from that.

        prepare: runs first, in the same transaction (to enter and activate a model version); returns
        the subject for the decision log. engine: one of `ENGINES`; SparkMissing, before anything is
        written, where Spark cannot run.
        """
        if engine not in ENGINES:
            raise ValueError(f"没有引擎 {engine} / no such engine: {engine}")
        if engine == SPARK:
            require_spark()

        def enter(revision: Revision, decision: Decision) -> list[int]:
            _log(revision, "model", prepare(revision), decision)
            _relink(revision, engine)
            return []

        return self._run(enter, decision)

    def _run(self, enter: Callable[[Revision, Decision], list[int]], decision: Decision) -> Revised:
        started = datetime.now(UTC)
        with self.store.writing(f"basedb {self.command}", self.wait) as session:
            counters = Counters(session)
            received = ledger.monotone(session.engine, decision.made_at.astimezone(UTC))
            revision = Revision(
                session, self.domain, self.peers, counters, counters.take("basedb.run"),
                received.isoformat(sep=" ", timespec="microseconds"), 0,
            )  # fmt: skip
            revision.model_version = active_number(session.engine, self.domain.entity)
            # The log gives the time from which the decision holds: a rebuild arrives at the same.
            judgements = enter(revision, replace(decision, made_at=received))
            session.engine.execute(
                "INSERT INTO basedb.run (run_id, command, account, started_at, finished_at, status, message,"
                " basedb_version) VALUES (?, ?, ?, ?, ?, 'published', ?, ?)",
                [
                    revision.run_id, self.command, decision.made_by, started, datetime.now(UTC), decision.reason,
                    __version__,
                ],
            )  # fmt: skip
            counters.save()
            return _summary(revision, judgements)


def _revise(revision: Revision, entities: Sequence[int], more: Callable[[], list[int]] = list) -> list[int]:
    """Decide the given entities, and what their evidence reaches, anew.

    more: enters judgements that turn out to be needed; returns all it entered.
    """
    entity, session = revision.entity, revision.session
    _without_delivery(revision)
    revision.engine.execute(f"CREATE OR REPLACE TEMP TABLE new_evidence AS {NO_EVIDENCE}")
    revision.engine.execute(
        "CREATE OR REPLACE TEMP TABLE new_block (rule SMALLINT, key BIGINT, vertex BIGINT)"
    )
    revision.engine.execute(
        "CREATE OR REPLACE TEMP TABLE revised AS SELECT unnest(?::BIGINT[]) AS entity_id", [list(entities)]
    )
    # Others with the same numbers: what the revised entities are decides theirs, and how they share it.
    recall(session, entity, f"m.{entity.id_column}", "SELECT entity_id FROM revised")
    keys = " UNION ".join(
        f"SELECT {key} AS key, vertex FROM linking WHERE {key} IS NOT NULL" for key in key_columns(entity)
    )
    revision.engine.execute(f"CREATE OR REPLACE TEMP TABLE new_key AS {keys}")
    for column in entity.key_rule.keys:
        recall(session, entity, f"m.{column}", "SELECT DISTINCT key FROM new_key")
    return _decide(revision, "key IN (SELECT key FROM new_key)", more)


def _relink(revision: Revision, engine: str) -> None:
    """Compare all records with the active model and decide all entities."""
    entity, session = revision.entity, revision.session
    version = active_version(session.engine, entity)
    revision.model_version = version.version
    session.apply(f"DELETE FROM {entity.evidence.fullname} WHERE method <> 'succession'")
    session.apply(f"DELETE FROM {entity.block.fullname}")
    _without_delivery(revision)
    recall(session, entity, "m.record_id", f"SELECT record_id FROM {entity.schema}.source_record")
    if engine == SPARK:
        find_all_evidence(session, entity, version, score_on_spark)
    else:
        find_evidence(session, entity, version)
    link_kin(session, entity, everything=True)
    # What was kept stands for its pairs.
    session.fetch("kept_succession", entity.evidence.fullname, "a, b", "method", "SELECT 'succession'")
    session.engine.execute("DELETE FROM new_evidence WHERE (a, b) IN (SELECT (a, b) FROM kept_succession)")
    session.engine.execute("CREATE OR REPLACE TEMP TABLE revised AS SELECT DISTINCT entity_id FROM linking")
    recall_keys(session, entity)
    _decide(revision, "false")
    refuse_contradiction(revision, ())


def _without_delivery(revision: Revision) -> None:
    """The tables a delivery's first stages leave, empty."""
    entity, engine = revision.entity, revision.engine
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_mention AS
            SELECT *, NULL::BIGINT AS row_no, NULL::BIGINT AS standing_id FROM {entity.mention.fullname} LIMIT 0"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_record AS
            SELECT *, NULL::TEXT AS outcome, NULL::BIGINT AS standing_id
            FROM {entity.schema}.source_record LIMIT 0"""
    )
    engine.execute("CREATE OR REPLACE TEMP TABLE closed (record_id BIGINT, status TEXT, closed_on DATE)")
    describe_arrivals(revision.session, entity)


def _decide(revision: Revision, keys: str, more: Callable[[], list[int]] = list) -> list[int]:
    """Resolve, merge and write. keys: which keys may link others, see `link_keys`; more: see `_revise`."""
    entity, session = revision.entity, revision.session
    link_keys(session, entity, "key_edge", "linking", "contested", keys)
    session.engine.execute("CREATE OR REPLACE TEMP TABLE history_edge (a BIGINT, b BIGINT)")
    find_touched(
        session,
        entity,
        "SELECT a, b FROM new_evidence WHERE grade = 'auto' UNION ALL SELECT a, b FROM key_edge",
    )
    decide(session, entity)
    entered: list[int] = []
    while added := more():
        entered += added
        decide(session, entity)
    new = resolve(revision.engine, entity, revision.counters.peek(entity.qualified))
    revision.counters.take(entity.qualified, new)
    find_outcomes(session, entity)
    Merge().run(revision)
    identity_ledger.write(session, entity, revision.received, revision.run_id, revision.model_version)
    history.write(session, entity, revision.received, revision.run_id)
    refresh_keyed_tables(session, revision.domain, revision.counters, revision.received, revision.run_id)
    carry_over(session, entity, revision.received, revision.run_id, arrived=False)
    return entered


def _entities_of(revision: Revision, mentions: Sequence[int]) -> list[int]:
    """The entities that hold the mentions; NotPossible if a mention does not exist."""
    entity = revision.entity
    revision.session.fetch(
        "judged_mention",
        f"{entity.qualified}_mention m",
        f"m.mention_id, m.{entity.id_column} AS entity_id",
        "m.record_id",
        f"SELECT unnest({[mention >> 4 for mention in mentions]}::BIGINT[])",
    )
    found = dict(revision.engine.execute("SELECT mention_id, entity_id FROM judged_mention").fetchall())
    missing = sorted(set(mentions) - set(found))
    if missing:
        numbers = "、".join(map(str, missing))
        raise NotPossible(f"没有编号为 {numbers} 的提及 / no such mention")
    return sorted({found[mention] for mention in mentions})


def _log(revision: Revision, kind: str, subject: str, decision: Decision) -> None:
    ledger.enter_decision(
        revision.session, revision.counters, kind, revision.domain.name, subject, decision.made_by,
        decision.made_at, revision.counters.peek("basedb.file") - 1, decision.reason,
    )  # fmt: skip


def _summary(revision: Revision, judgements: Sequence[int]) -> Revised:
    engine = revision.engine
    merged = engine.execute("SELECT from_id, to_id FROM merged ORDER BY from_id").fetchall()
    fresh = engine.execute("SELECT entity_id FROM fresh ORDER BY entity_id").fetchall()
    return Revised(
        revision.run_id,
        tuple(judgements),
        tuple((old, new) for old, new in merged),
        tuple(row[0] for row in fresh),
        int(scalar(engine, "SELECT count(*) FROM moved")),
    )

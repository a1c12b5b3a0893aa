"""Scored evidence: new mentions compared with each other and with what stands.

The evidence of a pair depends on its two records and the model version only, so it is the same
whichever of the two came first.
"""

from __future__ import annotations

from collections.abc import Callable

from basedb.domain import Entity
from basedb.linkage.blocking import block_keys, candidate_pairs
from basedb.linkage.blocks import Block
from basedb.linkage.exact import is_exact_pair, may_be_exact
from basedb.linkage.keys import key_rules
from basedb.linkage.model import Constraint, MatchModel
from basedb.linkage.patterns import compare_pairs
from basedb.linkage.records import recall_vertices
from basedb.linkage.score import score_pairs
from basedb.linkage.versions import ModelVersion
from basedb.store.session import Session, scalar

# Compares the records in TEMP `linking` with each other and leaves TEMP `scored` as `score_pairs` does.
Scorer = Callable[[Session, Entity, ModelVersion], None]

_FEW_PAIRS = 20_000

NO_EVIDENCE = """
    SELECT 0::BIGINT AS a, 0::BIGINT AS b, '' AS method, '' AS rule, '' AS pattern, 0.0::DOUBLE AS match_weight,
        '' AS veto, '' AS grade WHERE false"""


def find_evidence(session: Session, entity: Entity, version: ModelVersion) -> list[Block]:
    """Create TEMP `new_evidence` (a, b, method, rule, pattern, match_weight, veto, grade).

    Compares the records that are in TEMP `linking` now, and leaves their keys in TEMP `new_block`;
    standing mentions they are compared with are added to `linking`. Pairs below the review threshold,
    linked by an exact rule, or vetoed without referral, are not evidence; linking evidence between a
    value and its correction has the method `correction`. Returns the blocks that
    were too large to compare.
    """
    engine, model = session.engine, entity.model
    session.settle()
    block_keys(engine, model, "linking", "new_block")
    session.settle()
    standing = None
    if scalar(engine, f"SELECT count(*) FROM (SELECT 1 FROM {entity.block.fullname} LIMIT 1)"):
        standing = "standing_block"
        session.fetch(
            standing, entity.block.fullname, "key, vertex, rule", "key", "SELECT DISTINCT key FROM new_block"
        )
    found = candidate_pairs(engine, "new_block", standing, "pair", rules=key_rules(model), records="linking")
    recall_vertices(session, entity, "SELECT a FROM pair UNION SELECT b FROM pair")
    session.settle()
    score_open_pairs(session, entity, version)
    return found.skipped


def find_all_evidence(session: Session, entity: Entity, version: ModelVersion, score: Scorer) -> None:
    """TEMP `new_evidence` and `new_block` as `find_evidence` leaves them, scored by another engine.

    All records there are must be in TEMP `linking`: what stands beside them is not looked for.
    """
    block_keys(session.engine, entity.model, "linking", "new_block")
    score(session, entity, version)
    _open_pairs(session, entity, "scored")
    _grade(session, entity.model)


def score_open_pairs(session: Session, entity: Entity, version: ModelVersion) -> None:
    """TEMP `new_evidence` of the pairs in TEMP `pair` that no exact rule links."""
    engine, model = session.engine, entity.model
    _open_pairs(session, entity, "pair")
    if not scalar(engine, "SELECT count(*) FROM open_pair"):
        engine.execute(f"CREATE OR REPLACE TEMP TABLE new_evidence AS {NO_EVIDENCE}")
        return
    frequencies = version.frequencies(session, model, "linking")
    # Planning what gives pairs up early costs as much as comparing some thousands whole.
    many = scalar(engine, "SELECT count(*) FROM open_pair") > _FEW_PAIRS
    compare_pairs(
        engine, model, "open_pair", "linking", "compared",
        parameters=version.parameters, at_least=model.review if many else None, tf=frequencies,
    )  # fmt: skip
    score_pairs(engine, model, version.parameters, "compared", "scored", frequencies, at_least=model.review)
    engine.execute("DROP TABLE compared")
    _grade(session, model)


def _open_pairs(session: Session, entity: Entity, pairs: str) -> None:
    """TEMP `open_pair` (a, b, rule, is_correction): those of `pairs` that no exact rule links."""
    engine = session.engine
    two = _two_records(entity.model)
    both = "JOIN linking l ON l.vertex = p.a JOIN linking r ON r.vertex = p.b"
    # As a value first: in WHERE, the engine takes the condition for a reason to join l with r.
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE judged_pair AS
            SELECT p.a, p.b, p.rule, {_correction(entity.model)} AS is_correction,
                coalesce({may_be_exact(entity)}, false) OR NOT ({two}) AS is_near
            FROM {pairs} p {both}"""
    )
    kept = "judged_pair"
    # Planning the names' comparison costs more than a small night's pairs, and mostly no pair needs it.
    if scalar(engine, "SELECT count(*) FROM judged_pair WHERE is_near"):
        engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE exact_pair AS
                SELECT p.a, p.b, coalesce({is_exact_pair(entity)}, false) OR NOT ({two}) AS is_exact
                FROM (SELECT a, b FROM judged_pair WHERE is_near) p {both}"""
        )
        kept += " ANTI JOIN (SELECT a, b FROM exact_pair WHERE is_exact) USING (a, b)"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE open_pair AS SELECT a, b, rule, is_correction FROM {kept}")
    engine.execute("DROP TABLE judged_pair")
    engine.execute("DROP TABLE IF EXISTS exact_pair")


def _grade(session: Session, model: MatchModel) -> None:
    """TEMP `new_evidence` of the pairs of TEMP `scored` that are in TEMP `open_pair`."""
    vetoes = [item for item in model.constraints if item.kind == Constraint.CANNOT_LINK]
    musts = [item for item in model.constraints if item.kind == Constraint.MUST_LINK]
    veto, must = _first_of(vetoes), _first_of(musts)
    rules = f"list_extract({[rule.name for rule in key_rules(model)]}, rule + 1)"
    refused = " OR ".join(f"c_{item.name}" for item in vetoes if not item.refer) or "false"
    session.engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_evidence AS
            SELECT a, b, CASE WHEN {must} IS NOT NULL THEN 'must_link'
                    WHEN is_correction AND {veto} IS NULL AND match_weight >= {model.auto_link} THEN 'correction'
                    ELSE 'score' END AS method, {rules} AS rule, pattern,
                match_weight, {veto} AS veto,
                CASE WHEN {veto} IS NULL AND (match_weight >= {model.auto_link} OR {must} IS NOT NULL)
                    THEN 'auto' ELSE 'review' END AS grade
            FROM scored JOIN (SELECT a, b, is_correction FROM open_pair) USING (a, b)
            WHERE NOT ({refused}) ORDER BY a, b"""
    )


def _two_records(model: MatchModel) -> str:
    return "l.record_id <> r.record_id" if model.one_role else "true"


def _correction(model: MatchModel) -> str:
    """SQL over ``l`` and ``r``: two different sole values that are one, corrected."""
    if model.correction is None or not model.sole_values:
        return "false"
    differ = " OR ".join(f"l.{item.column} <> r.{item.column}" for item in model.sole_values)
    return f"CASE WHEN {differ} THEN coalesce({model.correction.sql}, false) ELSE false END"


def _first_of(constraints: list[Constraint]) -> str:
    """SQL for the name of the first constraint that holds for a scored pair, or NULL."""
    if not constraints:
        return "NULL::TEXT"
    return "CASE " + " ".join(f"WHEN c_{item.name} THEN '{item.name}'" for item in constraints) + " END"

"""Evidence from relatives: a mention beside a person whose household is known.

A birth certificate names the mother with her number; her entry in the register names her household;
the child in it who was born that day is the child of the certificate. So with a pupil's guardian, or
the father without a number. Three records make the evidence, whichever of them comes last.
"""

from __future__ import annotations

from basedb.domain import Entity, Kin
from basedb.linkage.records import key_columns, recall, stands
from basedb.store.session import Session, scalar


def link_kin(session: Session, entity: Entity, everything: bool = False) -> None:
    """Add to TEMP `new_evidence` what follows from relatives of the records in TEMP `linking`.

    Standing records that make a chain with a new one are added to `linking` first; unless `everything`
    is there already.
    """
    kin, engine = entity.kin, session.engine
    if kin is None:
        return
    if not everything:
        if not scalar(engine, "SELECT count(*) FROM linking WHERE entity_id IS NULL"):
            return
        _recall_chain(session, entity, kin)
    entries = f"SELECT count(*) FROM linking WHERE {kin.household} IS NOT NULL"
    beside = "SELECT count(*) FROM (SELECT 1 FROM linking GROUP BY record_id HAVING count(*) > 1 LIMIT 1)"
    if not scalar(engine, entries) or not scalar(engine, beside):
        return
    keys = [f"y.{one} = h.{other}" for one in key_columns(entity) for other in key_columns(entity)]
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE kin_relative AS "
        + " UNION ".join(
            f"""SELECT y.record_id, y.vertex AS relative, h.vertex AS entry
                FROM linking y JOIN linking h ON {key} WHERE y.{kin.household} IS NULL AND h.{kin.household} IS NOT NULL"""
            for key in keys
        )
    )
    # Conditions as values first: in WHERE, the engine would join by them.
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE kin_home AS
            SELECT record_id, relative, entry, r.{kin.household} AS household,
                coalesce({entity.key_rule.compatible}, false) AS holds
            FROM (SELECT record_id, relative, entry FROM kin_relative) k
            JOIN (SELECT * EXCLUDE (record_id) FROM linking) l ON l.vertex = relative
            JOIN (SELECT * EXCLUDE (record_id) FROM linking) r ON r.vertex = entry"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE kin_pair AS
            SELECT DISTINCT x.vertex AS named, p.vertex AS entry
            FROM (FROM kin_home WHERE holds) k JOIN linking x ON x.record_id = k.record_id AND x.vertex <> k.relative
            JOIN linking p ON p.{kin.household} = k.household AND p.vertex <> k.entry"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE kin_found AS
            SELECT named, entry, coalesce({kin.condition.sql}, false) AS holds
            FROM kin_pair JOIN linking l ON l.vertex = named JOIN linking r ON r.vertex = entry"""
    )
    _add(session, entity, kin)
    for name in ("kin_relative", "kin_home", "kin_pair", "kin_found"):
        engine.execute(f"DROP TABLE {name}")


def replace_evidence(session: Session, rows: str) -> None:
    """Put `rows` (a query of a, b, method, match_weight) into TEMP `new_evidence`, as linking evidence;
    they replace a weaker score of the same pair."""
    engine = session.engine
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE stronger AS
            SELECT a, b, f.method, e.rule, e.pattern, greatest(f.match_weight, e.match_weight) AS match_weight,
                NULL::TEXT AS veto, 'auto' AS grade
            FROM ({rows}) f LEFT JOIN new_evidence e USING (a, b)"""
    )
    engine.execute("DELETE FROM new_evidence WHERE (a, b) IN (SELECT (a, b) FROM stronger)")
    engine.execute("INSERT INTO new_evidence BY NAME FROM stronger")
    engine.execute("DROP TABLE stronger")


def _recall_chain(session: Session, entity: Entity, kin: Kin) -> None:
    """Add to `linking` the standing records that a chain through a new record can need."""
    engine = session.engine
    if not stands(session, entity):
        return
    # From a certificate: the household of the person it names with a number (recalled by that key).
    several = "SELECT record_id FROM linking WHERE entity_id IS NULL GROUP BY record_id HAVING count(*) > 1"
    numbers = " UNION ".join(
        f"SELECT {key} FROM linking WHERE record_id IN ({several})" for key in key_columns(entity)
    )
    homes = " UNION ".join(
        f"SELECT {kin.household} FROM linking WHERE {kin.household} IS NOT NULL AND {key} IN ({numbers})"
        for key in key_columns(entity)
    )
    # From a register entry: those who live with it, and the certificates that name one of them.
    entries = f"SELECT {kin.household} FROM linking WHERE entity_id IS NULL AND {kin.household} IS NOT NULL"
    engine.execute(f"CREATE OR REPLACE TEMP TABLE kin_household AS {homes} UNION {entries}")
    recall(session, entity, f"m.{kin.household}", "FROM kin_household")
    members = " UNION ".join(
        f"SELECT {key} FROM linking WHERE {key} IS NOT NULL AND {kin.household} IN ({entries})"
        for key in key_columns(entity)
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE kin_number AS {members}")
    recall(session, entity, [f"m.{column}" for column in entity.key_rule.keys], "FROM kin_number")
    certificates = (
        f"SELECT DISTINCT record_id FROM linking WHERE {kin.household} IS NULL AND entity_id IS NOT NULL AND ("
        + " OR ".join(f"{key} IN (FROM kin_number)" for key in key_columns(entity))
        + ")"
    )
    engine.execute(f"CREATE OR REPLACE TEMP TABLE kin_certificate AS {certificates}")
    recall(session, entity, "m.record_id", "FROM kin_certificate")
    for name in ("kin_household", "kin_number", "kin_certificate"):
        engine.execute(f"DROP TABLE {name}")


def _add(session: Session, entity: Entity, kin: Kin) -> None:
    found = f"""SELECT DISTINCT least(named, entry) AS a, greatest(named, entry) AS b, 'kin' AS method,
        {kin.weight}::DOUBLE AS match_weight FROM kin_found WHERE holds"""
    engine = session.engine
    engine.execute(f"CREATE OR REPLACE TEMP TABLE kin_evidence AS {found}")
    session.fetch(
        "kept_evidence", entity.evidence.fullname, "a, b, method", "a", "SELECT DISTINCT a FROM kin_evidence"
    )
    known = "SELECT a, b FROM kept_evidence WHERE method = 'kin'"
    replace_evidence(session, f"FROM kin_evidence ANTI JOIN ({known}) USING (a, b)")
    engine.execute("DROP TABLE kin_evidence")
    engine.execute("DROP TABLE kept_evidence")

"""The stages of a load of figures: read the cells, find what is new, write it."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import pyarrow as pa

from basedb.domain import Load
from basedb.store import scalar
from macroeconomy.cells import cells_of, count_cells
from macroeconomy.checks.run import check
from macroeconomy.figures import interpret
from macroeconomy.foreign import hold_if_foreign
from macroeconomy.indicators import indicators
from macroeconomy.settings import Settings
from macroeconomy.status import RANK
from macroeconomy.vintages import vintages

_FIGURE = {
    "row_no": pa.int64(), "place": pa.int64(), "cell": pa.string(), "text": pa.string(),
    "told": pa.string(), "indicator": pa.string(), "division": pa.string(), "frequency": pa.string(), "period": pa.string(),
    "period_end": pa.date32(), "basis": pa.string(), "price": pa.string(), "reference": pa.string(),
    "unit": pa.string(), "factor": pa.float64(), "normal_unit": pa.string(), "normal_factor": pa.float64(),
    "value": pa.float64(), "decimals": pa.int16(), "status": pa.string(), "slot": pa.string(),
    "priority": pa.int16(), "outcome": pa.string(), "code": pa.string(), "suggestion": pa.string(),
    "failed": pa.bool_(),
}  # fmt: skip
_OPEN = "DATE '9999-12-31'"
#: What of an observation follows from the other releases of its figure.
_DERIVED = ("current_from", "current_to", "vintage", "first_value", "previous_value")
#: How a load's observations lie in the table: questions about one series read a part of every year, those about
#: one period a part of the table, and nearly none what was bettered long ago.
LAYOUT = f"year(period_end), current_to = {_OPEN}, indicator, division, basis, period, observation_id"
_RANKS = " ".join(f"WHEN '{name}' THEN {rank}" for name, rank in RANK.items())
_STATUS = " ".join(f"WHEN {rank} THEN '{name}'" for name, rank in RANK.items())


@dataclass(frozen=True)
class ReadFigures:
    """Leaves TEMP `figure` (one row per cell, with its meaning), `raw_finding` and `raw_event`."""

    name: str = "figures"

    def run(self, load: Load) -> int:
        settings = Settings.of(load.settings)
        frame = interpret(cells_of(load), settings)
        hold_if_foreign(load, frame, settings)
        frame["priority"] = [
            settings.table(name).get("priority", settings.priority) for name in frame["table"]
        ]
        arrays = {name: pa.array(frame[name], kind, from_pandas=True) for name, kind in _FIGURE.items()}
        load.engine.register("figure_read", pa.table(arrays))
        load.engine.execute("CREATE OR REPLACE TEMP TABLE figure AS FROM figure_read")
        load.engine.unregister("figure_read")
        # A row has one finding for what keeps all of it out; otherwise every cell has its own.
        load.engine.execute(
            """CREATE OR REPLACE TEMP TABLE raw_finding AS
                SELECT row_no, cell AS column_name, code, told AS value, suggestion, NULL::TEXT AS severity, failed
                FROM figure WHERE code <> '' AND NOT failed
                UNION ALL
                SELECT row_no, min_by(cell, place), code, min_by(told, place), min_by(suggestion, place), NULL, true
                FROM figure WHERE failed GROUP BY row_no, code"""
        )
        load.engine.execute(
            """CREATE OR REPLACE TEMP TABLE raw_event AS
                SELECT r.row_no, max(f.period_end) AS valid_from FROM row r LEFT JOIN figure f USING (row_no)
                WHERE r.outcome IN ('added', 'changed', 'superseded') GROUP BY r.row_no"""
        )
        return len(frame)


@dataclass(frozen=True)
class FindObservations:
    """Leaves TEMP `new_series`, `new_observation` (what is new, revised or withdrawn) and `cell_outcome`."""

    name: str = "observations"

    def run(self, load: Load) -> int:
        _number_series(load)
        _recall_standing(load)
        _compare(load)
        _number_observations(load)
        _recrown(load)
        return int(scalar(load.engine, "SELECT count(*) FROM new_observation"))


def _number_series(load: Load) -> None:
    """TEMP `placed`: figures of accepted rows with their series; new series get numbers."""
    engine = load.engine
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE figured AS
            SELECT f.*, n.record_id, n.source_key, n.standing_id, n.outcome AS row_outcome
            FROM figure f JOIN new_record n USING (row_no) WHERE f.outcome = 'figure'"""
    )
    key = "indicator, division, frequency, basis, price, reference"
    engine.execute(
        f"CREATE OR REPLACE TEMP TABLE known_series AS SELECT series_id, {key} FROM macroeconomy.series"
    )
    count = int(
        scalar(
            engine,
            f"SELECT count(*) FROM (SELECT DISTINCT {key} FROM figured EXCEPT SELECT {key} FROM known_series)",
        )
    )
    first = load.counters.take("macroeconomy.series", count)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_series AS
            SELECT {first} - 1 + row_number() OVER (ORDER BY {key}) AS series_id, {key}, any_value(unit) AS unit
            FROM (SELECT {key}, normal_unit AS unit FROM figured ANTI JOIN known_series USING ({key}))
            GROUP BY {key}"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE placed AS
            SELECT f.*, s.series_id FROM figured f
            JOIN (SELECT series_id, {key} FROM known_series UNION ALL SELECT series_id, {key} FROM new_series) s
                USING ({key})"""
    )


def _recall_standing(load: Load) -> None:
    """TEMP `standing_figure`: the last observation of every figure of the rows that changed or left."""
    engine = load.engine
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE asked_record AS
            SELECT record_id FROM closed UNION
            SELECT standing_id FROM new_record WHERE standing_id IS NOT NULL"""
    )
    load.session.fetch(
        "asked_key",
        "macroeconomy.source_record",
        "record_id, source_key",
        "record_id",
        "SELECT record_id FROM asked_record",
    )
    load.session.fetch(
        "heard",
        "macroeconomy.observation",
        "*",
        "source_key",
        "SELECT DISTINCT source_key FROM asked_key",
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE standing_figure AS
            SELECT * FROM heard WHERE source = '{load.source}'
            QUALIFY row_number() OVER (
                PARTITION BY source_key, series_id, period, slot ORDER BY released_at DESC, observation_id DESC) = 1"""
    )


def _compare(load: Load) -> None:
    """TEMP `found_observation`: figures that differ from what stands, and what stands no more."""
    engine, released = load.engine, f"DATE '{load.as_of}'"
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE compared AS
            SELECT p.*, CASE p.status {_RANKS} END AS rank, s.observation_id AS standing_observation,
                s.status_rank AS standing_rank,
                coalesce(s.action <> 'delete' AND s.value IS NOT DISTINCT FROM p.value AND s.unit = p.unit
                    AND s.status_rank >= CASE p.status {_RANKS} END, false) AS is_same,
                s.observation_id IS NOT NULL AND s.action <> 'delete' AND p.row_outcome <> 'superseded'
                    AND s.value IS DISTINCT FROM p.value AS is_revised
            FROM placed p LEFT JOIN standing_figure s USING (source_key, series_id, period, slot)"""
    )
    # A figure that replaces another is at least revised, whatever the table calls it.
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE found_observation AS
            SELECT series_id, indicator, division, frequency, period, period_end, basis, price, value, unit,
                round(value * factor / normal_factor, 12) AS normal_value, normal_unit, decimals, text AS printed,
                CASE WHEN is_revised THEN greatest(rank, standing_rank, {RANK["revised"]}) ELSE rank END
                    AS status_rank,
                CASE WHEN is_revised THEN 'revise' ELSE 'insert' END AS action, slot, priority, source_key,
                cell, record_id, row_no, place
            FROM compared WHERE NOT is_same"""
    )
    engine.execute(
        f"""INSERT INTO found_observation
            SELECT s.series_id, s.indicator, s.division, s.frequency, s.period, s.period_end, s.basis, s.price,
                NULL, s.unit, NULL, s.normal_unit, s.decimals, NULL, s.status_rank, 'delete', s.slot, s.priority,
                s.source_key, s.cell, coalesce(n.record_id, s.record_id), coalesce(n.row_no, 0), 0
            FROM standing_figure s LEFT JOIN new_record n USING (source_key)
            WHERE s.action <> 'delete' AND s.released_at <= {released} AND coalesce(n.outcome <> 'superseded', true)
                AND NOT EXISTS (FROM compared c WHERE c.source_key = s.source_key AND c.series_id = s.series_id
                    AND c.period = s.period AND c.slot = s.slot)
                AND NOT EXISTS (FROM figure f WHERE f.row_no = n.row_no AND f.outcome = 'rejected')"""
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE cell_outcome AS
            SELECT outcome, count(*) AS cells FROM (
                SELECT CASE WHEN n.row_no IS NULL THEN 'quarantined'
                        WHEN f.outcome <> 'figure' THEN f.outcome
                        WHEN c.is_same THEN 'unchanged' WHEN c.is_revised THEN 'revised'
                        ELSE 'inserted' END AS outcome
                FROM figure f LEFT JOIN new_record n USING (row_no)
                LEFT JOIN compared c ON c.row_no = f.row_no AND c.place = f.place)
            GROUP BY outcome"""
    )


def _number_observations(load: Load) -> None:
    engine = load.engine
    count = int(scalar(engine, "SELECT count(*) FROM found_observation"))
    first = load.counters.take("macroeconomy.observation", count)
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE new_observation AS
            SELECT {first} - 1 + row_number() OVER (ORDER BY row_no, place, series_id, period, slot)
                    AS observation_id, * EXCLUDE (place),
                CASE status_rank {_STATUS} END AS status,
                DATE '{load.as_of}' AS released_at, true AS released_inferred, '{load.source}' AS source
            FROM found_observation"""
    )


def _recrown(load: Load) -> None:
    """TEMP `reign`: from when to when each observation of a touched figure is the current one, and its vintage.

    On every day the best released by then reigns: the highest status, of these the latest release, the
    source with priority, the later observation. A withdrawal ends the figures of its own cell. What stood so
    far is there as ``was_…``.
    """
    engine = load.engine
    load.session.fetch(
        "rival_any",
        "macroeconomy.observation",
        f"observation_id, series_id, period, status_rank, released_at, priority, action, source, source_key, slot,"
        f" normal_value, {', '.join(_DERIVED)}",
        "series_id",
        "SELECT DISTINCT series_id FROM new_observation",
    )
    engine.execute(
        """CREATE OR REPLACE TEMP TABLE rival AS
            SELECT * FROM rival_any SEMI JOIN new_observation USING (series_id, period)
            UNION ALL BY NAME
            SELECT observation_id, series_id, period, status_rank, released_at, priority, action, source, source_key,
                slot, normal_value FROM new_observation"""
    )
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE reign AS
            WITH ended AS (
                SELECT *, min(CASE WHEN action = 'delete' THEN released_at END) OVER (
                        PARTITION BY series_id, period, source, source_key, slot ORDER BY observation_id
                        ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING) AS withdrawn,
                    min(released_at) OVER (
                        PARTITION BY series_id, period
                        ORDER BY status_rank DESC, released_at DESC, priority DESC, observation_id DESC
                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS bettered
                FROM rival),
            reigning AS (
                SELECT observation_id, released_at AS current_from, CASE WHEN action = 'delete' THEN released_at
                    ELSE greatest(released_at, least(coalesce(bettered, {_OPEN}), coalesce(withdrawn, {_OPEN})))
                    END AS current_to
                FROM ended)
            SELECT r.*, v.vintage, v.first_value, v.previous_value,
                {", ".join(f"w.{name} AS was_{name}" for name in _DERIVED)}
            FROM reigning r JOIN rival w USING (observation_id)
            LEFT JOIN ({vintages("rival")}) v USING (observation_id)"""
    )


@dataclass(frozen=True)
class CheckFigures:
    """Adds findings about figures that do not fit with others; leaves TEMP `new_issue`."""

    name: str = "checks"

    def run(self, load: Load) -> int:
        return check(load)


@dataclass(frozen=True)
class WriteObservations:
    """Writes indicators, series, observations, issues and the account of cells."""

    name: str = "observations"

    def run(self, load: Load) -> int:
        _write_indicators(load)
        engine = load.engine
        engine.execute(
            f"""INSERT INTO macroeconomy.series
                    (series_id, indicator, division, frequency, basis, price, reference, unit, run_id)
                SELECT series_id, indicator, division, frequency, basis, price, reference, unit, {load.run_id}
                FROM new_series"""
        )
        copied = (
            "observation_id, series_id, indicator, division, frequency, period, period_end, basis, price, value,"
            " unit, normal_value, normal_unit, decimals, printed, status, status_rank, action, slot, released_at,"
            " released_inferred, priority, source, source_key, cell, record_id, row_no"
        )
        derived = ", ".join(_DERIVED)
        engine.execute(
            f"""INSERT INTO macroeconomy.observation ({copied}, {derived}, file_id, known_from, run_id)
                SELECT {copied}, {derived}, {load.file_id}, TIMESTAMPTZ '{load.received}', {load.run_id}
                FROM new_observation JOIN reign USING (observation_id) ORDER BY {LAYOUT}"""
        )
        moved = " OR ".join(f"was_{name} IS DISTINCT FROM {name}" for name in _DERIVED)
        dethroned = f"was_current_from IS NOT NULL AND ({moved})"
        if scalar(engine, f"SELECT count(*) FROM reign WHERE {dethroned}"):
            staged = load.session.stage(f"SELECT observation_id, {derived} FROM reign WHERE {dethroned}")
            load.session.apply(
                f"UPDATE macroeconomy.observation AS t SET {', '.join(f'{name} = s.{name}' for name in _DERIVED)}"
                f" FROM {staged} AS s WHERE t.observation_id = s.observation_id"
            )
        engine.execute(
            f"""INSERT INTO macroeconomy.observation_issue (observation_id, code, expected, evidence, file_id, run_id)
                SELECT observation_id, code, expected, evidence, {load.file_id}, {load.run_id} FROM new_issue"""
        )
        _write_cell_account(load)
        return int(scalar(engine, "SELECT count(*) FROM new_observation"))


def _write_indicators(load: Load) -> None:
    """The list's indicators that the store does not know yet."""
    known = {row[0] for row in load.engine.execute("SELECT indicator FROM macroeconomy.indicator").fetchall()}
    missing = [item for item in indicators().values() if item.code not in known]
    if not missing:
        return
    rows = pd.DataFrame(
        {
            "indicator": [item.code for item in missing],
            "name": [item.name for item in missing],
            "kind": [item.kind for item in missing],
            "unit": [item.unit for item in missing],
            "frequency": [item.frequency for item in missing],
            "aggregation": [item.aggregation for item in missing],
            "price": [item.price for item in missing],
            "growth_price": [item.growth_price for item in missing],
            "parent": [item.parent for item in missing],
            "direction": [item.direction for item in missing],
            "department": [item.department for item in missing],
            "definition": [item.definition for item in missing],
            "aliases": ["|".join((*item.aliases, *item.short)) for item in missing],
        }
    )
    load.engine.register("listed_indicator", rows)
    load.engine.execute("INSERT INTO macroeconomy.indicator BY NAME FROM listed_indicator")
    load.engine.unregister("listed_indicator")


class Unbalanced(RuntimeError):
    """The outcomes of the cells do not add up: a defect of the program, nothing is published."""


def _write_cell_account(load: Load) -> None:
    """Every cell of the file has an outcome; those of rows that stand as they were are unchanged."""
    engine = load.engine
    total = count_cells(load)
    handled = int(scalar(engine, "SELECT coalesce(sum(cells), 0) FROM cell_outcome"))
    if handled > total:
        raise Unbalanced(f"{handled} cells have outcomes, the file has {total}")
    engine.execute(
        f"""INSERT INTO macroeconomy.cell_account (file_id, outcome, cells)
            SELECT {load.file_id}, outcome, sum(cells) FROM (
                FROM cell_outcome UNION ALL SELECT 'unchanged', {total - handled})
            GROUP BY outcome HAVING sum(cells) > 0"""
    )

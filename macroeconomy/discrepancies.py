"""What does not agree and is no error of a single figure: each kind a typed finding with its owner.

Every finder is an engine query for rows of table `discrepancy` without department.
"""

from __future__ import annotations

from basedb.findings import Severity, define
from macroeconomy.registers import REGISTER_DIFFERS, SLACK

GAP_DOCUMENTED = define(
    "macro.gap_documented",
    Severity.INFO,
    "县区合计不等于全市数，公布时已有说明",
    "the counties do not add up to the city, and the published table says why",
)
GAP_UNDOCUMENTED = define(
    "macro.gap_undocumented",
    Severity.INFO,
    "县区合计与全市数之差超出舍入，未见公布说明，建议补充说明",
    "the counties differ from the city beyond rounding and no published note says why",
)
RELEASE_LATE = define(
    "macro.release_late", Severity.INFO, "发布晚于发布日历", "released later than the calendar says"
)
RELEASE_MISSING = define(
    "macro.release_missing",
    Severity.WARNING,
    "按发布日历应已发布而未发布，请向部门催要",
    "due by the calendar and not released; please ask for it",
)

_OPEN = "DATE '9999-12-31'"
#: A source that fell silent for longer has ended the series.
_ENDED_AFTER = 400

# Half the last place of every member and of the city is rounding; a doubted figure's gap is its own doubt.
_GAPS = f"""
    WITH doubted AS (
        SELECT DISTINCT substr(o.division, 1, 4) AS city_code, o.indicator, o.frequency, o.period, o.basis
        FROM macroeconomy.observation_issue i JOIN macroeconomy.observation o USING (observation_id)
        WHERE o.current_to = {_OPEN}),
    whole AS (
        SELECT g.*, o.source, o.file_id,
            0.5 * (g.members + 2) * power(10.0, -o.decimals)
                * coalesce(o.normal_value / nullif(o.value, 0), 1) AS rounding
        FROM macroeconomy.division_gap g
        JOIN macroeconomy.observation o ON o.indicator = g.indicator AND o.division = g.division
            AND o.frequency = g.frequency AND o.period = g.period AND o.basis = g.basis AND o.price = g.price
        WHERE o.current_to = {_OPEN} AND o.action <> 'delete' AND g.members > 1),
    told AS (SELECT file_id, max(text) AS text FROM macroeconomy.note WHERE kind = 'division_gap' GROUP BY file_id)
    SELECT CASE WHEN t.text IS NULL THEN '{GAP_UNDOCUMENTED}' ELSE '{GAP_DOCUMENTED}' END AS code, w.source,
        w.indicator, w.division, w.frequency, w.basis, max(w.period) AS period, count(*) AS periods,
        arg_max(w.city, w.period_end) AS published,
        arg_max(w.counties + coalesce(w.own_level, 0), w.period_end) AS expected, t.text AS explanation
    FROM whole w LEFT JOIN told t USING (file_id)
    WHERE abs(w.gap) > w.rounding AND NOT EXISTS (
        FROM doubted x WHERE x.city_code = substr(w.division, 1, 4) AND x.indicator = w.indicator
            AND x.frequency = w.frequency AND x.period = w.period AND x.basis = w.basis)
    GROUP BY w.source, w.indicator, w.division, w.frequency, w.basis, t.text"""

_REGISTERS = f"""
    SELECT '{REGISTER_DIFFERS}' AS code, source, indicator, division, 'A' AS frequency, 'stock' AS basis, period,
        1 AS periods, published / factor AS published, registered / coverage_before / factor AS expected, explanation
    FROM macroeconomy.base_comparison
    WHERE NOT reconstructed AND NOT reconstructed_before AND abs(unexplained) > {SLACK} * published"""

_WIDTH = "CASE f.frequency WHEN 'M' THEN 1 WHEN 'Q' THEN 3 WHEN 'H' THEN 6 ELSE 12 END"
_CODE = """CASE frequency WHEN 'M' THEN strftime({end}, '%Y-%m') WHEN 'Q' THEN strftime({end}, '%Y-Q') || quarter({end})
    WHEN 'H' THEN strftime({end}, '%Y-H') || CAST(CAST(month({end}) / 6 AS INTEGER) AS TEXT)
    ELSE strftime({end}, '%Y') END"""
_WHOLE = "CASE WHEN division LIKE '%00000000' THEN 0 ELSE 1 END"

# What came with a source's first delivery is history; what was late then is not told.
_LATE = f"""
    WITH started AS (SELECT source, min(released_at) AS day FROM macroeconomy.observation GROUP BY source),
    first AS (
        SELECT source, indicator, frequency, period, period_end, min(released_at) AS released,
            arg_min(division, ({_WHOLE}, division)) AS division, arg_min(basis, basis) AS basis
        FROM macroeconomy.observation WHERE action <> 'delete' GROUP BY ALL)
    SELECT '{RELEASE_LATE}' AS code, f.source, f.indicator, f.division, f.frequency, f.basis, f.period, 1 AS periods,
        NULL AS published, NULL AS expected,
        '应于 / due ' || CAST(f.period_end + r.days AS TEXT) || '，发布于 / released ' || CAST(f.released AS TEXT)
            AS explanation
    FROM first f JOIN started s USING (source)
    JOIN macroeconomy.release_rule r ON r.source = f.source AND r.frequency = f.frequency
    WHERE f.released > f.period_end + r.days AND f.released > s.day"""

# A month that is never published (January, where it comes with February) is not missed.
_MISSING = f"""
    WITH told AS (
        SELECT source, indicator, frequency, period_end, arg_min(division, ({_WHOLE}, division)) AS division,
            min(basis) AS basis
        FROM macroeconomy.observation WHERE action <> 'delete' GROUP BY ALL),
    today AS (
        SELECT max(as_of) AS day FROM basedb.delivery
        WHERE domain = 'macroeconomy' AND status IN ('loaded', 'current')),
    latest AS (SELECT source, indicator, frequency, max(period_end) AS period_end,
            arg_max(division, period_end) AS division, arg_max(basis, period_end) AS basis
        FROM told GROUP BY source, indicator, frequency),
    coming AS (
        SELECT f.*, last_day(CAST(f.period_end + INTERVAL 1 MONTH * (n.place * {_WIDTH}) AS DATE)) AS due_end
        FROM latest f, (SELECT unnest([1, 2, 3]) AS place) n)
    SELECT '{RELEASE_MISSING}' AS code, f.source, f.indicator, f.division, f.frequency, f.basis,
        {_CODE.format(end="f.due_end").replace("CASE frequency", "CASE f.frequency")} AS period, 1 AS periods,
        NULL AS published, NULL AS expected, '应于 / due ' || CAST(f.due_end + r.days AS TEXT) AS explanation
    FROM coming f JOIN macroeconomy.release_rule r ON r.source = f.source AND r.frequency = f.frequency, today t
    WHERE f.due_end + r.days < t.day AND f.period_end > t.day - {_ENDED_AFTER}
        AND EXISTS (FROM told y WHERE y.source = f.source AND y.indicator = f.indicator AND y.frequency = f.frequency
            AND y.period_end = last_day(CAST(f.due_end - INTERVAL 12 MONTH AS DATE)))"""

FINDERS = (_GAPS, _REGISTERS, _LATE, _MISSING)


def discrepancies() -> str:
    """An engine query for the rows of table `discrepancy`, each with the department that answers for it."""
    found = " UNION ALL BY NAME ".join(f"SELECT * FROM ({finder})" for finder in FINDERS)
    return f"""
        WITH owner AS (
            SELECT source, arg_max(department, first_used_at) AS department FROM basedb.contract
            WHERE domain = 'macroeconomy' GROUP BY source)
        SELECT d.code, d.source, w.department, d.indicator, d.division, d.frequency, d.basis, d.period,
            CAST(d.periods AS BIGINT) AS periods, round(CAST(d.published AS DOUBLE), 9) AS published,
            round(CAST(d.expected AS DOUBLE), 9) AS expected, d.explanation
        FROM ({found}) d LEFT JOIN owner w USING (source)"""

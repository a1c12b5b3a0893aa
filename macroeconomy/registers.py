"""The registers of the other bases counted at month's ends, for comparison with published figures."""

from __future__ import annotations

from basedb.findings import Severity, define
from macroeconomy.indicators import indicators
from macroeconomy.units import parse_unit

#: What a register counts → the indicator that is published of it.
INDICATORS = {"resident": "POP", "enterprise": "ENT_ALL"}
#: Share by which a register may move against the published figure within a year.
SLACK = 0.05

REGISTER_DIFFERS = define(
    "macro.register_differs",
    Severity.WARNING,
    "登记数与公布数的比例比上年变动过大，定义差别不足以说明，请核实",
    "register and published figure moved apart by more than their definitions explain; please verify",
)


def counts(movements: str) -> str:
    """An engine query for the rows of table `register_count`, of months since figures are published.

    movements: see `basedb.domain.NightEnd`. The city is the sum of its counties.
    """
    listed = ", ".join(f"('{subject}', '{code}', {_factor(code)})" for subject, code in INDICATORS.items())
    return f"""
        WITH compared(subject, indicator, factor) AS (VALUES {listed}),
        moved AS (
            SELECT subject, since, division, month, entered - departed AS net FROM ({movements})
            UNION ALL
            SELECT subject, since, substr(division, 1, 4) || '00000000', month, entered - departed FROM ({movements})),
        published AS (
            SELECT indicator, division, min(period_end) AS first_end FROM macroeconomy.observation_current
            WHERE indicator IN (SELECT indicator FROM compared) GROUP BY ALL),
        span AS (
            SELECT c.subject, c.indicator, p.division, c.factor, p.first_end FROM compared c
            JOIN published p USING (indicator) SEMI JOIN moved m ON m.subject = c.subject AND m.division = p.division),
        latest AS (
            SELECT max(as_of) AS day FROM basedb.delivery WHERE status IN ('loaded', 'current')),
        month_end AS (
            SELECT s.*, last_day(CAST(unnest(generate_series(s.first_end, l.day, INTERVAL 1 MONTH)) AS DATE)) AS period_end,
                l.day
            FROM span s, latest l)
        SELECT e.subject, e.indicator, e.division, strftime(e.period_end, '%Y-%m') AS period, e.period_end,
            CAST(sum(m.net) AS BIGINT) AS registered, CAST(e.factor AS DOUBLE) AS factor,
            e.period_end < min(m.since) AS reconstructed
        FROM month_end e
        JOIN moved m ON m.subject = e.subject AND m.division = e.division AND m.month <= e.period_end
        WHERE e.period_end <= e.day
        GROUP BY e.subject, e.indicator, e.division, e.period_end, e.factor"""


def _factor(code: str) -> float:
    unit = parse_unit(indicators()[code].unit)
    return unit.factor if unit else 1.0

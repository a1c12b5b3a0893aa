"""What a briefing shows beside the headlines: counties, findings, discrepancies and revisions of a month."""

from __future__ import annotations

from typing import Any

from basedb.store.native import Reader
from macroeconomy.briefing.headlines import month_end

Rows = list[dict[str, Any]]


def county_growth(reader: Reader, figures: str, city: str, month: str) -> Rows:
    """Published growth so far of every division of the city in a month: indicator, division, value."""
    return reader.ask(
        f"SELECT indicator, division, value FROM {figures} WHERE substr(division, 1, 4) = ? AND basis = 'ytd_yoy'"
        " AND frequency IN ('M', 'Q') AND period_end = ? ORDER BY indicator, division",
        [city[:4], month_end(month)],
    ).records()


def doubts(reader: Reader, city: str, month: str) -> Rows:
    """Doubted prints of the month: indicator, division, basis, value, expected, unit, code, file and cell."""
    return reader.ask(
        "SELECT d.code, i.name, d.division, d.basis, d.value, d.expected, d.unit, d.source, d.file_name, d.cell"
        " FROM macroeconomy.doubtful d JOIN macroeconomy.indicator i ON i.indicator = d.indicator"
        " JOIN macroeconomy.observation o ON o.observation_id = d.observation_id"
        " WHERE substr(d.division, 1, 4) = ? AND o.period_end = ? ORDER BY i.name, d.division, d.basis",
        [city[:4], month_end(month)],
    ).records()


def discrepancies(reader: Reader, city: str, month: str) -> Rows:
    """What does not agree and reaches into the month: code, indicator, department, explanation."""
    return reader.ask(
        "SELECT d.code, i.name, d.division, d.basis, d.period, d.department, d.published, d.expected, d.explanation"
        " FROM macroeconomy.discrepancy d JOIN macroeconomy.indicator i ON i.indicator = d.indicator"
        " WHERE substr(d.division, 1, 4) = ? AND d.period = ? ORDER BY d.code, i.name, d.division, d.basis",
        [city[:4], month],
    ).records()


def revisions(reader: Reader, city: str, month: str) -> Rows:
    """Figures of the city that were revised after the month's end and before the next one's, by name."""
    end = month_end(month)
    year, number = divmod(end.year * 12 + end.month, 12)
    following = month_end(f"{year:04d}-{number + 1:02d}")
    return reader.ask(
        "SELECT i.name, r.basis, r.period, r.previous_value, r.normal_value, r.normal_unit, r.revision, r.status,"
        " r.released_at, r.source FROM macroeconomy.revision r"
        " JOIN macroeconomy.indicator i ON i.indicator = r.indicator"
        " WHERE r.division = ? AND r.vintage > 1 AND r.released_at > ? AND r.released_at <= ?"
        " ORDER BY i.name, r.basis, r.period DESC, r.vintage DESC",
        [city, end, following],
    ).records()

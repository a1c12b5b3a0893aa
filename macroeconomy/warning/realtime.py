"""What each light was when its figure came out: by the figures and limits known on that day.

Where the history of a series was delivered at once, the days of its releases are not known. Then the first
releases stand for what was known; such lights are marked as reconstructed.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from basedb.store.native import Reader
from macroeconomy.periods import ordinal, parse_period, period_at
from macroeconomy.warning.lights import light
from macroeconomy.warning.limits import Rule

#: A figure that comes later than this after its period was delivered with the history.
_TIMELY_DAYS = 60


def read_releases(reader: Reader, series: list[int], vintage: date) -> pd.DataFrame:
    """Every release of some series until a day, of a figure the best last: series_id, number, released_at, value.

    Doubted figures count as what they should be.
    """
    answer = reader.ask(
        "SELECT o.series_id, o.period, o.released_at, o.normal_value, o.value,"
        " (SELECT max(i.expected) FROM macroeconomy.observation_issue i"
        "  WHERE i.observation_id = o.observation_id) AS expected"
        " FROM macroeconomy.observation o WHERE o.action <> 'delete' AND o.normal_value IS NOT NULL"
        f" AND o.series_id IN ({', '.join('?' * len(series))}) AND o.released_at <= DATE '{vintage.isoformat()}'"
        " ORDER BY o.series_id, o.status_rank, o.released_at, o.priority, o.observation_id",
        list(series),
    )
    frame = pd.DataFrame(list(answer.rows), columns=list(answer.columns))
    numbers = {code: ordinal(found) for code in frame["period"].unique() if (found := parse_period(code))}
    ratio = (pd.to_numeric(frame["expected"]) / frame["value"].where(frame["value"] != 0)).astype(float)
    return pd.DataFrame(
        {
            "series_id": frame["series_id"],
            "number": frame["period"].map(numbers),
            "released_at": frame["released_at"],
            "value": frame["normal_value"].astype(float) * ratio.fillna(1.0),
        }
    )


def lights_then(releases: pd.DataFrame, rule: Rule, frequency: str) -> pd.DataFrame:
    """The light of every figure of one series when it first came out.

    releases: number, released_at, value, of a figure the best last. Returns per number: value, score,
    limits, and whether the day was known (`timely`).
    """
    first = releases.groupby("number").agg({"value": "first", "released_at": "min"})
    found = []
    for number, released_at in first["released_at"].items():
        period_end = period_at(frequency, int(str(number))).end
        timely = (released_at - period_end).days <= _TIMELY_DAYS
        known = first["value"].loc[:number]
        if timely:
            out = releases[(releases["released_at"] <= released_at) & (releases["number"] <= number)]
            known = out.groupby("number")["value"].last()
        limits = rule.at(known.to_numpy()[:-1], frequency)
        if limits is not None:
            value = float(known.iloc[-1])
            found.append((number, value, light(value, limits).score, limits, timely))
    return pd.DataFrame(found, columns=["number", "value", "score", "limits", "timely"]).set_index("number")


def lights_known(releases: pd.DataFrame, rule: Rule, frequency: str, last: int) -> pd.DataFrame:
    """The lights of the last periods by the best figures there are; columns as of `lights_then`, without `timely`."""
    values = releases.groupby("number")["value"].last()
    found = []
    for place in range(max(len(values) - last, 0), len(values)):
        limits = rule.at(values.to_numpy()[:place], frequency)
        if limits is not None:
            value = float(values.iloc[place])
            found.append((values.index[place], value, light(value, limits).score, limits))
    return pd.DataFrame(found, columns=["number", "value", "score", "limits"]).set_index("number")


def lights_now(releases: pd.DataFrame, rule: Rule) -> pd.Series:
    """The score of every figure in hindsight: by the best figures, and limits from all of them."""
    values = releases.groupby("number")["value"].last()
    limits = rule.limits if rule.fixed else tuple(np.quantile(values.to_numpy(), rule.limits))
    return values.map(lambda value: light(value, limits).score)

"""How good warnings were: episodes foreseen, how long before, and alarms that nothing followed.

As signals are judged since Kaminsky, Lizondo & Reinhart (1998), within a window of a year.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

COLD, HOT = "cold", "hot"


@dataclass(frozen=True)
class Record:
    """The warnings of one side (cold or hot).

    episodes: times the indicator ran too cold (too hot) in hindsight. foreseen: those with an alarm before or
    when they began; leads: how many periods before, each, a year at most. alarms: times the light left green towards that
    side; false_alarms: those that no such episode followed within a year; open: too recent to tell.
    """

    side: str
    episodes: int
    foreseen: int
    leads: tuple[int, ...]
    alarms: int
    false_alarms: int
    open: int

    @property
    def mean_lead(self) -> float | None:
        """Mean of the leads, in periods."""
        return sum(self.leads) / len(self.leads) if self.leads else None


def spells(flags: pd.Series) -> list[tuple[int, int]]:
    """First and last label of every run of true values."""
    run = (flags != flags.shift()).cumsum()[flags]
    return [(int(part.index[0]), int(part.index[-1])) for _, part in run.groupby(run)]


def judge(then: pd.Series, now: pd.Series, side: str, window: int) -> Record:
    """Hold the lights of their time against those in hindsight.

    then, now: scores (1 to 5) by ordinal; only the periods both have count. window: periods of a year.
    """
    both = then.index.intersection(now.index)
    then, now = then[both], now[both]
    alarms = spells(then <= 2 if side == COLD else then >= 4)
    episodes = spells(now == 1 if side == COLD else now == 5)
    starts = [first for first, _ in episodes]
    leads = []
    for start in starts:
        # An alarm that still stands, or ended within the year before.
        before = [first for first, last in alarms if first <= start <= last + window]
        if before:
            leads.append(min(start - before[-1], window))
    false_alarms = opened = 0
    for first, last in alarms:
        # An alarm raised while the episode lasts is no new one.
        if any(first <= start <= last + window for start in starts):
            continue
        if any(start <= first <= end for start, end in episodes):
            continue
        if last + window > int(both[-1]):
            opened += 1
        else:
            false_alarms += 1
    return Record(side, len(episodes), len(leads), tuple(leads), len(alarms), false_alarms, opened)

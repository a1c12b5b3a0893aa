"""The five colours, and the score of several lights together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Colour:
    """A light: its score (1 cold to 5 hot) and names."""

    score: int
    name: str
    zh: str
    meaning: str


COLOURS = (
    Colour(1, "blue", "蓝", "过冷"),
    Colour(2, "light_blue", "浅蓝", "趋冷"),
    Colour(3, "green", "绿", "正常"),
    Colour(4, "yellow", "黄", "趋热"),
    Colour(5, "red", "红", "过热"),
)
#: Where the colours of the score of all lights begin, as shares of the full score (毕大川、刘树成 1990).
_TOGETHER = (0.36, 0.50, 0.73, 0.85)


def light(value: float, limits: Sequence[float]) -> Colour:
    """The colour of a value between four rising limits; on a limit it is the milder one."""
    too_cold, cold, hot, too_hot = limits
    if value < cold:
        return COLOURS[0] if value < too_cold else COLOURS[1]
    if value > hot:
        return COLOURS[4] if value > too_hot else COLOURS[3]
    return COLOURS[2]


def together(lights: Sequence[Colour]) -> tuple[float, Colour]:
    """The score of several lights in per cent of the full score, and its colour. ValueError if there is none."""
    if not lights:
        raise ValueError("no lights")
    share = sum(item.score for item in lights) / (len(COLOURS) * len(lights))
    return 100 * share, light(share, _TOGETHER)

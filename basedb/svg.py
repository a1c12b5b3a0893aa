"""Drawing charts as SVG text: nothing but shapes and words, so that a page with them needs no network."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape

WIDTH = 920
GREEN, RED, BLUE, GREY, ORANGE = "#2f8f5b", "#c0453f", "#2f6fb0", "#8a8f98", "#d18a1f"


@dataclass
class Drawing:
    """An SVG of a given size; parts are added in the order they are painted."""

    height: float
    width: float = WIDTH
    parts: list[str] = field(default_factory=list)

    def rect(self, x: float, y: float, width: float, height: float, fill: str, tip: str = "") -> None:
        """A filled rectangle; `tip` is shown by the browser on hovering."""
        title = f"<title>{escape(tip)}</title>" if tip else ""
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.6):.1f}" height="{height:.1f}"'
            f' fill="{fill}">{title}</rect>'
        )

    def line(
        self, x1: float, y1: float, x2: float, y2: float, color: str = "#d7dae0", dash: str = ""
    ) -> None:
        """A thin line."""
        style = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}"{style}/>'
        )

    def text(
        self, x: float, y: float, words: str, anchor: str = "start", size: float = 12, color: str = "#22262d",
        bold: bool = False,
    ) -> None:  # fmt: skip
        """Words at a baseline."""
        weight = ' font-weight="600"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size:g}" fill="{color}"{weight}>'
            f"{escape(words)}</text>"
        )

    def path(self, points: Sequence[tuple[float, float]], color: str) -> None:
        """A line through points."""
        if points:
            drawn = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
            self.parts.append(
                f'<polyline points="{drawn}" fill="none" stroke="{color}" stroke-width="2" stroke-linejoin="round"/>'
            )

    def __str__(self) -> str:
        return (
            f'<svg viewBox="0 0 {self.width:g} {self.height:g}" width="{self.width:g}" height="{self.height:g}"'
            f' role="img" xmlns="http://www.w3.org/2000/svg">{"".join(self.parts)}</svg>'
        )


@dataclass(frozen=True)
class Scale:
    """From values to places along an axis."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        span = (self.high - self.low) or 1.0
        return self.start + (value - self.low) / span * (self.end - self.start)


def ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Round numbers between two values."""
    span = high - low
    if span <= 0:
        return [low]
    step = 10 ** math.floor(math.log10(span / most))
    step = next(step * factor for factor in (1, 2, 5, 10, 20) if span / (step * factor) <= most)
    first = math.ceil(low / step - 1e-9)
    return [number * step for number in range(first, math.floor(high / step + 1e-9) + 1)]


def grid(
    drawing: Drawing, x: Scale, top: float, bottom: float, shown: Callable[[float], str], at: Sequence[float]
) -> None:
    """Vertical lines with their values below."""
    for value in at:
        drawing.line(x(value), top, x(value), bottom)
        drawing.text(x(value), bottom + 15, shown(value), "middle", 11, "#5d636e")


def legend(drawing: Drawing, x: float, y: float, entries: Sequence[tuple[str, str]]) -> None:
    """Coloured squares with words, side by side."""
    for color, words in entries:
        drawing.rect(x, y - 9, 11, 11, color)
        drawing.text(x + 16, y, words, size=12)
        x += 34 + sum(12 if ord(letter) > 0x2E80 else 6.8 for letter in words)

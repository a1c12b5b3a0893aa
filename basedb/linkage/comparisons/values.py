"""Comparisons of single values: equal, different or missing."""

from __future__ import annotations

from basedb.linkage.comparisons.strings import either, equal, missing
from basedb.linkage.model import ELSE, Comparison, Level


def exact(column: str, zh: str, m: float, u: float, tf: str = "", called: str = "") -> Comparison:
    """Levels missing, equal, different. tf: the column whose frequency adjusts `equal`, often `column`.

    m, u: probabilities of equality among matches and non-matches; called: the name, `column` if empty.
    """
    return Comparison(
        called or column,
        zh,
        (
            Level("missing", "缺失", missing(column), missing=True),
            Level("equal", "相同", equal(column), tf=tf, m=m, u=u),
            Level("different", "不同", ELSE, m=1 - m, u=1 - u),
        ),
    )


def sex(column: str = "sex") -> Comparison:
    """Levels missing (also where the code says unknown or not stated), equal, different."""
    unknown = either(f"{{0}}.{column} IN ('0', '9')")
    return Comparison(
        "sex",
        "性别",
        (
            Level("missing", "缺失", missing(column) | unknown, missing=True),
            Level("equal", "相同", equal(column), m=0.995, u=0.5),
            Level("different", "不同", ELSE, m=0.005, u=0.5),
        ),
    )

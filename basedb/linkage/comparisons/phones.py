"""Telephone numbers."""

from __future__ import annotations

from basedb.linkage.comparisons.strings import (
    equal,
    missing,
    one_slip,
    sides,
    when,
)
from basedb.linkage.model import ELSE, Comparison, Condition, Level

_MOBILE = 11


def phone(column: str = "phone", called: str = "phone") -> Comparison:
    """Compare numbers of digits only, placeholders being missing already.

    Levels: missing, equal (weighed by how many share the number: a village office's stands for many),
    without_area_code (a landline given with and without it), digit (one digit of a mobile number
    differs or two neighbours are swapped), different.
    """
    return Comparison(
        called,
        "电话",
        (
            Level("missing", "缺失", missing(column), missing=True),
            Level("equal", "相同", equal(column), tf=column, m=0.6, u=3e-6),
            Level("without_area_code", "差区号", without_area_code(column), m=0.004, u=1e-8),
            Level("digit", "一位数字不同或相邻颠倒", one_digit(column), m=0.016, u=5e-7),
            # People have several numbers and change them: no strong evidence.
            Level("different", "不同", ELSE, m=0.38, u=0.99999649),
        ),
    )


def without_area_code(column: str) -> Condition:
    """One is a landline with its area code, the other the same one without."""

    def shortened(long: str, short: str) -> str:
        area = f"length({long}) - length({short})"
        return (
            f"(substr({long}, 1, 1) = '0' AND substr({short}, 1, 1) <> '0' AND length({short}) BETWEEN 7 AND 8"
            f" AND {area} BETWEEN 3 AND 4 AND substr({long}, {area} + 1) = {short})"
        )

    left, right = sides(column)
    lengths = Condition(f"length({left}) <> length({right})")
    return when(lengths, Condition(f"{shortened(left, right)} OR {shortened(right, left)}"))


def one_digit(column: str) -> Condition:
    """Of two mobile numbers one digit differs, or two neighbouring ones are swapped."""
    left, right = sides(column)
    mobile = Condition(
        f"length({left}) = {_MOBILE} AND length({right}) = {_MOBILE}"
        f" AND substr({left}, 1, 1) = '1' AND substr({right}, 1, 1) = '1'"
        # Whatever the slip, the digits before it or those after it agree.
        f" AND (substr({left}, 1, 6) = substr({right}, 1, 6) OR substr({left}, 8) = substr({right}, 8))"
    )
    return when(mobile, one_slip(left, right, _MOBILE))

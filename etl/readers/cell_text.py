"""Spreadsheet cells as the text a person would read in them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

#: Spreadsheets keep 15 significant digits; a longer number has lost its end.
_DIGITS = 15


def cell_text(value: Any) -> str | None:
    """The text of a cell's value, or None for an empty one.

    Whole numbers carry no ``.0``; a floating number beyond 15 digits is printed in scientific notation,
    so that what it lost stays visible; dates are ISO.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time(0) else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return str(value)


def _number(value: float) -> str:
    if value.is_integer():
        if abs(value) < 10**_DIGITS:
            return str(int(value))
        mantissa, exponent = f"{value:.14E}".split("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{int(exponent):+d}"
    return repr(value)

"""Workbooks of which every byte follows from the cells: no clock, no machine."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from openpyxl import Workbook

_EPOCH = date(1970, 1, 1)
_STILL = (1980, 1, 1, 0, 0, 0)
_CLOCK = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")


def as_dates(days: NDArray[np.integer]) -> list[datetime]:
    """Days counted from 1970-01-01, as cells hold dates."""
    return [datetime.combine(_EPOCH + timedelta(days=day), datetime.min.time()) for day in days.tolist()]


def sheet_bytes(
    heads: Sequence[Sequence[str]], columns: Sequence[Sequence[object]], merged: Sequence[str]
) -> bytes:
    """An xlsx file of one sheet: head rows as given, then the columns side by side; cells of `merged` are one."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for head in heads:
        sheet.append([text or None for text in head])
    for row in zip(*columns, strict=True):
        sheet.append([cell if cell != "" else None for cell in row])
    for cells in merged:
        sheet.merge_cells(cells)
    return workbook_bytes(book)


def workbook_bytes(book: Workbook) -> bytes:
    """A workbook as bytes that depend on its cells only."""
    written = io.BytesIO()
    book.save(written)
    return _without_clock(written.getvalue())


def _without_clock(content: bytes) -> bytes:
    """The same archive with the time of writing taken out of its entries and its properties."""
    still = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(still, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "docProps/core.xml":
                data = _CLOCK.sub(b"1980-01-01T00:00:00Z", data)
            new.writestr(zipfile.ZipInfo(entry.filename, _STILL), data, zipfile.ZIP_STORED)
    return still.getvalue()

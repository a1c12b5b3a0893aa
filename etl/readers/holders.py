"""A column that names organisations and people, read for the organisations alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.standards.organizations import holder_kind
from etl.readers import codes
from etl.readers.result import ReadResult, note


def keep_organizations(result: ReadResult, column: str) -> ReadResult:
    """The result with the cells of `column` empty that name no organisation (`holder_kind`).

    People, words for no one in particular and doubtful names are counted in a note; each row with a doubtful
    one has its own, so that somebody can look. A row whose holder is a person now thus says that no
    organisation holds it, and ends what it said before.
    """
    names = result.table[column]
    kinds = holder_kind(pd.Series(pd.array(names.cast(pa.large_string()), dtype="string[pyarrow]"))).columns
    kind = pa.array(kinds["holder_kind"], pa.string())
    counts = Counter(kind.drop_null().to_pylist())
    if not counts:
        return result
    kept = pc.fill_null(pc.equal(kind, "organization"), False)
    place = result.table.column_names.index(column)
    table = result.table.set_column(place, column, pc.if_else(kept, names, pa.scalar(None, names.type)))
    zh, en = _told(counts)
    notes = [note(codes.HOLDERS, zh, en, column=column)]
    doubtful = result.table["row_no"].filter(pc.fill_null(pc.equal(kind, "doubtful"), False))
    notes += [note(codes.DOUBTFUL_HOLDER, row_no=row, column=column) for row in doubtful.to_pylist()]
    return replace(result, table=table, notes=(*result.notes, *notes))


def _told(counts: Counter[str]) -> tuple[str, str]:
    organization, person, generic, doubtful = (
        counts[kind] for kind in ("organization", "person", "generic", "doubtful")
    )
    return (
        f"机构 {organization}，个人 {person}，泛称 {generic}，存疑 {doubtful}",
        f"organisations {organization}, people {person}, no one in particular {generic}, doubtful {doubtful}",
    )

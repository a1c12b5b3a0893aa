"""The cells of delivered rows: one row per printed figure, whatever the form it came in.

A published table brings its cells as JSON (target ``figure.cells``); of a plain table every column that
feeds a measure (``….cur``, ``….ytd_yoy``) is a cell of its row.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from basedb.domain import Load

MEASURES = ("cur", "ytd", "ytd_yoy", "cur_yoy", "stock", "stock_yoy", "index")
#: What says of which indicator, division and period a row's figures are.
LABELS = ("period", "year", "month", "division", "division_code", "indicator", "unit")
#: Columns of the result of `cells_of`, beside the row's labels as printed (``label_…``).
COLUMNS = ("row_no", "place", "cell", "head", "text", "measure", "merged", "as_text", "formula", "attributes")

_CELL = (
    '[{"at":"VARCHAR","head":"VARCHAR","text":"VARCHAR","merged":"VARCHAR","as_text":"BOOLEAN",'
    '"formula":"BOOLEAN","attributes":"JSON"}]'
)


def cells_of(load: Load) -> pd.DataFrame:
    """Every cell of the rows to process.

    Columns: row_no; place (its number in the row); cell (where it stands); head (the phrases over it);
    text; measure where the contract says it; merged, as_text, formula (of spreadsheets); attributes (JSON,
    of SDMX); table, title, unit_line, period_text; and label_<role> for `LABELS`.
    """
    fed = {target.partition(".")[2]: name for name, targets in load.feeds.items() for target in targets}
    query = _published(fed) if "cells" in fed else _plain(load.feeds)
    return load.engine.execute(query).df()


def count_cells(load: Load) -> int:
    """How many cells the whole file holds, unchanged rows included."""
    fed = {target.partition(".")[2]: name for name, targets in load.feeds.items() for target in targets}
    if "cells" in fed:
        query = f"SELECT coalesce(sum(json_array_length({_quoted(fed['cells'])})), 0) FROM incoming"
    else:
        query = f"SELECT count(*) * {len(_value_columns(load.feeds))} FROM incoming"
    row = load.engine.execute(query).fetchone()
    return int(row[0]) if row else 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _value_columns(feeds: Mapping[str, tuple[str, ...]]) -> list[tuple[str, str]]:
    """The columns that hold figures, each with its measure."""
    return [
        (name, target.partition(".")[2])
        for name, targets in feeds.items()
        for target in targets
        if not target.startswith("figure.")
    ]


def _published(fed: Mapping[str, str]) -> str:
    column = {
        name: _quoted(fed[name]) for name in ("cells", "labels", "table", "title", "unit_line", "period")
    }
    labels = ", ".join(
        f"json_extract_string({column['labels']}, '$.{name}') AS label_{name}" for name in LABELS
    )
    # unnest keeps the order of the list; generate_subscripts numbers it.
    return f"""
        WITH listed AS (
            SELECT row_no, {column["table"]} AS "table", {column["title"]} AS title,
                {column["unit_line"]} AS unit_line, {column["period"]} AS period_text, {labels},
                {column["labels"]} AS labels, from_json({column["cells"]}, '{_CELL}') AS cells
            FROM processed),
        numbered AS (SELECT *, generate_subscripts(cells, 1) AS place, unnest(cells) AS one FROM listed)
        SELECT * EXCLUDE (cells, one), one."at" AS cell, one.head AS head, one.text AS text, '' AS measure,
            one.merged AS merged, coalesce(one.as_text, false) AS as_text,
            coalesce(one.formula, false) AS formula, one.attributes::TEXT AS attributes
        FROM numbered ORDER BY row_no, place"""


def _plain(feeds: Mapping[str, tuple[str, ...]]) -> str:
    fed = {
        target.partition(".")[2]: name
        for name, targets in feeds.items()
        for target in targets
        if target.startswith("figure.")
    }
    labels = ", ".join(
        f"trim({_quoted(fed[name])}) AS label_{name}" if name in fed else f"NULL::TEXT AS label_{name}"
        for name in LABELS
    )
    unit_line = _quoted(fed["unit_line"]) if "unit_line" in fed else "''"
    cells = " UNION ALL ".join(
        f"""SELECT row_no, {place} AS place, {_literal(name)} AS cell, {_literal(name)} AS head,
                {_quoted(name)} AS text, '{measure}' AS measure, {labels},
                {unit_line} AS unit_line FROM listed"""
        for place, (name, measure) in enumerate(_value_columns(feeds), 1)
    )
    return f"""
        WITH listed AS (FROM processed), cells AS ({cells})
        SELECT *, '' AS "table", '' AS title, NULL::TEXT AS period_text, NULL::TEXT AS labels,
            NULL::TEXT AS merged, false AS as_text, false AS formula, NULL::TEXT AS attributes
        FROM cells ORDER BY row_no, place"""


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

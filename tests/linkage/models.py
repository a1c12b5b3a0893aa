"""Small models and records for the tests of linkage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import duckdb

from basedb.linkage.model import (
    ELSE,
    AnyOf,
    BlockingRule,
    Comparison,
    Condition,
    Constraint,
    Each,
    Level,
    MatchModel,
)

NAME = Comparison(
    "name",
    "姓名",
    (
        Level("missing", "缺失", Condition("l.name IS NULL OR r.name IS NULL"), missing=True),
        Level("same", "相同", Condition("l.name = r.name"), tf="name", m=0.9, u=0.01),
        Level(
            "like",
            "相近",
            Condition("jaro_winkler_similarity(l.name, r.name) > 0.8"),
            tf="name",
            tf_weight=0.5,
            tf_reference="same",
            m=0.06,
            u=0.02,
        ),
        Level("other", "不同", ELSE, m=0.04, u=0.97),
    ),
)
BORN = Comparison(
    "born",
    "出生日期",
    (
        Level("missing", "缺失", Condition("l.born IS NULL OR r.born IS NULL"), missing=True),
        Level("same", "相同", Condition("l.born = r.born"), m=0.95, u=0.001),
        Level("other", "不同", ELSE, m=0.05, u=0.999),
    ),
)
CITY = Comparison(
    "city",
    "城市",
    (
        Level("same", "相同", Condition("l.city = r.city"), tf="city", m=0.8, u=0.1),
        Level("other", "不同", ELSE, m=0.2, u=0.9),
    ),
)
RULES = (
    BlockingRule("name_born", "姓名与出生日期", ("name", "born")),
    BlockingRule("phone", "电话", (Each("phone"),), when="city IS NOT NULL"),
    BlockingRule("either", "姓名或出生日期", (AnyOf(("name", "born")), "city")),
)
MODEL = MatchModel(
    name="people",
    columns=("name", "born", "phone", "city"),
    records={"name": "name", "born": "born", "phone": "phone", "city": "city"},
    blocking=RULES,
    comparisons=(NAME, BORN, CITY),
    constraints=(Constraint("born_apart", "cannot_link", Condition("l.born <> r.born"), "生日不同", "born"),),
    training=("name_born", "phone"),
)


def load(
    engine: duckdb.DuckDBPyConnection, name: str, rows: Iterable[Sequence[Any]], columns: str = ""
) -> None:
    """A table of records: vertex, name, born, phone, city unless other columns are given."""
    columns = columns or "vertex BIGINT, name TEXT, born TEXT, phone TEXT, city TEXT"
    engine.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    rows = list(rows)
    if rows:
        marks = ", ".join("?" * len(rows[0]))
        engine.executemany(f"INSERT INTO {name} VALUES ({marks})", rows)

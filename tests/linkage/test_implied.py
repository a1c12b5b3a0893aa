"""What a rule decides by itself is what comparing its pairs comes to."""

from __future__ import annotations

import duckdb
import pytest

from basedb.linkage.implied import implied_levels
from basedb.linkage.model import ELSE, AnyOf, BlockingRule, Comparison, Condition, Level, MatchModel
from tests.linkage.models import MODEL, RULES


def decided(key: tuple[str | AnyOf, ...], *conditions: str) -> int | None:
    levels = [Level(f"level_{number}", "", Condition(sql)) for number, sql in enumerate(conditions)]
    comparison = Comparison("one", "", (*levels, Level("rest", "", ELSE)))
    model = MatchModel("model", (), {}, (), (comparison,))
    with duckdb.connect() as engine:
        return implied_levels(engine, model, BlockingRule("rule", "", key)).get("one")


def test_the_levels_of_a_key() -> None:
    with duckdb.connect() as engine:
        assert implied_levels(engine, MODEL, RULES[0]) == {"name": 1, "born": 1}
        assert implied_levels(engine, MODEL, RULES[1]) == {}
        assert implied_levels(engine, MODEL, BlockingRule("city", "", ("city", "substr(born, 1, 4)"))) == {
            "city": 0
        }


@pytest.mark.parametrize(
    "condition, holds",
    [
        ("l.a = r.a", True),
        ("r.A = l.a", True),
        ("l.a = r.b", None),
        ("l.c = r.c", None),
        ("l.a = l.a", None),
        ("l.a IS NULL OR r.a IS NULL", False),
        ("l.a IS NOT NULL", True),
        ("l.c IS NULL", None),
        ("l.a = r.a AND l.b = r.b", True),
        ("l.a = r.a AND l.c = r.c", None),
        ("l.a IS NULL AND l.c = r.c", False),
        ("l.a = r.a OR l.c = r.c", True),
        ("l.a IS NULL OR l.c = r.c", None),
        ("NOT (l.a = r.a)", False),
        ("NOT (l.c = r.c)", None),
        ("true", True),
        ("false", False),
        ("l.a <> r.a", False),
        ("l.a = ''", None),
        ("coalesce(l.a = r.a, false)", None),
        ("l.a", None),
    ],
)
def test_what_a_condition_comes_to(condition: str, holds: bool | None) -> None:
    expected = {True: 0, False: 1, None: None}[holds]
    assert decided(("a", "b"), condition) == expected


def test_a_key_of_alternatives_decides_nothing() -> None:
    assert decided((AnyOf(("a", "b")),), "l.a = r.a") is None
    assert decided(("upper(a)",), "l.a = r.a") is None

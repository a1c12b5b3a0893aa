"""Law 2: a load killed anywhere and started again ends like one nobody disturbed."""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.etl.city import City, insured, number, resident
from tests.etl.dump import dump, full_dump
from tests.etl.laws.killed import load_in_child

BEFORE = [resident(f"王{name}", number("19800101", at)) for at, name in enumerate("一二三四", 1)]
AFTER = [
    *BEFORE[:2],
    {**BEFORE[2], "姓名": "王山", "更新时间": "20261102000000"},
    {**BEFORE[3], "婚姻状况": "已婚", "更新时间": "20261102000000"},
    resident("赵五", number("19810101", 5)),
    resident("", number("19820101", 6)),
]
STAGES = ("read", "classify", "standardize", "accept", "mention", "link", "resolve", "merge", "publish")


def prepared(new_city: Callable[[], City]) -> tuple[City, Path]:
    city = new_city()
    city.deliver("ga_population", 1, BEFORE)
    city.deliver("rs_insured", 1, [insured("王一", number("19800101", 1))])
    return city, city.file("ga_population", 2, AFTER)


def survive(new_city: Callable[[], City], points: list[tuple[str, float]]) -> None:
    """Kill a load at each point in turn, then let it run."""
    undisturbed, path = prepared(new_city)
    undisturbed.load("ga_population", path, 2)
    city, path = prepared(new_city)
    before = full_dump(city.store)
    for stage, seconds in points:
        code = load_in_child(city, "ga_population", path, 2, stage, seconds)
        if code == 0:  # it was through before its time came
            assert dump(city.store) == dump(undisturbed.store)
            city, path = prepared(new_city)
            before = full_dump(city.store)
            continue
        assert code == -signal.SIGKILL
        assert full_dump(city.store) == before
    assert city.load("ga_population", path, 2).status == "loaded"
    assert dump(city.store) == dump(undisturbed.store)
    leftovers = [p.name for p in city.folder.rglob("*") if ".loading" in p.name or "partial" in p.name]
    assert leftovers == []


@pytest.mark.long_on_postgresql
def test_a_killed_load_changes_nothing_and_starts_again(new_city: Callable[[], City]) -> None:
    points = [
        ("read", 0.0),
        ("merge", 0.01),
        ("publish", 0.0),
        ("publish", 0.02),
    ]
    survive(new_city, points)


@pytest.mark.slow
def test_a_load_killed_at_any_point(new_city: Callable[[], City]) -> None:
    dice = random.Random(20261101)
    survive(new_city, [(dice.choice(STAGES), dice.uniform(0.0, 0.15)) for _ in range(50)])

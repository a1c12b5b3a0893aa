"""A small town, told the same on each kind of store; whoever reads it shares it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from basedb.store.native import reading
from tests.etl.city import City, birth, insured, marriage, number, resident, student

LI, WANG, ZHANG = number("19550701", 1), number("19560603", 2), number("20081231", 3)
OLD, NEW = "河南省漯河市源汇区和祥路1号", "河南省漯河市召陵区人民东路9号"

# By kind of store: fixtures of several rooms lead to the same town.
_TOWNS: dict[str, City] = {}


@pytest.fixture(scope="session", params=["duckdb", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> City:
    """A couple with a child, and a schoolboy with his guardian; one moved, one was corrected.

    Nobody may load into it: the tests of a session share one on each kind of store.
    """
    kind = request.param
    if kind not in _TOWNS:
        _TOWNS[kind] = _found(kind, request, tmp_path_factory.mktemp("town"))
    return _TOWNS[kind]


def _found(kind: str, request: pytest.FixtureRequest, folder: Path) -> City:
    if kind == "duckdb":
        shutil.copyfile(request.getfixturevalue("ready_file"), folder / "city.duckdb")
        return _settle(City.at(f"duckdb:///{folder / 'city.duckdb'}", folder))
    ready = request.getfixturevalue("ready_database")
    cluster = request.getfixturevalue("cluster")
    return _settle(City.at(cluster.create_database("town_of_views", template=ready), folder))


def _settle(city: City) -> City:
    li, wang = resident("李建国", LI, 户籍地址=OLD), resident("王秀英", WANG, 与户主关系="妻", 性别="女")
    zhang = resident("张小宝", ZHANG, "0002")
    city.deliver("ga_population", 1, [li, wang, zhang])
    city.deliver("rs_insured", 1, [insured("李建国", LI, 手机号码="13511112222", 出生年月="1955-07-02")])
    city.deliver("mz_marriages", 1, [marriage(("李建国", LI), ("王秀英", WANG))])
    mother = {"母亲姓名": "王秀英", "母亲证件号码": WANG, "父亲姓名": "李建国", "父亲证件号码": LI}
    city.deliver("wj_births", 1, [birth("李明明", **mother)])
    city.deliver("jy_students", 1, [student("张小宝", ZHANG, JHR="张建军", JHRDH="13900000000")])
    moved = {**li, "户籍地址": NEW, "更新时间": "20261102000000"}
    city.deliver("ga_population", 2, [moved, wang, zhang])
    city.deliver("ga_population", 3, [moved, {**wang, "民族": "回族"}, zhang])
    return city


def rows(place: City, query: str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """What the store itself answers."""
    with reading(place.store) as reader:
        return list(reader.ask(query, parameters).rows)

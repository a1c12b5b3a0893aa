"""Which organisations are compared at all: what is left of a name, with what it takes to meet by it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from basedb.linkage.blocking import block_keys, candidate_pairs
from basedb.linkage.keys import key_rules
from legalentity.matching import ORGANIZATION

_CHARACTERS = "宏发昌盛永和泰商贸物流建筑工程"


@pytest.fixture(scope="module")
def engine() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        columns = ", ".join(f"{name} TEXT" for name in ORGANIZATION.records)
        connection.execute(f"CREATE TABLE record (vertex BIGINT, {columns})")
        yield connection


def _pairs(engine: duckdb.DuckDBPyConnection, records: Iterable[dict[str, str]], *rules: str) -> int:
    """How many pairs the rules of these names make of records; all rules where none is named."""
    chosen = [rule for rule in key_rules(ORGANIZATION) if rule.name in rules or not rules]
    engine.execute("DELETE FROM record")
    for vertex, record in enumerate(records):
        row = {"vertex": vertex, **record}
        marks = ", ".join("?" * len(row))
        engine.execute(f"INSERT INTO record ({', '.join(row)}) VALUES ({marks})", list(row.values()))
    block_keys(engine, ORGANIZATION, "record", "key", chosen)
    candidate_pairs(engine, "key", None, "pair", rules=chosen)
    return engine.execute("SELECT count(*) FROM pair").fetchall()[0][0]


def _named(trade_name: str, industry: str, **more: str) -> dict[str, str]:
    core = trade_name + industry
    return {
        "trade_name": trade_name,
        "name_industry": industry,
        "name_core": core,
        "core_pinyin": core,
        "name_folded": core,
        **more,
    }


@given(
    core=st.text(_CHARACTERS, min_size=4, max_size=9),
    place=st.integers(0, 9),
    character=st.sampled_from("甲乙"),
    change=st.sampled_from(["wrong", "additional"]),
)
def test_one_character_leaves_enough_to_meet_by(
    engine: duckdb.DuckDBPyConnection, core: str, place: int, character: str, change: str
) -> None:
    """Wrong, or one more, or (seen from the other) one less: with one representative the two meet."""
    place %= len(core) + (change == "additional")
    other = core[:place] + character + core[place + (change == "wrong") :]
    firms = [{"name_core": text, "representative_pinyin": "li si"} for text in (core, other)]
    assert _pairs(engine, firms, "representative") == 1


def test_a_place_before_the_name_hides_it_neither_from_its_leader_nor_at_its_address(
    engine: duckdb.DuckDBPyConnection,
) -> None:
    shop, with_town = _named("颖川", "汽配店"), _named("辛安颖川", "汽配店")
    assert _pairs(engine, [shop, with_town]) == 0
    for tie in ({"representative_pinyin": "li si"}, {"registered_plate": "金山路|10"}):
        assert _pairs(engine, [{**shop, **tie}, {**with_town, **tie}]) == 1


def test_a_wrong_code_meets_by_its_better_half(engine: duckdb.DuckDBPyConnection) -> None:
    firms = [{"code": code, "representative_pinyin": "li si"} for code in ("MA3DPU601", "MA3DPX601")]
    assert _pairs(engine, firms) == 1
    assert _pairs(engine, [firms[0], {**firms[1], "representative_pinyin": "wang wu"}]) == 0


def test_neighbours_in_one_line_of_business_do_not_meet(engine: duckdb.DuckDBPyConnection) -> None:
    """A house of a thousand builders is no reason to compare them."""
    builders = [
        _named(f"{first}{second}", "建筑工程", registered_plate="金山路|10", registered_estate="商务中心")
        for first in "宏昌永泰瑞恒"
        for second in "发盛和达丰源"
    ]
    assert _pairs(engine, builders) == 0


def test_a_parent_and_its_branches_do_not_meet_by_their_name(engine: duckdb.DuckDBPyConnection) -> None:
    """Nor do numbered schools; a branch that is written in two ways does."""
    bank = [
        _named("联众", "银行", name_folded=f"联众银行{at}", branch=at)
        for at in ("甲支行", "乙支行", "丙支行")
    ]
    schools = [
        _named("临颍", "中学", name_folded=f"临颍{at}中学", marks=at) for at in ("第一", "第二", "第三")
    ]
    parent = _named("联众", "银行", name_folded="漯河联众银行")
    assert _pairs(engine, [parent, *bank, *schools]) == 0
    assert _pairs(engine, [*bank, {**bank[0], "name_folded": "漯河联众银行甲支行"}]) == 1


def test_one_leaders_firms_under_different_names_do_not_meet(engine: duckdb.DuckDBPyConnection) -> None:
    leader = {"representative_pinyin": "li si", "representative_number": "411102197001010011"}
    firms = [
        _named(f"{first}发", line, **leader)
        for first, line in zip("宏昌永", ("商贸", "物流", "餐饮"), strict=True)
    ]
    assert _pairs(engine, firms) == 0

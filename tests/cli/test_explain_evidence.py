"""`basedb explain pair`, and the chain of evidence in `basedb explain person`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from basedb.explain_evidence import Bond, grow, path_between
from tests.cli.conftest import Fill
from tests.cli.desk import Desk
from tests.etl.city import insured, marriage, number, resident

pytestmark = pytest.mark.long_on_postgresql

LI, WANG = number("19550701", 1), number("19560602", 2)
HOME = "河南省漯河市源汇区和祥路8号"
PHONE = "13911112222"


def settle(desk: Desk) -> None:
    """李建国 in the register (two versions), married by his number, insured without one; somebody else."""
    li = resident("李建国", LI, 户籍地址=HOME)
    desk.put("ga_population", "20261101", [li, resident("王秀英", WANG, 性别="女", 户籍地址=HOME)])
    unnumbered = insured("李建国", "", "P1", 出生年月="1955-07-01", 居住地址=HOME, 手机号码=PHONE)
    other = insured("赵敏", "", "P2", 出生年月="1990-01-01", 居住地址="河南省漯河市召陵区人民东路9号")
    desk.put("rs_insured", "20261101", [unnumbered, other])
    desk.put("mz_marriages", "20261101", [marriage(("李建国", LI), ("王秀英", WANG))])
    desk.nightly()
    desk.put(
        "ga_population",
        "20261102",
        [{**li, "文化程度": "大学本科"}, resident("王秀英", WANG, 性别="女", 户籍地址=HOME)],
    )
    desk.nightly()


@pytest.fixture
def village(grown_desk: Callable[[Fill], Desk]) -> Desk:
    """The village; see `settle`."""
    return grown_desk(settle)


def person(desk: Desk, name: str) -> int:
    ((found,),) = desk.query(f"SELECT person_id FROM population.person WHERE name = '{name}'")
    return int(found)


def chain(desk: Desk, name: str, *options: str) -> list[dict[str, Any]]:
    links: list[dict[str, Any]] = desk.json("explain", "person", person(desk, name), *options)["chain"]
    return links


def test_the_chain_starts_at_the_oldest_record_and_names_every_kind(village: Desk) -> None:
    links = chain(village, "李建国")
    assert links[0]["parent"] is None and links[0]["source"] == "ga_population"
    by_kind = {link["kind"]: link for link in links[1:]}
    assert set(by_kind) == {"record", "key", "score"}
    assert all(link["parent"] in {earlier["mention_id"] for earlier in links} for link in links[1:])
    assert by_kind["key"]["key"] == f"411102********{LI[-4:]}" and by_kind["key"]["attribute"] == "id_number"
    score = by_kind["score"]
    assert (score["source"], score["model_version"]) == ("rs_insured", 0) and score["weight"] > 7
    assert {item["comparison"] for item in score["levels"]} >= {"name", "birth_date"}
    told = village("explain", "person", person(village, "李建国")).output
    assert "证据链" in told and LI not in told
    whole = chain(village, "李建国", "--show-ids", "--purpose", "核对")
    assert LI in {link.get("key") for link in whole}


def test_a_judgement_is_named_with_who_when_and_why(village: Desk) -> None:
    village("merge", person(village, "李建国"), person(village, "赵敏"), "--reason", "本人说明", "--by", "张")
    judged = [link for link in chain(village, "李建国") if link["kind"] == "judgement"]
    assert {(link["made_by"], link["reason"]) for link in judged} == {("张", "本人说明")}
    assert all(link["made_at"] for link in judged)


def test_a_pair_step_by_step(village: Desk) -> None:
    found = village.json("explain", "pair", f"ga_population:{LI}", "rs_insured:P1")
    assert found["same_entity"] and found["left"]["source_key"] != LI
    assert found["match_weight"] == pytest.approx(
        found["prior_weight"] + sum(step["weight"] + step["adjustment"] for step in found["steps"])
    )
    assert found["kept"]["outcome"] == "linked"
    ((kept,),) = village.query(
        "SELECT match_weight FROM population.person_evidence"
        f" WHERE a = {min(found['left']['mention_id'], found['right']['mention_id'])}"
        f" AND b = {max(found['left']['mention_id'], found['right']['mention_id'])}"
    )
    assert found["match_weight"] == pytest.approx(kept)
    name = found["steps"][0]
    assert (name["comparison"], name["level"], name["left"]["name_folded"]) == ("name", "identical", "李建国")
    text = village("explain", "pair", f"ga_population:{LI}", "rs_insured:P1").output
    assert LI not in text and PHONE not in text and "结论" in text
    shown = village(
        "explain", "pair", f"ga_population:{LI}", "rs_insured:P1", "--show-ids", "--purpose", "核对"
    )
    assert LI in shown.output


def test_mentions_entities_and_roles_name_an_end(village: Desk) -> None:
    li, zhao = person(village, "李建国"), person(village, "赵敏")
    apart = village.json("explain", "pair", li, zhao)
    assert not apart["same_entity"] and apart["because"][-1][0] == "现为不同实体"
    by_mention = village.json(
        "explain", "pair", f"m{apart['left']['mention_id']}", f"m{apart['right']['mention_id']}"
    )
    assert by_mention["match_weight"] == pytest.approx(apart["match_weight"])
    married = village.json("explain", "pair", "mz_marriages:J1:husband", f"ga_population:{LI}")
    assert "key" in {item["kind"] for item in married["direct"]}
    assert any("号码规则" in zh for zh, _ in married["because"])


@pytest.mark.parametrize(
    "left, right, told",
    [
        ("mz_marriages:J1", "rs_insured:P1", "husband"),
        ("rs_insured:P9", "rs_insured:P1", "没有提及"),
        ("m9999999", "rs_insured:P1", "没有提及"),
        ("987654", "rs_insured:P1", "nobody known"),
        ("rs_insured:P1", "rs_insured:P1", "同一条记录"),
        (LI, LI, "explain person"),
        ("411102199912310011", LI, "411102********0011"),
    ],
)
def test_what_names_nobody_is_said(village: Desk, left: str, right: str, told: str) -> None:
    error = village.json("explain", "pair", left, right, code=2)["error"]
    assert told in error["message"] and LI not in error["message"]


def test_the_tree_takes_the_strongest_evidence() -> None:
    bonds = [
        Bond(1, 2, "score", 9.0),
        Bond(1, 3, "score", 20.0),
        Bond(2, 3, "key"),
        Bond(3, 4, "judgement"),
        Bond(1, 4, "score", 30.0),
        Bond(1, 99, "key"),  # of another entity
    ]
    links = grow([4, 3, 2, 1, 5], bonds)
    assert [(link.mention_id, link.parent) for link in links] == [
        (1, None),
        (4, 1),
        (3, 4),
        (2, 3),
        (5, None),
    ]
    assert [link.bond.kind for link in links if link.bond] == ["score", "judgement", "key"]
    way = path_between(links, 1, 2)
    assert way is not None and [link.mention_id for link in way] == [4, 3, 2]
    assert path_between(links, 2, 2) == [] and path_between(links, 1, 5) is None

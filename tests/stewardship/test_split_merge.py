"""Merging and splitting by judgement: whole clusters, stable ids, and what comes later."""

from __future__ import annotations

import pytest

from basedb.stewardship.judgements import list_judgements, resolve_ids
from basedb.stewardship.lookup import looking
from basedb.stewardship.plan import Unresolved
from etl.quarantine import NotPossible
from population import DOMAIN
from tests.etl.city import City, insured, marriage, resident
from tests.stewardship.village import FAR, LI, LI_LATER, WANG, WANG_OTHER, ZHANG, Steward, who

pytestmark = pytest.mark.long_on_postgresql(but="test_a_split_keeps_the_id_with_the_oldest_record")

PERSON = DOMAIN.entity


def redirects(city: City) -> list[tuple[int, int]]:
    return city.query("SELECT from_id, to_id FROM basedb.redirect ORDER BY from_id")  # type: ignore[return-value]


def test_a_merge_redirects_and_its_withdrawal_gives_a_new_id(village: City) -> None:
    steward = Steward(village)
    before = who(village)
    merged = steward.decide(5, 1, "same")
    assert (merged.judgements, merged.merged, merged.fresh, merged.moved) == ((1,), ((5, 1),), (), 1)
    assert who(village)[1] == ["ga_population:" + LI, "rs_insured:P1"] and 5 not in who(village)
    assert redirects(village) == [(5, 1)]
    assert village.query("SELECT phone FROM population.person WHERE person_id = 1") == [("13511110001",)]
    withdrawn = steward.withdraw(1)
    assert (withdrawn.merged, withdrawn.fresh) == ((), (8,))
    assert who(village) == {**{key: value for key, value in before.items() if key != 5}, 8: before[5]}
    assert redirects(village) == [(5, 8)]  # what was number 5 is now number 8
    assert village.query("SELECT phone FROM population.person WHERE person_id = 1") == [(None,)]


def test_the_same_holds_for_whole_clusters_whatever_speaks_against_it(city: City) -> None:
    """Two records without a number are judged; the records with different numbers beside them follow."""
    city.deliver(
        "rs_insured", 1,
        [
            insured("王秀英", WANG, "P1", 手机号码="13511110001"),
            insured("王秀英", "", "P2", 手机号码="13511110001"),
            insured("王秀英", WANG_OTHER, "P3", 手机号码="13511110002"),
            insured("王秀英", "", "P4", 手机号码="13511110002"),
        ],
    )  # fmt: skip
    assert sorted(map(len, who(city).values())) == [2, 2]
    steward = Steward(city)
    done = steward.decide(1, 2, "same")
    assert list(who(city)) == [1] and len(done.judgements) <= 3
    assert steward.withdraw(*done.judgements).fresh == (3,)
    assert sorted(map(len, who(city).values())) == [2, 2]


def test_a_judgement_covers_the_records_that_come_later(village: City) -> None:
    steward = Steward(village)
    steward.decide(1, 5, "different")
    # The insurance enters the number of the other: an exact rule would make them one.
    row = insured("李建国", LI, "P1", 出生年月="1955-07-01", 居住地址=FAR, 手机号码="13511110001")
    village.deliver("rs_insured", 2, [row])
    assert who(village)[5] == ["rs_insured:P1", "rs_insured:P1*"]
    assert (
        village.query("SELECT id_status FROM population.person WHERE person_id IN (1, 5)")
        == [("disputed",)] * 2
    )
    # And so it is for a third record that fits both.
    village.deliver("mz_marriages", 2, [marriage(("李建国", LI), ("王秀英", WANG))])
    assert [person for person, records in who(village).items() if "mz_marriages:J1:husband" in records] in (
        [1],
        [5],
    )
    steward.withdraw(1)
    assert 5 not in who(village) and len(who(village)[1]) == 4
    assert village.query("SELECT id_status FROM population.person WHERE person_id = 1") == [("sole",)]


def test_contradictory_judgements_are_refused_and_named(village: City) -> None:
    steward = Steward(village)
    steward.decide(1, 5, "different")
    steward.decide(1, 2, "same")
    before = who(village)
    with pytest.raises(NotPossible, match="判定 1（不同，李主任）、2（同一，李主任）矛盾"):
        steward.decide(1, 5, "same")
    with pytest.raises(NotPossible, match="矛盾"):
        steward.decide(1, 5, "same")  # the number is not used up
    with pytest.raises(NotPossible, match="矛盾"):
        steward.reviser.judge("different", [(16, 32)], steward.decision())
    assert who(village) == before
    with pytest.raises(NotPossible, match="没有编号为 7777 的提及"):
        steward.reviser.judge("same", [(16, 7777)], steward.decision())
    with pytest.raises(NotPossible, match="不存在或已撤回"):
        steward.withdraw(9)


def test_judgements_that_say_nothing_new_are_refused(village: City) -> None:
    steward = Steward(village)
    steward.decide(1, 5, "different")
    with pytest.raises(Unresolved, match="已由 李主任 判定为不同（判定 1）"):
        steward.decide(5, 1, "different")
    with pytest.raises(Unresolved, match="两个编号都是人员 2"):
        steward.decide(2, 2, "same")


def test_an_id_that_was_merged_away_is_not_taken_silently(village: City) -> None:
    Steward(village).decide(1, 5, "same")
    with looking(village.store) as lookup:
        with pytest.raises(Unresolved, match="编号 5 已并入 1") as refused:
            resolve_ids(lookup, PERSON, [5, 2])
        assert "--follow" in str(refused.value)
        assert resolve_ids(lookup, PERSON, [5, 2], follow=True) == [1, 2]
        with pytest.raises(Unresolved, match="没有编号为 99 的人员"):
            resolve_ids(lookup, PERSON, [99])
        (entry,) = list_judgements(lookup, PERSON, about=[1])
        assert (entry.verdict, entry.a_id, entry.b_id, entry.in_force) == ("same", 1, 1, True)


def test_a_split_keeps_the_id_with_the_oldest_record(city: City) -> None:
    city.deliver("ga_population", 1, [resident("李建国", LI)])
    city.deliver("rs_insured", 1, [insured("李建国", LI, "P1"), insured("李建国", LI, "P2")])
    city.deliver("mz_marriages", 1, [marriage(("李建国", LI), ("王秀英", WANG))])
    assert len(who(city)[1]) == 4
    steward = Steward(city)
    done = steward.split(1, "rs_insured:P1", "mz_marriages:J1:husband")
    (other,) = done.fresh
    assert who(city)[1] == ["ga_population:" + LI, "rs_insured:P2"]
    assert who(city)[other] == ["mz_marriages:J1:husband", "rs_insured:P1"]
    assert city.query("SELECT DISTINCT id_status FROM population.person WHERE name = '李建国'") == [
        ("disputed",)
    ]
    # Every record that comes again, or anew, stays on its side.
    city.deliver(
        "rs_insured",
        2,
        [insured("李建国", LI, "P1", 单位名称="甲"), insured("李建国", LI, "P2", 单位名称="乙")],
    )
    assert "rs_insured:P1" in who(city)[other] and "rs_insured:P2" in who(city)[1]
    steward.withdraw(*done.judgements)
    assert len(who(city)[1]) == 6 and redirects(city) == [(other, 1)]
    # Taking away the oldest leaves the id with it, and the rest gets a new one.
    done = steward.split(1, "ga_population:" + LI)
    (third,) = done.fresh
    assert who(city)[1] == ["ga_population:" + LI] and third > other and len(who(city)[third]) == 5


def test_a_split_may_cut_through_the_versions_of_a_record(city: City) -> None:
    """A key that was given to somebody else of nearly the same name."""
    city.deliver("rs_insured", 1, [insured("李建国", LI, "P1")])
    city.deliver("rs_insured", 2, [insured("李建国", LI, "P1", 单位名称="甲")])
    city.deliver("rs_insured", 3, [insured("李建国", LI, "P1", 单位名称="乙")])
    (oldest, between, latest) = [
        row[0] for row in city.query("SELECT mention_id FROM population.person_mention ORDER BY 1")
    ]
    steward = Steward(city)
    done = steward.split(1, str(latest))
    assert {row[0]: row[1] for row in city.query("SELECT mention_id, person_id FROM population.person_mention")} == {
        oldest: 1, between: 1, latest: done.fresh[0],
    }  # fmt: skip
    assert len(done.judgements) == 2


def test_what_cannot_be_split_is_said(village: City) -> None:
    steward = Steward(village)
    with pytest.raises(Unresolved, match="全部记录，没有剩余"):
        steward.split(5, "rs_insured:P1")
    with pytest.raises(Unresolved, match="没有记录 rs_insured:P2"):
        steward.split(5, "rs_insured:P2")
    with pytest.raises(Unresolved, match="没有记录 x"):
        steward.split(5, "x")


def test_a_corrected_number_does_not_undo_a_split(city: City) -> None:
    """Strong evidence of history between a chosen record and a new version of the rest."""
    home = "河南省漯河市源汇区和祥路1号和祥家园2号楼1单元301室"
    city.deliver("ga_population", 1, [resident("李建国", LI, 户籍地址=home)])
    city.deliver("rs_insured", 1, [insured("李建国", LI, "P1", 出生年月="1955-07-01", 居住地址=home)])
    steward = Steward(city)
    (other,) = steward.split(1, "rs_insured:P1").fresh
    city.deliver(
        "rs_insured", 2,
        [insured("李建国", LI_LATER, "P1", 出生年月="1955-07-01", 居住地址=home, 性别="男", 单位名称="甲")],
    )  # fmt: skip
    city.deliver("ga_population", 2, [resident("李建国", LI, 户籍地址=home, 联系电话="13500000000")])
    assert all(text.startswith("ga_population") for text in who(city)[1])
    assert all(text.startswith("rs_insured") for text in who(city)[other])


def test_numbers_shared_with_a_third_follow_a_merge(city: City) -> None:
    """Two registered bearers of a number become one: the third no longer shares it with two."""
    city.deliver(
        "ga_population", 1,
        [resident("张伟", ZHANG, "1"), resident("张卫国", ZHANG, "2"), resident("赵敏", ZHANG, "3")],
    )  # fmt: skip
    statuses = dict(city.query("SELECT name, id_status FROM population.person"))
    assert statuses == {"张伟": "shared", "张卫国": "shared", "赵敏": "shared"}
    steward = Steward(city)
    steward.decide(1, 2, "same")
    steward.decide(1, 3, "same")
    assert city.query("SELECT id_status FROM population.person") == [("sole",)]

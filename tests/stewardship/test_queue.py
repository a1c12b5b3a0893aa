"""The review queue: what waits, in which order, and when it leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from basedb.stewardship.assignment import assign
from basedb.stewardship.lookup import looking
from basedb.stewardship.plan import Plan
from basedb.stewardship.queue import CONFLICT, DOUBTFUL, Filter, Item, kind_text, next_item, read_queue
from basedb.stewardship.split_merge import plan_pair
from basedb.stewardship.why import Evidence, Why, what_decided
from basedb.store.native import reading
from population import DOMAIN
from tests.etl.city import City, insured
from tests.stewardship.village import FAR, NOW, Steward

PERSON = DOMAIN.entity


def pairs(items: list[Item]) -> list[tuple[int, int]]:
    return [item.pair for item in items]


def test_what_waits_and_why(village: City) -> None:
    doubtful, conflict = Steward(village).queue()
    assert (doubtful.pair, doubtful.kind, doubtful.records, doubtful.evidence) == (
        (1, 5),
        DOUBTFUL,
        (1, 1),
        1,
    )
    assert PERSON.model.review <= doubtful.weight < PERSON.model.auto_link
    assert (doubtful.left_mention, doubtful.right_mention) == (16, 80)
    assert not doubtful.shares_identifier and not doubtful.conflicts
    assert (conflict.pair, conflict.kind, conflict.conflicts) == ((2, 6), CONFLICT, ("own_number",))
    assert conflict.probability == 0.5  # a strong weight with something against it says nothing
    assert kind_text(PERSON, "other_name") == ("姓名不同", "another name")


def test_more_records_and_longer_waiting_are_worth_more(village: City) -> None:
    steward = Steward(village)
    first = steward.queue()
    with looking(village.store) as lookup:
        later = read_queue(lookup, PERSON, NOW + timedelta(days=100))
    assert all(after.worth > before.worth for before, after in zip(first, later, strict=True))
    # A second record of the same employer and telephone makes the conflict twice as large.
    village.deliver(
        "rs_insured", 2,
        [
            insured("李建国", "", "P1", 出生年月="1955-07-01", 居住地址=FAR, 手机号码="13511110001"),
            insured("王秀英", number_of(village, "P2"), "P2", 出生年月="1956-06-03", 手机号码="13511110002"),
            insured("王秀英", number_of(village, "P2"), "P4", 出生年月="1956-06-03", 手机号码="13511110002"),
            insured("王秀英", number_of(village, "P2"), "P5", 出生年月="1956-06-03", 手机号码="13511110002"),
        ],
    )  # fmt: skip
    (best, other) = steward.queue()
    assert (best.pair, best.records, best.evidence) == ((2, 6), (1, 3), 3)
    assert best.worth > other.worth


def number_of(city: City, key: str) -> str:
    return str(city.query("SELECT id_number FROM population.person_mention JOIN population.source_record"
                          " USING (record_id) WHERE source_key = ?", key)[0][0])  # fmt: skip


def test_a_judgement_takes_an_item_out_and_its_withdrawal_brings_it_back(village: City) -> None:
    steward = Steward(village)
    different = steward.decide(1, 5, "different").judgements
    same = steward.decide(2, 6, "same").judgements
    assert steward.queue() == []
    steward.withdraw(*different)
    assert pairs(steward.queue()) == [(1, 5)]
    steward.withdraw(*same)
    assert pairs(steward.queue()) == [(1, 5), (2, 8)]


def test_who_cannot_tell_leaves_an_item_for_others(village: City) -> None:
    steward = Steward(village)
    with looking(village.store) as lookup:
        plan = plan_pair(lookup, PERSON, 1, 5, "unsure", "照片不清")
    assert plan == Plan(doubts=plan.doubts) and steward.enter(plan).judgements == ()
    item, other = steward.queue()
    assert (item.unsure_by, item.unsure_reason) == ("李主任", "照片不清")
    assert next_item([item, other], "赵敏") == other
    assign(village.store, PERSON.qualified, [(1, 5)], "赵敏", "李主任", NOW)
    item, other = steward.queue()
    assert item.assigned_to == "赵敏" and next_item([item, other], "赵敏") == item
    assert next_item([item, other], "孙亮") == other and next_item([item], "孙亮") is None
    assign(village.store, PERSON.qualified, [(1, 5)], None, "李主任", NOW)
    assert steward.queue()[0].assigned_to is None


def test_filters() -> None:
    item = Item(
        1,
        5,
        16,
        80,
        DOUBTFUL,
        5.9,
        0.98,
        1,
        ("other_birth",),
        (),
        False,
        (1, 1),
        NOW,
        "赵敏",
        None,
        None,
        1.0,
    )
    admitting = [
        Filter(), Filter(entity_id=5), Filter(kind=DOUBTFUL), Filter(kind="other_birth"), Filter(assigned_to="赵敏"),
        Filter(at_least=5.9), Filter(at_most=5.9),
    ]  # fmt: skip
    refusing = [
        Filter(entity_id=2), Filter(kind=CONFLICT), Filter(assigned_to="孙亮"), Filter(unassigned=True),
        Filter(at_least=6), Filter(at_most=5),
    ]  # fmt: skip
    assert all(wanted.admits(item) for wanted in admitting)
    assert not any(wanted.admits(item) for wanted in refusing)
    assert Filter(unassigned=True).admits(replace(item, assigned_to=None))


def test_an_empty_store_has_no_queue(city: City) -> None:
    assert Steward(city).queue() == []


def test_analysts_see_the_same_queue_without_names(village: City) -> None:
    steward = Steward(village)
    assign(village.store, PERSON.qualified, [(2, 6)], "赵敏", "李主任", NOW)
    told = {
        (item.left, item.right, item.weight, item.evidence, *item.records, item.assigned_to, item.since)
        for item in steward.queue()
    }
    with reading(village.store, "UTC") as reader:
        columns = "left_id, right_id, match_weight, evidence, left_records, right_records, assigned_to, waiting_since"
        seen = set(reader.ask(f"SELECT {columns} FROM population.review_queue").rows)
        names = list(
            reader.ask("SELECT left_name, right_name FROM population.review_queue ORDER BY left_id").rows
        )
    assert seen == told
    assert names == [("李**", "李**"), ("王**", "王**")]
    labels = "SELECT count(*) FROM basedb.column_label WHERE table_name = 'review_queue' AND personal"
    assert village.query(labels) == [(0,)]


def test_a_weight_that_would_do_is_not_called_too_low() -> None:
    """Where a constraint alone forbids the link, the constraint alone is named."""
    model = PERSON.model
    for weight in (model.auto_link - 1, model.auto_link + 1):
        evidence = Evidence(1, 2, "score", None, weight, "review", "similar_name", "vetoed")
        told = what_decided(PERSON, Why(0, None, (evidence,), (), (), (), ()), 1, 2)
        assert [zh.startswith("权重") for zh, _ in told] == [
            False,
            *([True] if weight < model.auto_link else []),
        ]

"""What training may not change: levels it saw too little of, and what a level means."""

from __future__ import annotations

import pytest

from basedb.linkage.guard import guarded
from basedb.linkage.model import ELSE, Comparison, Condition, Level, MatchModel
from basedb.linkage.parameters import Parameters
from basedb.linkage.training import Estimate

PHONE = Comparison(
    "phone",
    "电话",
    (
        Level("missing", "缺失", Condition("l.phone IS NULL OR r.phone IS NULL"), missing=True),
        Level("equal", "相同", Condition("l.phone = r.phone"), m=0.6, u=0.001),
        Level("near", "相近", Condition("l.phone[1:3] = r.phone[1:3]"), m=0.2, u=0.01),
        Level("different", "不同", ELSE, m=0.2, u=0.989),
    ),
)
MODEL = MatchModel("person", ("phone",), {"phone": "phone"}, (), (PHONE,))


def estimated(
    m: tuple[float, ...], u: tuple[float, ...], matches: tuple[float, ...], random: tuple[float, ...]
) -> Estimate:
    seen = {"m": {"phone": matches}, "u": {"phone": random}}
    return Estimate(Parameters("person", 1e-4, {"phone": m}, {"phone": u}), [], [], [], seen)


def test_levels_seen_often_are_what_was_learnt() -> None:
    found = guarded(
        MODEL, estimated((0, 0.5, 0.3, 0.2), (0, 0.002, 0.02, 0.978), (0, 500, 300, 200), (0, 90, 900, 9e4))
    )
    assert found.remarks == [] and found.parameters.m["phone"] == (0, 0.5, 0.3, 0.2)


def test_little_support_keeps_the_declared_value_and_says_so() -> None:
    found = guarded(
        MODEL, estimated((0, 0.9, 0.003, 0.097), (0, 5e-5, 0.02, 0.98), (0, 5000, 15, 500), (0, 5, 900, 9e4))
    )
    assert found.parameters.m["phone"] == (0, 0.9, 0.2, 0.097)
    assert found.parameters.u["phone"] == (0, 0.001, 0.02, 0.98)
    told = {(remark.code, remark.level, remark.letter) for remark in found.remarks}
    assert told == {("little_support", "near", "m"), ("little_support", "equal", "u")}


def test_a_level_never_means_the_opposite_silently() -> None:
    """Families share telephones: agreement came out as disagreement, and the other way round."""
    found = guarded(
        MODEL, estimated((0, 0.001, 0.3, 0.699), (0, 0.01, 0.1, 0.1), (0, 50, 300, 700), (0, 900, 900, 9e4))
    )
    weights = [found.parameters.level_weight(PHONE, index) for index in range(4)]
    assert weights[1] > 0 and weights[3] < 0
    assert [(remark.code, remark.level) for remark in found.remarks] == [
        ("sign_reversed", "equal"),
        ("sign_reversed", "different"),
    ]


def test_a_level_put_back_says_no_more_than_a_stronger_one() -> None:
    learnt = estimated((0, 0.9, 0.01, 0.09), (0, 0.3, 0.1, 0.6), (0, 900, 100, 90), (0, 900, 900, 9e4))
    found = guarded(MODEL, learnt)
    equal, near = (found.parameters.level_weight(PHONE, name) for name in ("equal", "near"))
    assert near == pytest.approx(equal) and 0 < near < 2


def test_a_comparison_nothing_was_learnt_of_stands() -> None:
    learnt = estimated((0, 0.6, 0.2, 0.2), (0, 0.001, 0.01, 0.989), (), (0, 900, 900, 9e4))
    kept = Estimate(learnt.parameters, [], [], [], {"m": {}, "u": learnt.seen["u"]})
    assert guarded(MODEL, kept).parameters == learnt.parameters

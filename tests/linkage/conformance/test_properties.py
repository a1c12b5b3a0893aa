"""What holds of every comparison, whatever the values; and distances against an independent library."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Hamming, Indel

from basedb.linkage.comparisons import strings
from tests.linkage.conformance import records
from tests.linkage.conformance.cases import Addresses, Person
from tests.linkage.conformance.engines import DuckDB, expressions, levels, verdicts
from tests.linkage.conformance.test_conformance import SUBJECTS

ENGINE = DuckDB()

_few = st.text(alphabet="王伟a0·\u0301𠮷𠮶", max_size=8)
_any = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=16)
_near = st.tuples(_few, _few) | st.tuples(_any, _any)


def slipped(left: str, right: str) -> bool:
    """One character differs, or two neighbours are swapped."""
    return len(left) == len(right) and OSA.distance(left, right) == 1


@settings(max_examples=60)
@given(st.lists(_near, min_size=1, max_size=60))
def test_distances_count_code_points(pairs: list[tuple[str, str]]) -> None:
    sides = "l.value", "r.value"
    conditions = (
        strings.one_substitution(*sides),
        strings.one_indel(*sides),
        strings.one_slip(*sides),
        strings.one_slip(*sides, within=4),
        strings.one_edit(*sides),
        strings.rearranged(*sides, longest=8),
    )
    left, right = (records.texts_of(side) for side in map(list, zip(*pairs, strict=True)))
    expected = [
        (
            len(one) == len(other) and Hamming.distance(one, other) == 1,
            Indel.distance(one, other) == 1,
            slipped(one, other),
            len(one) == len(other) and slipped(one[:4], other[:4]),
            OSA.distance(one, other) == 1,
            one != other and len(one) <= 8 and Counter(one) == Counter(other),
        )
        for one, other in pairs
    ]
    assert verdicts(ENGINE, conditions, left, right) == expected


def test_a_difference_further_back_is_not_found() -> None:
    left, right = records.texts_of(["王" * 20 + "伟"]), records.texts_of(["王" * 20 + "玮"])
    conditions = [strings.one_substitution("l.value", "r.value", longest) for longest in (16, 32)]
    assert verdicts(ENGINE, conditions, left, right) == [(False, True)]


_name = st.text(alphabet="王李欧阳小明末未祎袆𠮷?zhe·之女某 ", max_size=6)
_number = st.text(alphabet="0129X*", min_size=2, max_size=5).map(
    lambda tail: "44052419800101001"[: 20 - len(tail)] + tail
)
_road = st.sampled_from(
    ["祁山路5号", "祁山路", "张庄村3组", "万金镇张庄村12号", "阳光花园", "祁山路5号阳光花园", ""]
)
_tail = st.sampled_from(["", "3号楼", "3号楼2单元501", "3-2-501", "501室", "2单元"])
_address = st.builds(
    lambda *parts: "".join(parts), st.sampled_from(["", "源汇区", "漯河市召陵区"]), _road, _tail
)
_place = st.sampled_from(["", "漯河市", "漯河", "源汇区", "河南省", "泰和"])
_firm = (
    st.sampled_from(["宏发商贸", "鸿发商贸", "第一建筑", "第二建筑", "宏发", "𠮷祥", "实验小学", "宏发超市"])
    | _few
)
_form = st.sampled_from(
    ["", "有限公司", "有限责任公司", "公司", "（集团）股份公司", "有限公司第二分公司", "东校区", "人民路店"]
)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "name": st.builds(Person, _name, st.none() | _name),
    "id_number": st.sampled_from(["44052419800101001", "440524800101001", "11010519491231002X"]).flatmap(
        lambda number: st.sampled_from([number, number[1:], "G1234567"]) | _number
    ),
    "birth_date": st.dates().map(str) | st.sampled_from(["1985-01-01", "1985-02-20", "1985-02", "1985"]),
    "address": st.builds(Addresses, _address, _address),
    "organization": st.builds(lambda *parts: "".join(parts), _place, _firm, _form),
    "organization_code": st.sampled_from(["D2143569", "M000100Y", "D1243569"]).flatmap(
        lambda body: st.sampled_from("0X14").map(lambda check: body + check)
    ),
    "representative": st.sampled_from(["李建国", "李剑国", "王秀英", "李建国 1", "王秀英 1", "", " 1"]),
    "phone": st.text(alphabet="0123", min_size=5, max_size=7).map(lambda tail: "139503" + tail)
    | st.sampled_from(["0395-3345671", "3345671", "010-63345671"]),
    "sex": st.sampled_from(["男", "女", "0", "1", "2", "9", ""]),
    "exact": _any,
}
SAME = {
    "name": {"identical", "newborn_same", "missing"},
    "id_number": {"equal", "equal_unverified", "damaged", "damaged_partly", "unreadable", "missing"},
    "birth_date": {"equal", "missing"},
    "address": {"home", "building", "site", "village", "county", "missing"},
    "organization": {"full", "identical", "missing"},
    "organization_code": {"equal", "equal_unverified", "missing"},
    "representative": {"number", "identical", "missing"},
    "phone": {"equal", "missing"},
    "sex": {"equal", "missing"},
    "exact": {"equal", "missing"},
}


@pytest.mark.parametrize("name", SUBJECTS)
@settings(max_examples=25)
@given(data=st.data())
def test_levels_do_not_depend_on_the_order_and_a_record_is_itself(name: str, data: st.DataObject) -> None:
    subject = SUBJECTS[name]
    pairs = data.draw(st.lists(st.tuples(VALUES[name], VALUES[name]), min_size=1, max_size=40))
    left, right = (subject.read(list(side)) for side in zip(*pairs, strict=True))
    if subject.columns:
        left, right = (expressions(ENGINE, subject.columns, table) for table in (left, right))
    found = levels(ENGINE, subject.comparison, left, right)
    assert levels(ENGINE, subject.comparison, right, left) == found
    assert set(levels(ENGINE, subject.comparison, left, left)) <= SAME[name]

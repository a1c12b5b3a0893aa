"""Laws 5 and 6: ids are stable, and the partition does not depend on the order of arrival."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.etl.city import CONTRACTS, City, Row, insured, loosened, marriage, number, resident, short

NUMBERS = [number("19550701", 1), number("19560603", 2)]
WRITTEN = [*NUMBERS, *map(short, NUMBERS), NUMBERS[0][:17] + "?", ""]
NAMES = ["李建国", "李建囯", "李建", "王秀英", "张三", "赵六顺", ""]
File = tuple[str, int, list[Row]]
Partition = set[frozenset[tuple[str, str, str, str]]]

_who = st.tuples(st.sampled_from(NAMES), st.sampled_from(WRITTEN))
_residents = st.lists(_who, min_size=1, max_size=3).map(
    lambda people: [resident(name, written, f"000{at}") for at, (name, written) in enumerate(people)]
)
_insured = st.lists(_who, min_size=1, max_size=3).map(
    lambda people: [insured(name, written, f"P{at}") for at, (name, written) in enumerate(people)]
)
_marriages = st.lists(st.tuples(_who, _who), min_size=1, max_size=2).map(
    lambda pairs: [marriage(man, wife, f"J{at}") for at, (man, wife) in enumerate(pairs)]
)
_nights = st.tuples(
    st.lists(_residents, min_size=1, max_size=2),
    st.lists(_insured, min_size=1, max_size=3),
    st.lists(_marriages, max_size=2),
).map(
    lambda told: [
        (source, night, rows)
        for source, files in zip(("ga_population", "rs_insured", "mz_marriages"), told, strict=True)
        for night, rows in enumerate(files, 1)
    ]
)


def partition(city: City, files: list[File]) -> Partition:
    """Who is who after these files in this order: mentions by source, key, content and role."""
    city.contracts = {
        source: replace(loosened(contract), survivorship=contract.survivorship)
        for source, contract in CONTRACTS.items()
    }
    for source, night, rows in files:
        city.deliver(source, night, rows)
    people: dict[int, set[tuple[str, str, str, str]]] = {}
    for person, *mention in city.query(
        "SELECT person_id, source, source_key, CAST(raw AS TEXT), role"
        " FROM population.person_mention JOIN population.source_record USING (record_id)"
    ):
        people.setdefault(person, set()).add(tuple(mention))
    assert set(people) == {person for (person,) in city.people("person_id")}
    return {frozenset(mentions) for mentions in people.values()}


def check_any_order(new_city: Callable[[], City], files: list[File], dice: random.Random) -> None:
    expected = partition(new_city(), files)
    shuffled = dice.sample(files, len(files))
    assert partition(new_city(), shuffled) == expected


def _checked(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        given_files = given(files=_nights, dice=st.randoms(use_true_random=False))
        # Shrinking would load for minutes; the examples are small as they are.
        phases = (Phase.explicit, Phase.reuse, Phase.generate)
        quick = settings(max_examples=examples, deadline=None, suppress_health_check=health, phases=phases)
        return quick(given_files(check))

    return decorate


@pytest.mark.long_on_postgresql
@_checked(2)
def test_order_does_not_matter(new_city: Callable[[], City], files: list[File], dice: random.Random) -> None:
    check_any_order(new_city, files, dice)


@pytest.mark.slow
@_checked(40)
def test_order_does_not_matter_for_many(
    new_city: Callable[[], City], files: list[File], dice: random.Random
) -> None:
    check_any_order(new_city, files, dice)


def test_a_key_that_went_to_somebody_else_and_back(new_city: Callable[[], City]) -> None:
    """The first and the last holder are one, whether or not the one between is known already."""
    nights: list[File] = [
        ("rs_insured", night, [insured(name, "", "P1", 经办日期=f"2026-11-0{night}", 出生年月="")])
        for night, name in enumerate(["李建国", "王秀英", "李建国"], 1)
    ]
    in_order = partition(new_city(), nights)
    assert sorted(map(len, in_order)) == [1, 2]
    assert partition(new_city(), [nights[0], nights[2], nights[1]]) == in_order
    assert partition(new_city(), [nights[2], nights[1], nights[0]]) == in_order


def test_ids_stay_and_merges_redirect(city: City) -> None:
    city.contracts = {source: loosened(contract) for source, contract in CONTRACTS.items()}
    one, other = number("19550701", 1), number("19550701", 3)
    city.deliver("ga_population", 1, [resident("李建国", one)])
    city.deliver("rs_insured", 1, [insured("李建国", "", "P1"), insured("李建国", other, "P2")])
    assert city.people("person_id") == [(1,), (2,), (3,)]
    # The insurance learns the number of the first, and corrects the second's to the same.
    city.deliver("rs_insured", 2, [insured("李建国", one, "P1"), insured("李建国", other, "P2")])
    assert city.people("person_id") == [(1,), (3,)]
    city.deliver("rs_insured", 3, [insured("李建国", one, "P1"), insured("李建国", one, "P2")])
    assert city.people("person_id") == [(1,)]
    redirects = "SELECT from_id, to_id FROM basedb.redirect ORDER BY from_id"
    assert city.query(redirects) == [(2, 1), (3, 1)]
    city.deliver("ga_population", 2, [resident("李建国", one), resident("赵一", number("20000101", 1), "9")])
    assert city.people("person_id") == [(1,), (4,)]
    assert city.query(
        "SELECT count(*) FROM population.person_mention m LEFT JOIN population.person p USING (person_id)"
        " WHERE p.person_id IS NULL"
    ) == [(0,)]


def test_a_chain_of_merges_redirects_to_the_end(city: City) -> None:
    city.contracts = {source: loosened(contract) for source, contract in CONTRACTS.items()}
    first, second, third = (number("19550701", at) for at in (1, 3, 5))
    city.deliver("ga_population", 1, [resident("李建国", first)])
    city.deliver("rs_insured", 1, [insured("李建国", second, "P1"), insured("李建国", third, "P2")])
    city.deliver("rs_insured", 2, [insured("李建国", second, "P1"), insured("李建国", second, "P2")])
    city.deliver("rs_insured", 3, [insured("李建国", first, "P1"), insured("李建国", second, "P2")])
    assert city.people("person_id") == [(1,)]
    assert city.query("SELECT from_id, to_id FROM basedb.redirect ORDER BY from_id") == [(2, 1), (3, 1)]

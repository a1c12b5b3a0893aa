"""Law 7: a judgement outranks a score until it is withdrawn, for whole clusters and for what comes later."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from etl.quarantine import Decision, NotPossible
from etl.revision import Revised, Reviser
from population import DOMAIN
from tests.etl.city import CONTRACTS, City, Row, insured, loosened, marriage, number, resident, short
from tests.etl.laws.test_scored_identity import PEOPLE

NUMBERS = [number("19550701", 1), number("19550701", 3), number("19560603", 2)]
WRITTEN = [*NUMBERS, short(NUMBERS[0]), NUMBERS[0][:17] + "?", "", ""]
NAMES = ["李建国", "李建囯", "李建", "王秀英", "李国强"]
HOMES = ["河南省漯河市源汇区和祥路1号", "河南省漯河市舞阳县铜山镇北程洼村42号", ""]
File = tuple[str, list[Row]]
Step = tuple[str, int, int]
Partition = set[frozenset[tuple[str, str, str, str]]]

_who = st.tuples(st.sampled_from(NAMES), st.sampled_from(WRITTEN), st.sampled_from(HOMES))
_residents = st.lists(_who, min_size=1, max_size=3).map(
    lambda people: [
        resident(name, written, f"000{at}", 户籍地址=home, 出生日期="19550701")
        for at, (name, written, home) in enumerate(people)
    ]
)
_insured = st.lists(_who, min_size=1, max_size=4).map(
    lambda people: [
        insured(name, written, f"P{at}", 居住地址=home, 出生年月="1955-07-01")
        for at, (name, written, home) in enumerate(people)
    ]
)
_marriages = st.tuples(_who, _who).map(lambda pair: [marriage(pair[0][:2], pair[1][:2])])
# And a family in which scores, relatives and corrections decide.
_relatives = st.lists(
    st.tuples(st.sampled_from(PEOPLE), st.sampled_from(["", "whole", "short"])), min_size=1, max_size=4
)
_family = _relatives.map(
    lambda told: [
        resident(name, id_number, household, 出生日期=born, 性别=sex, 户籍地址=address)
        for (name, id_number, born, sex, address, household), _ in told
    ]
)
_insured_family = _relatives.map(
    lambda told: [
        insured(
            name, {"": "", "whole": id_number, "short": short(id_number)}[way], f"P{at}", 出生年月=born, 性别=sex,
            居住地址=address, 手机号码="13912345678" if household == "0001" else "",
        )
        for at, ((name, id_number, born, sex, address, household), way) in enumerate(told)
    ]
)  # fmt: skip
_file: st.SearchStrategy[File] = st.one_of(
    st.tuples(st.just("ga_population"), st.one_of(_residents, _family)),
    st.tuples(st.just("rs_insured"), st.one_of(_insured, _insured_family)),
    st.tuples(st.just("mz_marriages"), _marriages),
)
_step: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(["same", "different", "different", "withdraw"]), st.integers(0, 50), st.integers(0, 50)
)


class Steward:
    """Judges mentions of a city; every decision is a second after the one before it."""

    def __init__(self, city: City):
        self.city = city
        self._count = 0
        self._reviser = Reviser(city.store, DOMAIN, city.contracts)

    def judge(self, verdict: str, *pairs: tuple[int, int]) -> Revised:
        return self._reviser.judge(verdict, pairs, self._decision())

    def withdraw(self, *judgements: int) -> Revised:
        return self._reviser.withdraw(judgements, self._decision())

    def _decision(self) -> Decision:
        self._count += 1
        return Decision("李主任", "核实", datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=self._count))


def mentions(city: City) -> list[int]:
    """The mentions of a city in an order that does not depend on numbers given."""
    return [row[0] for row in city.query(
        "SELECT mention_id FROM population.person_mention JOIN population.source_record USING (record_id)"
        " ORDER BY source, source_key, role, as_of, CAST(raw AS TEXT)"
    )]  # fmt: skip


def in_force(city: City) -> list[tuple[int, str, int, int]]:
    """Judgements that decide, with the persons of their mentions."""
    return city.query(
        "SELECT judgement_id, verdict, x.person_id, y.person_id FROM basedb.judgement j"
        " JOIN population.person_mention x ON x.mention_id = j.a"
        " JOIN population.person_mention y ON y.mention_id = j.b"
        " WHERE withdrawn_at IS NULL ORDER BY judgement_id"
    )  # type: ignore[return-value]


def partition(city: City) -> Partition:
    """Who is who: mentions by source, key, content and role."""
    people: dict[int, set[tuple[str, str, str, str]]] = {}
    for person, *mention in city.query(
        "SELECT person_id, source, source_key, CAST(raw AS TEXT), role"
        " FROM population.person_mention JOIN population.source_record USING (record_id)"
    ):
        people.setdefault(person, set()).add(tuple(mention))
    assert set(people) == {person for (person,) in city.people("person_id")}
    return {frozenset(found) for found in people.values()}


def check_judgements(city: City) -> None:
    for judgement, verdict, one, other in in_force(city):
        assert (one == other) == (verdict == "same"), judgement


def found(new_city: Callable[[], City]) -> City:
    city = new_city()
    city.contracts = {source: loosened(contract) for source, contract in CONTRACTS.items()}
    return city


def take(city: City, steward: Steward, step: Step) -> None:
    """Judge or withdraw; a decision that contradicts others is refused and changes nothing."""
    kind, first, second = step
    known, judged = mentions(city), [row[0] for row in in_force(city)]
    before = partition(city)
    try:
        if kind == "withdraw":
            if judged:
                steward.withdraw(judged[first % len(judged)])
        elif known[first % len(known)] != known[second % len(known)]:
            steward.judge(kind, (known[first % len(known)], known[second % len(known)]))
    except NotPossible as refusal:
        assert "矛盾" in str(refusal)
        assert partition(city) == before
        assert [row[0] for row in in_force(city)] == judged


def check_law(
    new_city: Callable[[], City], files: list[File], steps: list[list[Step]], dice: random.Random
) -> None:
    """Files come in, in any order, with steps after each; in the end everything is withdrawn."""
    city = found(new_city)
    steward = Steward(city)
    ids: set[int] = set()
    nights = dice.sample(list(enumerate(files, 1)), len(files))
    for (night, (source, rows)), taken in zip(nights, steps, strict=False):
        city.deliver(source, night, rows)
        check_judgements(city)
        for step in taken:
            take(city, steward, step)
            check_judgements(city)
        ids |= {row[0] for row in city.query("SELECT from_id FROM basedb.redirect")}
        assert not ids & {row[0] for row in city.people("person_id")}  # no id comes back
    left = [row[0] for row in in_force(city)]
    if left:
        steward.withdraw(*left)
    untouched = found(new_city)
    for night, (source, rows) in nights:
        untouched.deliver(source, night, rows)
    assert partition(city) == partition(untouched)


def _checked(examples: int) -> Callable[[Callable[..., None]], Callable[..., None]]:
    health = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]

    def decorate(check: Callable[..., None]) -> Callable[..., None]:
        told = given(
            files=st.lists(_file, min_size=2, max_size=4),
            steps=st.lists(st.lists(_step, max_size=3), min_size=4, max_size=4),
            dice=st.randoms(use_true_random=False),
        )
        phases = (Phase.explicit, Phase.reuse, Phase.generate)
        quick = settings(max_examples=examples, deadline=None, suppress_health_check=health, phases=phases)
        return quick(told(check))

    return decorate


@pytest.mark.long_on_postgresql
@_checked(2)
def test_judgements_hold_and_withdrawn_leave_no_trace(
    new_city: Callable[[], City], files: list[File], steps: list[list[Step]], dice: random.Random
) -> None:
    check_law(new_city, files, steps, dice)


@pytest.mark.slow
@_checked(60)
def test_judgements_hold_for_many(
    new_duckdb: Callable[[], City], files: list[File], steps: list[list[Step]], dice: random.Random
) -> None:
    check_law(new_duckdb, files, steps, dice)

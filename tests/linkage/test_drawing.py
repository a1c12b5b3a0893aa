"""Drawing records to learn from: every departmental record once, as it was accepted last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from basedb.linkage.drawing import draw_frequencies, draw_records, named_mentions
from basedb.linkage.model import InvalidModel
from basedb.linkage.trainer import exact_prior, train
from population import DOMAIN
from tests.etl.city import City, insured, loosened, number, resident

pytestmark = pytest.mark.long_on_postgresql

PERSON = DOMAIN.entity
NUMBERS = [number(f"1960{at + 1:02}15", at + 1) for at in range(6)]


def settle(city: City) -> None:
    """Six residents over three nights: one changes twice, one leaves; four of them are insured."""
    city.contracts["ga_population"] = loosened(city.contracts["ga_population"])
    people = [resident("王志强", code, household=f"000{at}") for at, code in enumerate(NUMBERS)]
    city.deliver("ga_population", 1, people)
    people[0] = {**people[0], "姓名": "王至强"}
    city.deliver("ga_population", 2, people)
    city.deliver("ga_population", 3, [{**people[0], "姓名": "王治强"}, *people[1:5]])
    city.deliver("rs_insured", 3, [insured("王志强", code, f"P{at}") for at, code in enumerate(NUMBERS[1:5])])


def test_versions_count_once_and_the_last_one_counts(grown: Callable[..., City]) -> None:
    city = grown(settle)
    with city.store.reading() as engine:
        assert draw_records(engine, PERSON, "drawn") == 10
        names = engine.execute("SELECT name_folded, count(*) FROM drawn GROUP BY 1 ORDER BY 1").fetchall()
        assert names == [("王志强", 9), ("王治强", 1)]
        assert draw_frequencies(engine, PERSON, "frequency") == 10
        shares = dict(
            engine.execute(
                "SELECT value, frequency FROM frequency WHERE column_name = 'name_folded'"
            ).fetchall()
        )
        assert shares == {"王志强": pytest.approx(0.9), "王治强": pytest.approx(0.1)}
        assert engine.execute("SELECT count(DISTINCT column_name) FROM frequency").fetchone() != (0,)
        # Four of the six are in two registers: that makes their name no more frequent.
        people = replace(PERSON, model=replace(PERSON.model, entity_frequencies=True))
        assert draw_frequencies(engine, people, "frequency") == 10
        borne = "SELECT value, frequency FROM frequency WHERE column_name = 'name_folded'"
        assert dict(engine.execute(borne).fetchall()) == {
            "王志强": pytest.approx(5 / 6),
            "王治强": pytest.approx(1 / 6),
        }
        assert named_mentions(engine, PERSON) == 12


def test_a_sample_is_the_same_each_time_and_keeps_what_it_must(grown: Callable[..., City]) -> None:
    city = grown(settle)
    with city.store.reading() as engine:
        draw_records(engine, PERSON, "drawn")
        (first,) = engine.execute("SELECT min(vertex) FROM drawn").fetchone() or (0,)
        counts = {draw_records(engine, PERSON, "part", 4) for _ in range(3)}
        assert len(counts) == 1 and counts != {10}
        draw_records(engine, PERSON, "part", 1, keep=f"SELECT {first}")
        assert (first,) in engine.execute("SELECT vertex FROM part").fetchall()


def test_the_prior_counts_what_the_exact_rule_links(grown: Callable[..., City]) -> None:
    city = grown(settle)
    with city.store.reading() as engine:
        draw_records(engine, PERSON, "drawn")
        found = exact_prior(engine, PERSON, "drawn")
        assert (found.matches, found.pairs, found.recall) == (4, 45, 1.0)
        assert found.value == pytest.approx(4 / 45)
        assert exact_prior(engine, PERSON, "drawn", recall=0.5).value == pytest.approx(8 / 45)


def test_nothing_to_learn_from_is_said(city: City) -> None:
    with city.store.reading() as engine, pytest.raises(InvalidModel, match="no records"):
        train(engine, PERSON)
    city.deliver("rs_insured", 1, [insured("王志强", "", "P1"), insured("李建国", "", "P2")])
    with city.store.reading() as engine:
        with pytest.raises(InvalidModel, match="--prior"):
            train(engine, PERSON)
        found = train(engine, PERSON, prior=0.001)
        assert found.parameters.prior == 0.001 and found.records == 2

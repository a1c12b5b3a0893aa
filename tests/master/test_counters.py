"""Ids come from counters that move only with the transaction that used them."""

from __future__ import annotations

import pytest

from etl.counters import Counters
from tests.etl.city import City


def test_counters_move_when_they_are_published(city: City) -> None:
    with city.store.writing("test") as session:
        counters = Counters(session)
        assert (counters.peek("a"), counters.take("a"), counters.take("a", 3), counters.peek("a")) == (
            1,
            1,
            2,
            5,
        )
        assert counters.take("untouched", 0) == 1
        counters.save()
    with city.store.writing("test") as session:
        counters = Counters(session)
        assert counters.take("a", 2) == 5
        assert counters.take("b") == 1
        counters.save()
        counters.take("a")
        counters.save()
    assert dict(city.query("SELECT name, next_value FROM basedb.counter")) | {"untouched": 1} == {
        "a": 8, "b": 2, "untouched": 1,
    }  # fmt: skip


def test_what_is_not_published_takes_no_id(city: City) -> None:
    with pytest.raises(ZeroDivisionError), city.store.writing("test") as session:
        counters = Counters(session)
        counters.take("a", 10)
        counters.save()
        raise ZeroDivisionError
    with city.store.writing("test", publish=False) as session:
        Counters(session).take("a")
    assert city.query("SELECT * FROM basedb.counter") == []

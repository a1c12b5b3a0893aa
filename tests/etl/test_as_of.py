"""The as-of date in a column of the rows: one day, or the file is refused with words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from basedb.refusal import Refused
from etl.contract.model import AsOf
from tests.etl.city import City, insured, number

LI, WANG = number("19550701", 1), number("19560603", 2)


@pytest.fixture
def dated(city: City) -> City:
    """A city whose social security office states the day in 经办日期."""
    as_of = AsOf("column", "%Y-%m-%d", "经办日期")
    city.contracts["rs_insured"] = replace(city.contracts["rs_insured"], as_of=as_of)
    return city


def test_the_rows_give_the_date(dated: City) -> None:
    rows = [insured("李建国", LI, 经办日期=" 2026-11-02 "), insured("王秀英", WANG, "P2", 经办日期="")]
    account = dated.load("rs_insured", dated.file("rs_insured", 1, rows))
    assert (account.status, account.as_of) == ("loaded", date(2026, 11, 2))
    assert dated.query("SELECT as_of FROM basedb.delivery") == [(date(2026, 11, 2),)]
    named = dated.load("rs_insured", dated.file("rs_insured", 1, rows), night=9)
    assert named.as_of == date(2026, 11, 9)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (("2026-11-02", "2026-11-03"), "2 个不同的值（2026-11-02、2026-11-03）"),
        (("", ""), "全为空"),
        (("20261102", "20261102"), "不是 %Y-%m-%d 格式的日期"),
    ],
)
def test_without_one_date_the_file_is_refused(dated: City, days: tuple[str, str], told: str) -> None:
    rows = [insured("李建国", LI, 经办日期=days[0]), insured("王秀英", WANG, "P2", 经办日期=days[1])]
    path = dated.file("rs_insured", 1, rows)
    with pytest.raises(Refused, match=told) as refused:
        dated.load("rs_insured", path)
    assert refused.value.code == "delivery.no_as_of"
    assert dated.query("SELECT count(*) FROM basedb.delivery") == [(0,)]

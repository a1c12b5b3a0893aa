"""What a finding says: the column it is about, its severity, and when there is none."""

from __future__ import annotations

from dataclasses import replace

from etl.contract.model import Check
from tests.etl.city import City, insured, marriage, number, resident

LI, WANG = number("19550701", 1), number("19560603", 2)


def found(city: City, code: str) -> list[tuple[str, str]]:
    return city.query(
        "SELECT column_name, severity FROM basedb.finding WHERE code = ? ORDER BY column_name", code
    )


def test_a_shared_number_names_the_column_of_its_own_role(city: City) -> None:
    city.deliver("ga_population", 1, [resident("李建国", LI), resident("王秀英", WANG, "0002")])
    city.deliver("mz_marriages", 1, [marriage(("李建国", LI), ("赵六顺", WANG))])
    assert found(city, "identifier.shared") == [("女方身份证号", "warning")]


def test_a_check_weighs_what_the_contract_says(city: City) -> None:
    contract = city.contracts["rs_insured"]
    checks = (
        Check("参保状态", "in_list", ("正常参保",), severity="error"),
        Check("单位名称", "length", (1, 2), severity="info"),
        Check("手机号码", "pattern", "1[3-9]"),
    )
    city.contracts["rs_insured"] = replace(contract, checks=checks)
    account = city.deliver("rs_insured", 1, [insured("李建国", LI, 参保状态="不详")])
    assert account.counts["added"] == 1
    assert found(city, "check.in_list") == [("参保状态", "error")]
    assert found(city, "check.length") == [("单位名称", "info")]
    assert found(city, "check.pattern") == [("手机号码", "warning")]


def test_local_codes_of_documents_are_known_and_others_are_told(city: City) -> None:
    rows = [insured("李建国", number(sequence=at), f"P{at}", 证件类型=code) for at, code in enumerate(LOCAL)]
    city.deliver("rs_insured", 1, rows)
    assert city.query("SELECT id_document FROM population.person_mention ORDER BY record_id") == [
        (code,) for code in LOCAL.values()
    ]
    assert found(city, "code.unknown") == [("证件类型", "warning")]


LOCAL = {"01": "111", "06": "414", "18": "562", "居民身份证（户口簿）": "111", "77": None}

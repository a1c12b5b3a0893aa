"""`basedb explain`: who won, who lost and why."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner

from basedb.cli.main import main
from tests.cli.reading.conftest import Run, document
from tests.etl.city import City, insured, resident
from tests.population.town import LI, NEW, OLD, WANG, rows


def test_the_winning_record_and_the_loser(run: Run, town: City) -> None:
    told = document(run("explain", "person", LI, "--json", "--show-ids", "--purpose", "核对"))
    assert told["master"]["registered_address"] == NEW
    attributes = {item["attribute"]: item for item in told["attributes"]}
    birth = attributes["birth_date"]
    assert birth["value"] == "1955-07-01"
    assert birth["rule"] == "priority"
    assert "95 > 50" in birth["because"]
    ((record,),) = rows(
        town,
        "SELECT record_id FROM population.source_record WHERE source_key = ? AND status = 'current'"
        " AND source = 'ga_population'",
        [LI],
    )
    assert birth["record"] == {
        "record_id": record, "source": "ga_population", "source_key": LI, "role": "self",
        "file_name": "ga_population_20261102.csv", "row_no": 1,
    }  # fmt: skip
    (lost,) = [item for item in birth["lost"] if item["source"] == "rs_insured"]
    assert (lost["value"], lost["priority"], lost["row_no"]) == ("1955-07-02", 50, 1)
    assert attributes["phone"]["rule"] == "only"
    assert attributes["status"]["rule"] == "derived"


def test_history_in_both_times_and_the_family(run: Run) -> None:
    told = document(run("explain", "person", LI, "--json"))
    changes = [row["changed"].get("registered_address") for row in told["history"]]
    assert [OLD, NEW] in changes
    corrected = document(run("explain", "person", WANG, "--json"))["history"]
    assert ["01", "03"] in [row["changed"].get("ethnic_group") for row in corrected]
    assert {row["kind"] for row in told["facts"]["population.relationship"]} == {"spouse"}
    assert [row["household_no"] for row in told["facts"]["population.household_member"]] == ["****"]
    assert {item["method"] for item in told["mentions"]} >= {"new", "id_number", "source_key"}


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_identifiers_are_masked_unless_there_is_a_purpose(form: list[str], run: Run) -> None:
    shown = run("explain", "person", LI, *form)
    assert shown.exit_code == 0
    assert "李建国" in shown.stdout
    for hidden in (LI, WANG, "13511112222"):
        assert hidden not in shown.stdout
    assert f"411102********{LI[-4:]}" in shown.stdout
    assert run("explain", "person", LI, "--show-ids").exit_code == 2
    assert LI in run("explain", "person", LI, "--show-ids", "--purpose", "核对", *form).stdout


def test_what_is_masked_follows_labels_and_keys(run: Run, new_city: Callable[[], City]) -> None:
    told = document(run("explain", "person", LI, "--json"))
    assert told["master"]["division_code"] == "411102002003"
    (version, *_) = document(run("explain", "record", "ga_population", LI, "--json"))["records"]
    assert version["raw"]["区划代码"] == "411102002003"
    assert version["raw"]["公民身份号码"] == f"411102********{LI[-4:]}"
    city = new_city()
    city.deliver("rs_insured", 1, [insured("李建国", LI, "4110020001", 证件类型="77")])

    def asked(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["--store", city.store.url, "explain", *arguments, "--json"])
        assert result.exit_code == 0, result.output
        return result.stdout

    person, record = asked("person", LI), asked("record", "rs_insured", "4110020001")
    assert "4110020001" not in person + record
    assert '"insurance_no": "4*******01"' in person
    assert '"个人编号": "4*******01"' in record and "和祥食品有限公司" in record
    assert "李建国" in person and "李建国" in record


def test_a_record_and_all_its_versions(run: Run) -> None:
    told = document(run("explain", "record", "ga_population", LI, "--json"))["records"]
    assert [(row["status"], row["raw"]["户籍地址"]) for row in told] == [
        ("superseded", OLD),
        ("current", NEW),
    ]
    assert [item["role"] for item in told[1]["mentions"]] == ["self"]
    assert LI not in run("explain", "record", "ga_population", LI).stdout
    assert run("explain", "record", "ga_population", "nobody").exit_code == 2


def test_an_unknown_person(run: Run) -> None:
    assert run("explain", "person", "999999").exit_code == 2


def test_a_merged_id_says_where_it_went(new_city: Callable[[], City]) -> None:
    city = new_city()
    city.deliver("ga_population", 1, [resident("李建国", LI)])
    city.deliver("rs_insured", 1, [insured("李建国", "", "P1")])
    (old,) = [person for (person,) in rows(city, "SELECT max(person_id) FROM population.person")]
    city.deliver("rs_insured", 2, [insured("李建国", LI, "P1")])

    arguments = ["--store", city.store.url, "explain", "person", str(old)]
    told = CliRunner().invoke(main, arguments)
    assert told.exit_code == 0, told.output
    assert f"编号 {old} 已并入 1" in told.stdout

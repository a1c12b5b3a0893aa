"""What lies in an inbox and cannot be taken: named, refused, and nobody else's files wait for it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.etl.city import content, number, resident

LI = resident("李建国", number("19550701", 1))
PLAIN = content("ga_population", [LI])


def test_links_and_names_that_cannot_be_taken(desk: Desk, tmp_path: Path) -> None:
    good = desk.put("ga_population", "20261101", [LI])
    folder = (desk.inbox / good).parent
    secret = tmp_path / "secret.csv"
    secret.write_bytes(PLAIN)
    (folder / "ga_population_20261102.csv").symlink_to(secret)
    (folder / "ga_population_20261103.csv").symlink_to(folder / "gone.csv")
    (folder / "ga_population_20261104.csv").symlink_to("ga_population_20261104.csv")
    (folder / "ga_population_20261105\n.csv").write_bytes(PLAIN)
    gbk = os.fsencode(folder) + b"/" + "人口_20261106.csv".encode("gbk")
    Path(os.fsdecode(gbk)).write_bytes(PLAIN)
    (desk.inbox / "rs_insured").symlink_to(tmp_path)
    (desk.inbox / "notes.txt").symlink_to(secret)
    night = desk.nightly(code=3)
    place = "ga_population/20261101"
    refused = {name: file["reason"] for name, file in night["by_name"].items() if file["status"] == "refused"}
    assert refused == {
        f"{place}/ga_population_20261102.csv": "delivery.outside",
        f"{place}/ga_population_20261103.csv": "delivery.unreadable",
        f"{place}/ga_population_20261104.csv": "delivery.unreadable",
        f"{place}/ga_population_20261105\\n.csv": "delivery.file_name",
        f"{place}/人口_20261106.csv": "delivery.file_name",
        "rs_insured": "delivery.outside",
    }
    assert night["by_name"][good]["status"] == "loaded"
    assert night["no_contract"] == {".": ["notes.txt"]}
    told = desk("nightly", desk.inbox, code=3).output
    assert "人口_20261106.csv：" in told and "请改名" in told and "\udcc8" not in told
    assert json.loads(json.dumps(night)) == night
    # A call for another delivery day is not about them.
    assert {file["file"] for file in desk.nightly("--day", "20261102", code=6)["files"]} == {"rs_insured"}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_file_and_a_folder_without_permission(desk: Desk) -> None:
    closed = desk.put("ga_population", "20261101", [LI])
    good = desk.put("ga_population", "20261102", [LI])
    folder = desk.inbox / "wj_births" / "20261101"
    folder.mkdir(parents=True)
    (desk.inbox / closed).chmod(0)
    folder.chmod(0)
    listed_only = desk.inbox / desk.put("mz_marriages", "20261103", b"x")
    listed_only.parent.chmod(0o444)
    night = desk.nightly(code=3)
    folder.chmod(0o700)
    listed_only.parent.chmod(0o700)
    listed_only.unlink()
    assert (
        night["by_name"]["mz_marriages/20261103/mz_marriages_20261103.csv"]["reason"] == "delivery.unreadable"
    )
    assert night["by_name"][closed]["reason"] == "delivery.unreadable"
    assert night["by_name"]["wj_births/20261101"]["reason"] == "delivery.unreadable"
    assert night["by_name"][good]["status"] == "loaded"
    (desk.inbox / closed).chmod(0o600)
    assert desk.nightly()["by_name"][closed]["status"] == "loaded"


def test_a_list_no_parser_takes_is_named(desk: Desk) -> None:
    good = desk.put("ga_population", "20261101", [LI])
    path = desk.inbox / "_delivery" / "20261101" / "delivery.csv"
    path.parent.mkdir(parents=True)
    path.write_text(f"文件名\n{'x' * 2_000_000}\n", "utf-8")
    (path.parent / "second.csv").mkdir()
    night = desk.nightly()
    assert night["broken_lists"].keys() == {
        "_delivery/20261101/delivery.csv",
        "_delivery/20261101/second.csv",
    }
    assert night["by_name"][good]["status"] == "loaded"

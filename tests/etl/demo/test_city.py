"""The extracts of a small city: readable, accounted for, the same for the same seed."""

from __future__ import annotations

import csv
import hashlib
import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from dbfread import DBF
from lxml import etree
from openpyxl import load_workbook

from etl.demo import Summary, generate
from etl.demo.sources import ga_population, jy_students, mz_marriages, rs_insured

LAYERS = {
    "mz_divisions", "zrzy_parcels", "zj_buildings", "gh_buildings", "ga_addresses", "jt_roads", "sthj_pollution_sources",
}  # fmt: skip
NIGHTS = 5
PEOPLE = 2_000
PINNED = {
    "ga_population/20261101/ga_population_20261101.csv": "3815c100f6b8c81e",
    "rs_insured/20261101/rs_insured_20261101.csv": "ce9bf4ff4fd3e28e",
    "wj_births/20261101/wj_births_20261101.jsonl": "d39e0b9df864211c",
    "wj_deaths/20261101/wj_deaths_20261101.xml": "61bdea11dc5fbb3c",
    "mz_marriages/20261101/mz_marriages_20261101.csv": "f6b427dcb746873f",
    "jy_students/20261101/jy_students_20261101.dbf": "4bc49e0770205a27",
    "scjg_enterprises/20261101/scjg_enterprises_20261101.csv": "f60e3df241ed4b49",
    "zj_orgcodes/20261101/zj_orgcodes_20261101.csv": "ea83d7f5aa17cb4b",
    "bb_institutions/20261101/bb_institutions_20261101.json": "545295ff7980130f",
    "tj_units/20261101/tj_units_20261101.csv": "4e5de651f823afea",
    "scjg_officers/20261101/scjg_officers_20261101.csv": "5057821320da8afd",
    "fg_licenses/20261101/fg_licenses_20261101.csv": "81e2464e812c3602",
    "fg_penalties/20261101/fg_penalties_20261101.csv": "d8f64dc9a9a989b6",
    "zj_projects/20261101/zj_projects_20261101.csv": "0a4a014d6486aef3",
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return generate(tmp_path_factory.mktemp("city"), PEOPLE, NIGHTS, seed=11)


def digests(directory: Path) -> dict[str, str]:
    return {
        str(p.relative_to(directory)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(directory.rglob("*"))
        if p.is_file()
    }


def lines(city: Summary, file: str) -> list[bytes]:
    return (city.directory / file).read_bytes().split(b"\n")


def read_csv(city: Summary, file: str, encoding: str) -> pd.DataFrame:
    return pd.read_csv(city.directory / file, dtype=str, encoding=encoding, keep_default_na=False)


def rows_of(city: Summary, file: str) -> int:
    path = city.directory / file
    if path.suffix == ".csv":
        encoding = "utf-8-sig" if file.startswith(("rs", "tj", "fg", "zj_projects")) else "gb18030"
        with path.open(encoding=encoding, newline="") as f:
            return sum(1 for _ in csv.reader(f)) - 1
    if path.suffix == ".jsonl":
        return len([json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()])
    if path.suffix == ".json":
        return len(json.loads(path.read_text(encoding="utf-8"))["数据"])
    if path.suffix == ".xlsx":
        last = [row[0].value for row in load_workbook(path).worksheets[0].iter_rows()][-1]
        noted = isinstance(last, str) and last.startswith("注")
        return load_workbook(path, read_only=True).worksheets[0].max_row - 3 - noted
    if path.suffix in (".geojson", ".zip"):
        encoding = "GB18030" if path.suffix == ".zip" else None
        return len(pyogrio.read_dataframe(path, read_geometry=False, encoding=encoding))
    if path.suffix == ".xml":
        root = etree.fromstring(path.read_bytes())
        assert root.get("条数") == str(len(root))
        return len(root)
    table = DBF(str(path), encoding="gb18030")
    return len(list(table)) + len(list(table.deleted))


def test_same_seed_same_bytes(city: Summary, tmp_path: Path) -> None:
    generate(tmp_path / "again", PEOPLE, NIGHTS, seed=11)
    assert digests(tmp_path / "again") == digests(city.directory)


def test_other_seed_other_city(city: Summary, tmp_path: Path) -> None:
    other = generate(tmp_path / "other", PEOPLE, 1, seed=12)
    assert other.files[0].sha256 != city.files[0].sha256


def test_delivery_lists_account_for_every_file(city: Summary) -> None:
    listed: dict[str, dict[str, str]] = {}
    for path in sorted((city.directory / "_delivery").rglob("delivery.csv")):
        with path.open(encoding="utf-8", newline="") as f:
            for row in csv.DictReader(f):
                assert row["文件名"].split("/")[1] == path.parent.name
                listed[row["文件名"]] = row
    there = {
        str(p.relative_to(city.directory))
        for p in city.directory.rglob("*")
        if p.is_file() and p.parent.parent.parent == city.directory and p.name != "delivery.csv"
    }
    assert set(listed) == there
    for file, row in listed.items():
        data = (city.directory / file).read_bytes()
        assert row["SHA256"] == hashlib.sha256(data).hexdigest()
        assert int(row["字节数"]) == len(data)
        assert int(row["行数"]) == rows_of(city, file)


def test_headers_and_line_ends(city: Summary) -> None:
    day = city.files[0].data_date
    police = lines(city, f"ga_population/{day}/ga_population_{day}.csv")
    assert police[0] == (ga_population.HEADER + "\r").encode("gb18030")
    assert all(line.endswith(b"\r") for line in police[:-1])
    insured = lines(city, f"rs_insured/{day}/rs_insured_{day}.csv")
    assert insured[0] == ("\ufeff" + rs_insured.HEADER).encode()
    assert not any(line.endswith(b"\r") for line in insured)
    marriages = lines(city, f"mz_marriages/{day}/mz_marriages_{day}.csv")
    assert marriages[0] == (mz_marriages.HEADER + "\r").encode("gbk")
    students = (city.directory / f"jy_students/{day}/jy_students_{day}.dbf").read_bytes()
    assert students[0] == 3 and students[29] == 0x4D
    assert [f.name for f in DBF(str(city.directory / f"jy_students/{day}/jy_students_{day}.dbf")).fields] == [
        name for name, _ in jy_students.FIELDS
    ]


def test_police_file_is_sorted_by_household(city: Summary) -> None:
    for file in (f.file for f in city.files if f.extract == "ga_population"):
        houses = read_csv(city, file, "gb18030")["户号"]
        assert houses.is_monotonic_increasing


def test_unchanged_rows_keep_their_bytes(city: Summary) -> None:
    for source in ("ga_population", "rs_insured"):
        files = sorted(
            (f for f in city.files if f.extract == source and f.kind == ""), key=lambda f: f.data_night
        )
        for before, after in pairwise(files):
            old, new = set(lines(city, before.file)), set(lines(city, after.file))
            nights = range(before.data_night + 1, after.data_night + 1)
            assert 0 < len(new - old) <= sum(city.changed[source][n] for n in nights)
            assert len(new - old) < 0.05 * len(new)


def test_snapshots_lose_rows_too(city: Summary) -> None:
    truth = pd.read_parquet(city.directory / "truth/ga_population.parquet")
    first = set(truth.loc[truth.data_night == 0, "person_id"])
    last = set(truth.loc[truth.data_night == NIGHTS - 1, "person_id"])
    assert first - last and last - first


def test_resent_and_late_files(city: Summary) -> None:
    resent = [f for f in city.files if f.kind == "resent"]
    late = [f for f in city.files if f.kind == "late"]
    assert [f.extract for f in resent] == ["mz_marriages"] and [f.extract for f in late] == ["rs_insured"]
    original = next(
        f for f in city.files if f.extract == "mz_marriages" and f.data_night == resent[0].data_night
    )
    assert original.sha256 == resent[0].sha256 and original.delivered_night + 1 == resent[0].delivered_night
    successor = next(f for f in city.files if f.extract == "rs_insured" and f.data_night > late[0].data_night)
    assert successor.delivered_night <= late[0].delivered_night


def test_snapshot_sources_deliver_when_they_should(city: Summary) -> None:
    assert [f.data_night for f in city.files if f.extract == "jy_students"] == [0, NIGHTS - 1]
    assert [f.mode for f in city.files if f.extract == "wj_births"][:2] == ["全量", "增量"]


def test_refuses_a_directory_in_use(city: Summary) -> None:
    with pytest.raises(FileExistsError):
        generate(city.directory, PEOPLE, 1, seed=1)


def test_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    generate(tmp_path / "c", 500, 1, 3, progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares) and shares[-1] == 1.0 and told[1][0] == "20261101 ga_population"


def test_start_date_names_the_folders(tmp_path: Path) -> None:
    summary = generate(tmp_path / "c", 500, 2, 3, start=date(2030, 2, 28))
    assert {f.data_date for f in summary.files} == {"20300228", "20300301"}


def test_readme_says_it_is_fiction(city: Summary) -> None:
    text = (city.directory / "README.md").read_text(encoding="utf-8")
    assert "虚构" in text and "fictional" in text


def test_another_city_by_its_specification(tmp_path: Path) -> None:
    spec = tmp_path / "tiny.yml"
    spec.write_text(
        """
name: 某市
province: 某省
code: "999900"
counties:
  - code: "999901"
    name: 甲区
    weight: 1
    history: [{until: 9999, code: "999901", label: 某省某市甲区}]
    towns:
      - {code: "001", name: 一街道, weight: 30}
      - {code: "201", name: 二乡, weight: 10}
""",
        encoding="utf-8",
    )
    summary = generate(tmp_path / "city", 400, 3, seed=1, city=spec)
    police = read_csv(summary, summary.files[0].file, "gb18030")
    assert police["区划代码"].str.startswith("999901").all()
    assert police["户籍地址"].str.startswith("某省某市甲区").mean() > 0.7


@pytest.mark.parametrize("people", [100, 130])
def test_the_smallest_cities(tmp_path: Path, people: int) -> None:
    summary = generate(tmp_path / "city", people, 4, seed=1)
    assert {f.extract for f in summary.files} >= {
        "ga_population",
        "rs_insured",
        "mz_marriages",
        "jy_students",
    }


def test_churn_sets_how_much_changes(city: Summary, tmp_path: Path) -> None:
    calm = generate(tmp_path / "calm", PEOPLE, 2, seed=11, churn=0.0)
    busy = generate(tmp_path / "busy", PEOPLE, 2, seed=11, churn=20.0)
    assert calm.changed["ga_population"][1] == 0
    snapshots = [f for f in calm.files if f.extract in ("ga_population", "rs_insured")]
    assert len({f.sha256 for f in snapshots}) == 2
    assert busy.changed["ga_population"][1] > 2 * city.changed["ga_population"][1]


def test_bytes_are_those_of_every_machine(tmp_path: Path) -> None:
    # a change of the generator may change these on purpose; a machine or a library may not
    made = generate(tmp_path / "city", 300, 2, seed=20261101)
    # but for workbooks and layers: what openpyxl, PROJ and GDAL write is their own affair
    first = [f for f in made.files if f.data_night == 0 and f.extract not in {"sw_taxpayers", *LAYERS}]
    assert {f.file: f.sha256[:16] for f in first} == PINNED

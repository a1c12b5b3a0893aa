"""The truth of a small city: every row has its person, every defect its tag, and people are as they should be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from etl.demo import Summary, citizenid, generate
from etl.demo.addresses import Addresses
from etl.demo.noise import RATES
from etl.demo.people import CITIZEN
from etl.demo.population import World
from etl.demo.sources.base import Context, Night
from etl.demo.sources.wj_deaths import Deaths
from etl.demo.spec import read_city

WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
ENCODINGS = {"ga_population": "gb18030", "rs_insured": "utf-8-sig", "mz_marriages": "gb18030"}
KEYS = {"ga_population": "公民身份号码", "rs_insured": "个人编号", "mz_marriages": "登记证号"}
# an address in other words is no error, so it has no tag
UNTAGGED = {"addr_variant"}
# conditions that a city of this size seldom meets; each has a test of its own
SELDOM = {
    ("wj_deaths", "id_old_c"),
    ("wj_deaths", "name_dot_c"),
    ("wj_deaths", "name_rare_c"),
    ("wj_deaths", "name_drop"),
}


@pytest.fixture(scope="module")
def rough(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    """Larger and more careless than the other test city, so that every defect shows."""
    return generate(tmp_path_factory.mktemp("rough"), 12_000, 5, seed=5, noise=2.0, churn=3.0)


@pytest.fixture(scope="module")
def people(rough: Summary) -> pd.DataFrame:
    return pd.read_parquet(rough.directory / "truth/people.parquet").set_index("person_id")


def truth(city: Summary, source: str) -> pd.DataFrame:
    return pd.read_parquet(city.directory / f"truth/{source}.parquet")


def valid(number: str) -> bool:
    if len(number) != 18 or not number[:17].isdigit():
        return False
    total = sum(int(d) * w for d, w in zip(number, WEIGHTS, strict=False))
    return "10X98765432"[total % 11] == number[17]


def first_file(city: Summary, source: str) -> pd.DataFrame:
    file = next(f.file for f in city.files if f.extract == source and f.data_night == 0)
    data = pd.read_csv(city.directory / file, dtype=str, encoding=ENCODINGS[source], keep_default_na=False)
    rows = truth(city, source)
    rows = rows[rows.file.astype(str) == file]
    assert list(rows.row_no) == list(range(1, len(data) + 1))
    assert list(rows.key) == list(data[KEYS[source]])
    return data.assign(
        tags=rows.tags.astype(str).to_numpy(), **{c: rows[c].to_numpy() for c in rows if "_id" in c}
    )


@pytest.mark.parametrize("source", list(RATES))
def test_every_row_has_its_truth(rough: Summary, people: pd.DataFrame, source: str) -> None:
    rows = truth(rough, source)
    counts = rows.groupby(rows.file.astype(str)).row_no.agg(["size", "max", "nunique"])
    for f in (f for f in rough.files if f.extract == source):
        assert counts.loc[f.file].tolist() == [f.rows] * 3
    external = pd.read_parquet(rough.directory / "truth/external_people.parquet").external_id
    known = {*people.index, *external, ""}
    for role in [
        c for c in rows if c.endswith("_id") and c not in ("org_id", "shareholder_org_id", "place_id")
    ]:
        assert set(rows[role]) <= known
    for role in ("person_id", "husband_id", "wife_id"):
        assert role not in rows or (rows[role] != "").all()


def test_keys_stand_in_the_files(rough: Summary) -> None:
    for source in KEYS:
        first_file(rough, source)


@pytest.mark.parametrize(
    ("source", "channel"),
    [(s, c) for s in RATES for c in RATES[s] if c not in UNTAGGED and (s, c) not in SELDOM],
)
def test_every_defect_occurs(rough: Summary, source: str, channel: str) -> None:
    rates = pd.read_parquet(rough.directory / "truth/noise_rates.parquet").set_index(["extract", "channel"])
    assert rates.loc[(source, channel), "hits"] > 0


def test_seldom_defects_of_deaths() -> None:
    world = World.found(read_city(), 3_000, 1, pd.Timestamp("2026-11-01").date())
    dead = np.flatnonzero(~world.people.alive)
    world.people.old_number[dead] = world.people.number[dead] + 2
    world.people.separator[dead[::2]] = 1
    world.people.second[dead[1::2]] = world.names.rare.start + np.arange(len(dead[1::2]))
    extract = Deaths(Context(world, Addresses(world.city, world.homes), 15.0, 1)).deliver(
        Night(0, world.start)
    )
    assert extract is not None
    text = bytes(extract.parts[0])
    assert b"&#" in text, "characters outside GBK are written as references"
    channels = list(RATES["wj_deaths"])
    for _, channel in SELDOM:
        assert (extract.truth["tags"].to_numpy() >> np.uint64(channels.index(channel)) & np.uint64(1)).any()


def test_id_numbers_check_but_for_the_injected_errors(rough: Summary, people: pd.DataFrame) -> None:
    data = first_file(rough, "ga_population")
    good = data["公民身份号码"].map(valid)
    assert (~good).mean() == pytest.approx(2 * (0.0011 + 0.0017), rel=0.5)
    assert (good == ~data.tags.str.contains("id_wrong|id_check")).all()
    numbers = people.loc[people.id_no.str.len() == 18, "id_no"]
    assert numbers.map(valid).all()


def test_id_numbers_say_sex_and_birth(people: pd.DataFrame) -> None:
    own = people[(people.id_no.str.len() == 18) & ~people.id_no.str.startswith(("9", "8"))]
    assert (own.id_no.str[6:14] == pd.to_datetime(own.birth_date).dt.strftime("%Y%m%d")).all()
    assert ((own.id_no.str[16].astype(int) % 2 == 1) == (own.sex == "男")).all()


def test_rows_without_tags_tell_the_truth(rough: Summary, people: pd.DataFrame) -> None:
    data = first_file(rough, "rs_insured")
    entered = people.loc[data.person_id, "enter_night"].to_numpy() == 0
    clean = data[(data.tags == "") & entered]
    last = people.loc[clean.person_id]
    # the people are as on the last night: a few were renamed or renumbered since
    assert (clean["姓名"].to_numpy() == last.name.to_numpy()).mean() > 0.995
    assert (clean["证件号码"].to_numpy() == last.id_no.to_numpy()).mean() > 0.995


def test_credit_codes_check(rough: Summary) -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = set(first_file(rough, "rs_insured")["统一社会信用代码"]) - {""}
    assert len(codes) > 300
    for code in codes:
        total = sum(alphabet.index(c) * pow(3, i, 31) for i, c in enumerate(code[:17]))
        assert alphabet[(31 - total % 31) % 31] == code[17]
        inner = sum(
            "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(c) * w
            for c, w in zip(code[8:16], [3, 7, 9, 10, 5, 8, 4, 2], strict=True)
        )
        assert "0X987654321"[inner % 11] == code[16]


def test_twins_stand_side_by_side(people: pd.DataFrame) -> None:
    twins = people[people.twin_of != ""]
    assert len(twins) > 10
    other = people.loc[twins.twin_of]
    assert (other.twin_of.to_numpy() == twins.index).all()
    assert (other.birth_date.to_numpy() == twins.birth_date.to_numpy()).all()
    assert (other.mother_id.to_numpy() == twins.mother_id.to_numpy()).all()


def test_shared_numbers(people: pd.DataFrame) -> None:
    shared = people[people.id_shared_with != ""]
    assert len(shared) >= 2
    other = people.loc[shared.id_shared_with]
    assert (other.id_no.to_numpy() == shared.id_no.to_numpy()).all()
    assert (other.name.to_numpy() != shared.name.to_numpy()).all()
    rest = people[(people.id_shared_with == "") & (people.id_no != "")]
    assert rest.id_no.is_unique


def test_second_registrations(rough: Summary, people: pd.DataFrame) -> None:
    data = first_file(rough, "ga_population")
    double = data[data.duplicated("person_id", keep=False)]
    assert set(double.person_id) == set(data[data.tags.str.contains("dup;")].person_id)
    assert (double.groupby("person_id")["户号"].nunique() == 2).all()
    assert (people.second_id_no != "").any() and people.loc[people.second_id_no != "", "second_id_no"].map(
        valid
    ).all()


def test_parents_are_older_and_share_the_name(people: pd.DataFrame) -> None:
    child = people[(people.mother_id != "")]
    mother = people.loc[child.mother_id]
    years = (
        pd.to_datetime(child.birth_date.to_numpy()) - pd.to_datetime(mother.birth_date.to_numpy())
    ).days / 365.25
    assert (years > 16).all() and (years < 50).all()
    child = people[(people.father_id != "") & (people.ethnic == "汉族")]
    father = people.loc[child.father_id]
    assert (child.name.str[0].to_numpy() == father.name.str[0].to_numpy()).mean() > 0.9


def test_names_vary_as_names_do(people: pd.DataFrame) -> None:
    assert people.name.value_counts().iloc[0] >= 5, "namesakes"
    assert people.name.str.contains("·").any() and (people.ethnic != "汉族").any()
    assert people.name.str.contains("[\U00020000-\U0003ffff]").any()
    assert people.old_id_no.ne("").any()
    assert (people.id_no == "").any(), "newborns without a number"
    assert people.id_no.str.match(r"8[123]0000").any() and people.id_no.str.match(r"^5\d{8}$").any()


def test_private_use_characters_reach_the_police_file(rough: Summary) -> None:
    data = first_file(rough, "ga_population")
    marked = data[data.tags.str.contains("name_private_c")]
    assert len(marked) and marked["姓名"].str.contains("\ue81e").all()


def test_no_noise_no_tags(tmp_path: Path) -> None:
    quiet = generate(tmp_path / "quiet", 1_500, 1, seed=2, noise=0.0)
    unavoidable = {"", "name_not_in_gbk;", "deleted;"}
    for source in RATES:
        assert set(truth(quiet, source).tags.astype(str)) <= unavoidable


def test_new_numbers_avoid_those_given_out() -> None:
    world = World.found(read_city(), 2_000, 3, pd.Timestamp("2026-11-01").date())
    p = world.people
    citizens = np.flatnonzero(p.document == CITIZEN)[:200]
    area = world.origins.codes[p.born_at[citizens]]
    taken = citizenid.given_out(p)
    fresh = citizenid.issue(world.draws, area, p.birth[citizens], p.sex[citizens], taken)
    assert not np.isin(fresh, taken).any() and len(np.unique(fresh)) == len(fresh)


def test_wrong_numbers_are_put_right_over_the_nights(rough: Summary) -> None:
    events = pd.read_parquet(rough.directory / "truth/events.parquet")
    repaired = set(events[events.event == "idfix"].person_id)
    rows = truth(rough, "ga_population")
    wrong = rows[rows.tags.astype(str).str.contains("id_wrong|id_check|birth_other")]
    assert repaired and repaired <= set(wrong[wrong.data_night == 0].person_id)
    assert not repaired & set(wrong[wrong.data_night == wrong.data_night.max()].person_id)

"""Addresses are located anew around what changed, and are then where locating all of them anew puts them."""

from __future__ import annotations

import pytest
import shapely

from basedb.domain import NightEnd
from geospatial import DOMAIN
from tests.geospatial.village import (
    Row,
    Village,
    address,
    addresses,
    box,
    day,
    division,
    geojson,
    parcel,
    placed,
    surveyed,
)

ASKED = (
    "和祥路1号", "和祥路2号", "和祥路2号附1号", "和祥路3号", "和祥路4号", "和祥路9号", "老街街道和祥路2号院锦绣苑1号楼",
    "锦绣苑1号楼", "锦绣苑2号楼", "锦绣苑", "人民路7号", "人民路8号", "老街街道", "不详",
)  # fmt: skip


def spot(east: float, north: float) -> tuple[float, float]:
    point = placed(shapely.Point(east, north), "EPSG:4490")
    return point.x, point.y


def stated(code: str, east: float, north: float, text: str) -> dict[str, str]:
    """A standard address at a place of the village's plane."""
    parts = {"街路巷": "", "门牌号": "", "坐标系": "CGCS2000"}
    return dict(address(code, *spot(east, north), 地址全称=f"河南省漯河市源汇区老街街道{text}", **parts))


def houses(**other: Row) -> dict[str, Row]:
    standing = {str(at): surveyed(str(at), box(30 * at, 0, 30 * at + 12, 9)) for at in range(1, 5)}
    named = {
        f"X{at}": surveyed(
            f"X{at}", box(200 + 40 * at, 0, 220 + 40 * at, 9), 坐落=f"源汇区老街街道锦绣苑{at}号楼"
        )
        for at in (1, 2)
    }
    return standing | named | other


class Located:
    """A village whose addresses are located night by night."""

    def __init__(self, village: Village):
        self.village = village

    def derive(self) -> int:
        listed = ", ".join(f"('{text}')" for text in ASKED)
        asked = (
            "SELECT address, 'population.person' AS entity, 'registered_address' AS attribute, 1 AS entities"
            f" FROM (VALUES {listed}) a(address)"
        )
        ((run_id,),) = self.village.ask("SELECT max(run_id) FROM basedb.run")
        with self.village.store.writing("test") as session:
            assert DOMAIN.after_night is not None
            return DOMAIN.after_night(session, NightEnd(asked, "", f"{day(1)} 00:00:00", run_id))

    def check(self) -> dict[str, tuple[object, ...]]:
        """Where the addresses are; the same if all of them are located anew."""
        self.derive()
        with self.village.store.writing("test") as session:
            session.apply("DELETE FROM basedb.step WHERE file_id = 0")
        assert self.derive() == 0, "located around what changed, and all of them"
        rows = self.village.ask(
            "SELECT address, grade, building_id, parcel_id, candidates FROM geospatial.place"
        )
        return {text: tuple(rest) for text, *rest in rows}


@pytest.mark.long_on_postgresql
def test_around_what_changed_as_all_of_them(village: Village) -> None:
    village.loosen("zj_buildings")
    for code, name, level in (("411102000000", "源汇区", "县级"), ("411102001000", "老街街道", "乡级")):
        row = division(code, name, box(-900, -900, 900, 900), level)
        village.deliver("mz_divisions", 1, f"mz_divisions_{code}.geojson", geojson([row]))
    grounds = [
        parcel("411102001001JC00001", box(0, -20, 80, 20)),
        parcel("411102001001JC00002", box(80, -20, 180, 20)),
    ]
    village.deliver("zrzy_parcels", 1, "zrzy_parcels.geojson", geojson(grounds))
    village.buildings(1, list(houses().values()))
    points = [
        stated("A", 35, 5, "人民路7号"),
        stated("B", 65, 5, "锦绣苑2号楼1单元"),
        stated("C", 500, 5, "人民路8号"),
    ]
    village.deliver("ga_addresses", 1, "ga_addresses.csv", addresses(points))
    town = Located(village)
    first = town.check()
    assert [first[text][0] for text in ("和祥路1号", "锦绣苑", "人民路7号", "不详")] == [
        "building", "estate", "building", "none"
    ]  # fmt: skip
    assert first["人民路7号"][1] == first["和祥路1号"][1]

    grounds = [
        parcel("411102001001JC00002", box(50, -20, 180, 20)),
        parcel("411102001001JC00001", box(0, -20, 50, 20)),
    ]
    village.deliver("zrzy_parcels", 2, "zrzy_parcels.geojson", geojson(grounds))
    second = town.check()
    assert {text for text in ASKED if second[text] != first[text]} == {"和祥路2号", "和祥路2号附1号"}

    renamed = {
        "2": surveyed("2", box(60, 0, 72, 9), 坐落="源汇区老街街道和祥路9号"),
        "X2": surveyed("X2", box(280, 0, 300, 9)),
    }
    village.buildings(3, list(houses(**renamed).values()))
    third = town.check()
    assert third["和祥路9号"][1] == first["和祥路2号"][1] and third["和祥路2号"][1] is None

    shifted = {
        "1": surveyed("1", box(30, 40, 42, 49)),
        "5": surveyed("5", box(31, 0, 40, 9), 坐落="源汇区老街街道"),
        "6": surveyed("6", box(495, 0, 510, 9), 坐落="源汇区老街街道"),
    }
    kept = houses(**renamed, **shifted)
    del kept["3"]
    village.buildings(4, list(kept.values()))
    fourth = town.check()
    assert fourth["人民路7号"][1] not in (None, first["人民路7号"][1]), "the house that stands there now"
    assert fourth["和祥路3号"][1] is None
    assert third["人民路8号"][1] is None and fourth["人民路8号"][0] == "building", "built where nothing stood"

    village.deliver("ga_addresses", 5, "ga_addresses.csv", addresses([stated("A", 35, 44, "人民路7号")]))
    assert town.check()["人民路7号"][1] == first["人民路7号"][1], "a standard address moved"

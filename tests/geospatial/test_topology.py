"""Coverage rules: what overlaps, gapes, is a sliver or lies where it should not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from etl.after_night import after_night
from geospatial import DOMAIN
from geospatial.topology import COVERAGES, find_errors
from tests.geospatial.village import Village, address, addresses, box, geojson, parcel, run, surveyed


def layer(*shapes: shapely.Geometry, **columns: object) -> pd.DataFrame:
    """Rows of a layer, numbered from 1."""
    plane = np.empty(len(shapes), object)
    plane[:] = shapes
    return pd.DataFrame({"feature_id": np.arange(1, len(shapes) + 1), "plane": plane, **columns})


def layers(**given: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All layers, empty where nothing is given."""
    empty = {name: layer() for name in ("parcel", "building", "address", "pollution_source")}
    return {**empty, "division": layer(level=[], code=[], parent_code=[]), **given}


def errors(**given: pd.DataFrame) -> list[tuple[str, str, int, int]]:
    found = find_errors(layers(**given))
    return [tuple(row) for row in found[["layer", "kind", "feature_id", "other_id"]].to_numpy()]


def test_parcels_that_touch_are_fine() -> None:
    assert errors(parcel=layer(box(0, 0, 20, 20), box(20, 0, 40, 20), box(0, 20, 40, 30))) == []


def test_parcels_that_overlap_or_gape() -> None:
    assert errors(parcel=layer(box(0, 0, 20, 20), box(19, 0, 40, 20))) == [("parcel", "overlap", 1, 2)]
    ring = [box(0, 0, 30, 10), box(0, 20, 30, 30), box(0, 10, 10, 20), box(20, 10, 30, 20)]
    assert [kind for _, kind, _, _ in errors(parcel=layer(*ring))] == ["gap"]
    wide = COVERAGES["parcel"].width / 4
    assert errors(parcel=layer(box(0, 0, 20, 20), box(20 - wide, 0, 40, 20))) == [], (
        "surveys differ by that much"
    )


def test_a_parcel_drawn_too_small_lies_in_its_own_gap() -> None:
    around = [box(0, 0, 90, 30), box(0, 60, 90, 90), box(0, 30, 30, 60), box(60, 30, 90, 60)]
    island = box(30, 30, 60, 60).buffer(-0.4)
    found = find_errors(layers(parcel=layer(*around, island)))
    assert found[["kind", "feature_id"]].to_numpy().tolist() == [["gap", 5]], (
        "most of the edge is the island's"
    )
    assert found["measure"].iloc[0] == pytest.approx(900 - island.area, rel=1e-3)
    # However long it is: a moat around a large parcel is narrow. A square without parcels is meant, a street as well.
    large = [box(0, 0, 3000, 30), box(0, 1060, 3000, 1090), box(0, 30, 1000, 1060), box(2000, 30, 3000, 1060)]
    assert errors(parcel=layer(*large, box(1000, 30, 2000, 1060).buffer(-0.3))) == [("parcel", "gap", 5, 3)]
    assert errors(parcel=layer(*large)) == []
    assert errors(parcel=layer(*large, box(1000, 30, 2000, 1060).buffer(-3))) == []


def test_a_gap_within_an_island_is_found_once() -> None:
    def ring(west: float, east: float, width: float) -> list[shapely.Geometry]:
        return [
            box(west, west, east, west + width), box(west, east - width, east, east),
            box(west, west + width, west + width, east - width), box(east - width, west + width, east, east - width),
        ]  # fmt: skip

    inner = ring(31, 59, 8)  # around a bare square of 12 m, in a moat of 1 m
    assert [kind for _, kind, _, _ in errors(parcel=layer(*ring(0, 90, 30), *inner))] == ["gap", "gap"]


def test_divisions_overlap_within_their_level_only() -> None:
    county, towns = box(0, 0, 1000, 1000), [box(0, 0, 600, 1000), box(500, 0, 1000, 1000)]
    of = {"level": ["县级", "乡级", "乡级"], "code": ["A", "A1", "A2"], "parent_code": ["", "A", "A"]}
    assert errors(division=layer(county, *towns, **of)) == [("division", "overlap", 2, 3)]


def test_what_a_county_covers_its_towns_must_at_its_edge_too() -> None:
    counties = [box(0, 0, 1000, 1000), box(1000, 0, 2000, 1000)]
    towns = [box(0, 0, 600, 1000), box(600, 0, 1000, 900)]
    of = {
        "level": ["县级", "县级", "乡级", "乡级"],
        "code": ["A", "B", "A1", "A2"],
        "parent_code": [None, None, "A", "A"],
    }
    found = find_errors(layers(division=layer(*counties, *towns, **of)))
    assert found[["kind", "feature_id", "other_id"]].to_numpy().tolist() == [["gap", 4, 3]], (
        "nobody divided B"
    )
    assert found["measure"].tolist() == [pytest.approx(400 * 100)]
    inside = [*towns[:1], box(600, 0, 1000, 1000).difference(box(700, 400, 800, 500))]
    found = find_errors(layers(division=layer(*counties, *inside, **of)))
    assert found[["kind", "feature_id", "measure"]].to_numpy().tolist() == [["gap", 4, pytest.approx(10_000)]]


def test_slivers_stray_buildings_and_lost_addresses() -> None:
    ground = layer(box(0, 0, 50, 50), box(60, 0, 80, 0.05))
    houses = layer(box(10, 10, 20, 20), box(45, 10, 60, 20))
    spots = layer(shapely.Point(12, 12), shapely.Point(25, 25), shapely.Point(300, 300))
    assert sorted(errors(parcel=ground, building=houses, address=spots)) == [
        ("address", "far_from_building", 3, -1),
        ("building", "outside_parcel", 2, -1),
        ("parcel", "sliver", 2, -1),
    ]


def test_errors_are_a_layer_that_follows_the_parcels(village: Village) -> None:
    def night(number: int, *rows: tuple[str, shapely.Geometry]) -> int:
        parcels = geojson([parcel(*row) for row in rows])
        village.deliver("zrzy_parcels", number, "zrzy_parcels.geojson", parcels)
        return after_night(village.store, {"geospatial": DOMAIN}, 20.0)

    village.buildings(1, [surveyed("1", box(5, 5, 12, 9))])
    apart = ("411102001001JC00003", box(100, 0, 120, 20))
    beside = ("411102001001JC00002", box(18, 0, 40, 20))
    assert night(1, ("411102001001JC00001", box(0, 0, 20, 20)), beside, apart) == 1
    query = "SELECT kind, round(measure)::INTEGER, ST_AsBinary(geom) FROM geospatial.topology_error"
    ((kind, area, wkb),) = village.ask(query)
    assert (kind, area) == ("overlap", 40)
    assert shapely.from_wkb(bytes(wkb)).bounds[0] > 113
    assert night(2, ("411102001001JC00002", box(20, 0, 40, 20))) == 1
    assert village.ask(query) == []
    with village.store.writing("another"):
        assert after_night(village.store, {"geospatial": DOMAIN}, 0.0) == 0, (
            "nothing new: nothing to wait for"
        )


@pytest.mark.long_on_postgresql
def test_checking_what_changed_finds_what_checking_everything_finds(village: Village) -> None:
    def checked() -> list[tuple[object, ...]]:
        query = (
            "SELECT layer, kind, feature_id, other_id, round(measure, 3) FROM geospatial.topology_error"
            " ORDER BY ALL"
        )
        after_night(village.store, {"geospatial": DOMAIN}, 20.0)
        found = village.ask(query)
        assert after_night(village.store, {"geospatial": DOMAIN}, 20.0) == 0
        with village.store.writing("test") as session:
            session.apply("DELETE FROM basedb.step")
        assert after_night(village.store, {"geospatial": DOMAIN}, 20.0) == 0, "the same, of all rules"
        return found

    def parcels(number: int, *rows: tuple[object, ...], operation: str = "变更") -> None:
        told = [(values | {"变更类型": operation}, shape) for values, shape in (parcel(*row) for row in rows)]
        village.deliver("zrzy_parcels", number, "zrzy_parcels.geojson", geojson(told))

    village.buildings(1, [surveyed("1", box(5, 5, 12, 9)), surveyed("2", box(35, 5, 45, 9))])
    parcels(1, ("411102001001JC00001", box(0, 0, 20, 20)), ("411102001001JC00002", box(18, 0, 40, 20)))
    assert {row[1] for row in checked()} == {"overlap", "outside_parcel"}
    village.deliver("ga_addresses", 2, "ga_addresses.csv", addresses([address("1", 114.002, 33.56)]))
    assert {row[1] for row in checked()} == {"overlap", "outside_parcel", "far_from_building"}
    village.loosen("zj_buildings")
    village.buildings(3, [surveyed("1", box(5, 5, 12, 9))])
    assert {row[1] for row in checked()} == {"overlap", "far_from_building"}
    parcels(4, ("411102001001JC00002", box(18, 0, 40, 20), "另一村集体"))
    assert {row[1] for row in checked()} == {"overlap", "far_from_building"}, "another holder"
    parcels(5, ("411102001001JC00002", box(18, 0, 40, 20)), operation="注销")
    assert {row[1] for row in checked()} == {"far_from_building"}
    parcels(6, ("411102001001JC00002", box(18, 0, 40, 20)), operation="新增")
    assert {row[1] for row in checked()} == {"overlap", "far_from_building"}, "there again, in its old shape"
    parcels(7, ("411102001001JC00002", box(20, 0, 40, 20), "另一村集体"))
    assert {row[1] for row in checked()} == {"far_from_building"}


def test_errors_are_exported_for_gis_staff(village: Village, tmp_path: Path) -> None:
    village.buildings(1, [surveyed("1", box(5, 5, 12, 9))])
    rows = [("411102001001JC00001", box(0, 0, 20, 20)), ("411102001001JC00002", box(18, 0, 40, 20))]
    village.deliver("zrzy_parcels", 1, "zrzy_parcels.geojson", geojson([parcel(*row) for row in rows]))
    village.deliver("ga_addresses", 1, "ga_addresses.csv", addresses([address("1", 114.002, 33.56)]))
    after_night(village.store, {"geospatial": DOMAIN}, 20.0)
    told = run(village, "layer", "export", "topology_error", tmp_path / "errors.gpkg")
    assert told["layers"] == ["topology_error", "topology_error_point"] and told["features"] == 2
    meta, _, shapes, fields = pyogrio.raw.read(tmp_path / "errors.gpkg", layer="topology_error")
    found = dict(zip(meta["fields"], fields, strict=True))
    assert (found["kind"][0], found["problem"][0], round(found["measure"][0])) == (
        "overlap",
        "与相邻要素重叠",
        40,
    )
    assert meta["geometry_type"] == "MultiPolygon" and len(shapely.get_parts(shapely.from_wkb(shapes))) == 1
    points = pyogrio.raw.read(tmp_path / "errors.gpkg", layer="topology_error_point")
    assert shapely.from_wkb(points[2][0]).geom_type == "Point"
    styled = pyogrio.raw.read(tmp_path / "errors.gpkg", layer="layer_styles", read_geometry=False)
    assert set(dict(zip(styled[0]["fields"], styled[3], strict=True))["f_table_name"]) == set(told["layers"])
    run(village, "layer", "import", tmp_path / "errors.gpkg", code=6)
    run(village, "layer", "export", "topology_error_point", tmp_path / "points.geojson")
    everything = run(village, "layer", "export", "all", tmp_path / "all.gpkg")["layers"]
    assert everything[-2:] == told["layers"]

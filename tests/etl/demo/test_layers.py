"""The ground of a made-up city: divisions without gaps, houses on their plots, surveys of the same houses."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from etl.demo import Summary, generate


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Summary:
    return generate(tmp_path_factory.mktemp("town"), 3_000, 4, seed=3, churn=20.0)


def layer(city: Summary, source: str, night: int = 0) -> gpd.GeoDataFrame:
    file = next(f for f in city.files if f.extract == source and f.data_night == night)
    return gpd.read_file(
        city.directory / file.file, encoding="GB18030" if file.file.endswith(".zip") else None
    )


def truth(city: Summary, source: str, night: int = 0) -> pd.DataFrame:
    rows = pd.read_parquet(city.directory / f"truth/{source}.parquet")
    return rows[rows.data_night == night].reset_index(drop=True)


def test_divisions_of_a_level_cover_the_same_ground_once(city: Summary) -> None:
    divisions = layer(city, "mz_divisions")
    assert divisions.crs.to_epsg() == 4490
    ground = [shapely.union_all(part.geometry.to_numpy()) for _, part in divisions.groupby("级别")]
    for level, part in divisions.groupby("级别"):
        assert shapely.coverage_is_valid(part.geometry.to_numpy()), level
    assert all(shapely.equals(shapely.normalize(g), shapely.normalize(ground[0])) for g in ground)
    codes = set(divisions.代码)
    assert set(divisions.上级) - {"411100000000"} <= codes


def test_parcels_leave_no_gap_and_hold_their_buildings(city: Summary) -> None:
    parcels = layer(city, "zrzy_parcels").set_index("宗地代码")
    assert parcels.crs.to_epsg() == 4526 and parcels.index.is_unique
    assert parcels.geometry.area.sum() == pytest.approx(shapely.union_all(parcels.geometry.to_numpy()).area)
    buildings = layer(city, "zj_buildings").to_crs(4526)
    on = parcels.geometry.loc[buildings.宗地代码].to_numpy()
    assert shapely.contains(shapely.buffer(on, 0.02), buildings.geometry.to_numpy()).all()
    stated = parcels.面积.to_numpy()
    in_mu = truth(city, "zrzy_parcels").tags.astype(str).str.contains("area_in_mu").to_numpy()
    assert np.allclose(np.where(in_mu, stated * 2000 / 3, stated), parcels.geometry.area, rtol=1e-3, atol=5)


def test_both_surveys_are_of_the_same_houses(city: Summary) -> None:
    ours = layer(city, "zj_buildings").assign(place=truth(city, "zj_buildings").place_id).set_index("place")
    theirs = layer(city, "gh_buildings").assign(place=truth(city, "gh_buildings").place_id)
    assert 0.9 * len(ours) < len(theirs) < len(ours)
    mine = ours.geometry.loc[theirs.place].to_crs(4526)
    other = theirs.geometry.to_crs(4526)
    away = shapely.distance(shapely.centroid(mine.to_numpy()), shapely.centroid(other.to_numpy()))
    assert away.min() > 0.2 and away.max() < 2.5


def test_addresses_lie_on_their_house(city: Summary) -> None:
    file = next(f for f in city.files if f.extract == "ga_addresses" and f.data_night == 0)
    rows = pd.read_csv(city.directory / file.file, dtype=str, encoding="gb18030", keep_default_na=False)
    swapped = truth(city, "ga_addresses").tags.astype(str).str.contains("swapped").to_numpy()
    lon, lat = (rows[name].astype(float).to_numpy() for name in ("经度", "纬度"))
    points = shapely.points(np.where(swapped, lat, lon), np.where(swapped, lon, lat))
    houses = layer(city, "zj_buildings").assign(place=truth(city, "zj_buildings").place_id).set_index("place")
    shapes = houses.geometry.loc[truth(city, "ga_addresses").place_id].to_numpy()
    assert shapely.distance(shapes, points).max() < 1e-6
    assert (rows.乡镇街道 == "").mean() < 0.2 and rows.地址编码.is_unique


def test_what_is_built_later_comes_with_its_parcel_and_address(city: Summary) -> None:
    before = set(layer(city, "zj_buildings", 0).房屋编号)
    last = layer(city, "zj_buildings", 3)
    new = last[~last.房屋编号.isin(before)]
    assert before < set(last.房屋编号) and len(new)
    deltas = [layer(city, "zrzy_parcels", night) for night in (1, 2, 3)]
    parcels = pd.concat([part for part in deltas if len(part)])
    assert set(parcels.变更类型) == {"新增", "变更"}
    first = set(layer(city, "zrzy_parcels", 0).宗地代码)
    assert set(new.宗地代码) <= first | set(parcels.宗地代码)
    assert sum(f.rows for f in city.files if f.extract == "ga_addresses" and f.data_night) >= len(new)


def test_a_quiet_night_is_an_empty_file(tmp_path: Path) -> None:
    calm = generate(tmp_path / "calm", 300, 2, seed=1, churn=0.0)
    quiet = {f.extract: f.rows for f in calm.files if f.data_night == 1}
    assert quiet["ga_addresses"] == 0 and quiet["zrzy_parcels"] == 0
    assert len(layer(calm, "zrzy_parcels", 1)) == 0

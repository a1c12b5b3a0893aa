"""How well and how fast the space base works: ``python -m benchmarks.space eubucco|city|polygons``.

eubucco: labelled pairs of building footprints, a model learnt on some neighbourhoods and tried on others,
beside the two usual rules. city: the pairs of a sample city's two surveys, before any night is loaded.
polygons: a million points in 2,700 county-like polygons, beside geopandas (if it is there) and the engine.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj import Transformer

from basedb.store.engine import load_extension, open_engine
from geospatial.conflation.model import FEATURES, compare_shapes, fit
from geospatial.conflation.pairs import match, without_shift
from geospatial.locating.locate import lying_in

_FOLDS = 5


def f1(said: np.ndarray, true: np.ndarray) -> float:
    """The harmonic mean of precision and recall."""
    return float(2 * (said & true).sum() / (said.sum() + true.sum()))


def labelled(folder: Path) -> pd.DataFrame:
    """Comparison features of the labelled pairs, with `match`, `neighborhood`, `any` and `half` (the rules)."""
    buildings = pd.read_parquet(folder / "buildings.parquet").set_index("key")
    pairs = pd.read_parquet(folder / "pairs.parquet")
    shape = pd.Series(
        shapely.make_valid(shapely.from_wkb(buildings["geometry"].to_numpy())), index=buildings.index
    )
    pairs["neighborhood"] = buildings["neighborhood"].reindex(pairs["id_existing"]).to_numpy()
    parts = []
    for (place, surveys), group in pairs.groupby(["neighborhood", "datasets"]):
        first_survey, second_survey = str(surveys).split("-")
        here = buildings["neighborhood"] == place
        sides = []
        for survey, ids in ((first_survey, group["id_existing"]), (second_survey, group["id_new"])):
            wanted = buildings.index[(here & (buildings["dataset"] == survey)) | buildings.index.isin(ids)]
            sides.append((shape.loc[wanted].to_numpy(object), wanted.get_indexer(ids)))
        (first, at), (second, to) = sides
        moved = without_shift(first, second)
        part = pd.DataFrame(compare_shapes(first[at], moved[to]), index=group.index)
        common = shapely.area(shapely.intersection(first[at], second[to]))
        sizes = shapely.area(first[at]) + shapely.area(second[to])
        parts.append(part.assign(any=common > 0, half=common / (sizes - common) > 0.5))
    return pairs.join(pd.concat(parts))


def eubucco(folder: Path) -> None:
    """Cross-validation by neighbourhood."""
    rows = labelled(folder)
    places = rows["neighborhood"].drop_duplicates().sample(frac=1, random_state=1).tolist()
    fold = rows["neighborhood"].map({place: at % _FOLDS for at, place in enumerate(places)}).to_numpy()
    truth = rows["match"].to_numpy(bool)
    weight = np.zeros(len(rows))
    for number in range(_FOLDS):
        train, test = fold != number, fold == number
        model = fit({name: rows[name].to_numpy()[train] for name in FEATURES}, truth[train])
        weight[test] = model.weigh({name: rows[name].to_numpy()[test] for name in FEATURES})
    print(f"{len(rows)} pairs of {len(places)} neighbourhoods, {_FOLDS} folds by neighbourhood")
    print(f"  IoU > 0.5            pair F1 {f1(rows['half'].to_numpy(bool), truth):.4f}")
    print(f"  any common area      pair F1 {f1(rows['any'].to_numpy(bool), truth):.4f}")
    print(f"  fitted model         pair F1 {f1(weight > 0, truth):.4f}")
    for limit in (2.0, 2.5, 3.0):
        sure = np.abs(weight) >= limit
        wrong = (sure & ((weight > 0) != truth)).mean()
        print(
            f"    |weight| >= {limit:.1f} bits  decided wrongly {wrong:.2%}, to a person {(~sure).mean():.2%}"
        )


def city(folder: Path) -> None:
    """The two surveys of a sample city on its first day, against its truth."""
    truth = pd.read_parquet(folder / "truth" / "spatial" / "pairs_zj_gh.parquet")
    truth = truth[(truth["night"] == 0) & ~truth["relation"].isin(["1:0", "0:1"])]
    true = set(zip(truth["zj_key"], truth["gh_key"], strict=True))
    first = _survey(next((folder / "zj_buildings").glob("*/*.gpkg")), "房屋编号", "EPSG:4547")
    second = _survey(sorted((folder / "gh_buildings").glob("*/*.geojson"))[0], "编号", "EPSG:4490")
    started = time.perf_counter()
    found = match(first[1], second[1])
    seconds = time.perf_counter() - started
    sure = found.grade == "auto"
    said = set(zip(first[0][found.first[sure]], second[0][found.second[sure]], strict=True))
    common = len(said & true)
    print(
        f"{len(first[0])} x {len(second[0])} buildings in {seconds:.2f} s:"
        f" pair F1 {2 * common / (len(said) + len(true)):.4f},"
        f" {len(said - true)} too many, {len(true - said)} missed, {(found.grade == 'review').sum()} for a person"
    )


def _survey(path: Path, key: str, system: str) -> tuple[np.ndarray, np.ndarray]:
    meta, _, wkb, fields = pyogrio.raw.read(path)
    across = Transformer.from_crs(system, "EPSG:4547", always_xy=True)
    shape = shapely.transform(
        shapely.from_wkb(wkb), lambda p: np.column_stack(across.transform(p[:, 0], p[:, 1]))
    )
    return fields[list(meta["fields"]).index(key)], shape


def polygons(points: int = 1_000_000, counties: int = 2_700) -> None:
    """Point in polygon: ours, geopandas' join and the spatial join of DuckDB, on the same data."""
    rng = np.random.default_rng(5)
    seeds = shapely.multipoints(rng.uniform((75, 18), (134, 53), (counties, 2)))
    cells = np.asarray(shapely.get_parts(shapely.voronoi_polygons(seeds)), object)
    areas = np.asarray(shapely.segmentize(cells, 0.01), object)  # borders of some hundred vertices
    spots = rng.uniform((75, 18), (134, 53), (points, 2))
    given = shapely.points(spots)
    print(
        f"{points:,} points, {len(areas):,} polygons of {shapely.get_num_coordinates(areas).mean():.0f} vertices"
    )
    started = time.perf_counter()
    ours = lying_in(given, areas)
    print(f"  ours                 {time.perf_counter() - started:6.1f} s, {(ours >= 0).mean():.1%} placed")
    try:
        import geopandas
    except ModuleNotFoundError:
        print("  geopandas is not installed")
    else:
        left, right = geopandas.GeoDataFrame(geometry=given), geopandas.GeoDataFrame(geometry=areas)
        started = time.perf_counter()
        joined = left.sjoin(right, predicate="intersects")
        print(
            f"  geopandas sjoin      {time.perf_counter() - started:6.1f} s, {joined.index.nunique() / points:.1%} placed"
        )
    engine = open_engine()
    load_extension(engine, "spatial")
    engine.register("spot", pa.table({"id": np.arange(points), "x": spots[:, 0], "y": spots[:, 1]}))
    engine.register(
        "area", pa.table({"id": np.arange(len(areas)), "wkb": pa.array(shapely.to_wkb(areas), pa.binary())})
    )
    engine.execute("CREATE TABLE point AS SELECT id, ST_Point(x, y) AS geom FROM spot")
    engine.execute("CREATE TABLE county AS SELECT id, ST_GeomFromWKB(wkb) AS geom FROM area")
    started = time.perf_counter()
    found = engine.execute(
        "SELECT count(DISTINCT p.id) FROM point p JOIN county c ON ST_Intersects(c.geom, p.geom)"
    ).fetchall()[0][0]
    print(f"  DuckDB spatial join  {time.perf_counter() - started:6.1f} s, {found / points:.1%} placed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["eubucco", "city", "polygons"])
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    chosen = parser.parse_args()
    if chosen.what == "eubucco":
        eubucco(chosen.data / "data" / "eubucco")
    elif chosen.what == "city":
        city(chosen.data / "sample-city")
    else:
        polygons()


if __name__ == "__main__":
    main()

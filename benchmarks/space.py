"""How well and how fast the space base works: ``python -m benchmarks.space eubucco|city|polygons|addresses``.

eubucco: labelled pairs of building footprints, a model learnt on some neighbourhoods and tried on others,
beside the two usual rules. city: the pairs of a sample city's two surveys, before any night is loaded.
polygons: a million points in 2,700 county-like polygons, beside geopandas (if it is there), DuckDB and PostGIS.
addresses: a million addresses of an invented city located (text → building), beside cpca (if it is there), which
tells no more than province, city and county; with precision where the grade is building.
"""

from __future__ import annotations

import argparse
import io
import time
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg2
import pyarrow as pa
import pyogrio
import shapely
from pyproj import Transformer

from basedb.store.engine import load_extension, open_engine
from etl.demo.addresses import WORDINGS, Addresses
from etl.demo.places import ESTATE, VILLAGE
from etl.demo.population import World
from etl.demo.sources.base import Context
from etl.demo.sources.zj_buildings import site
from etl.demo.spec import read_city
from etl.demo.standing import Houses, house_keys
from geospatial.conflation.model import FEATURES, compare_shapes, fit
from geospatial.conflation.pairs import match, without_shift
from geospatial.locating.locate import locate, lying_in
from geospatial.locating.register import Register, parse_addresses
from tests.cluster import Cluster

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
        moved = without_shift(first, second, np.arange(len(second)))
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


def polygons(points: int, counties: int = 2_700) -> None:
    """Point in polygon: ours, geopandas' join and those of DuckDB and PostGIS, on the same data; wall clock, since the
    server's work is its own."""
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
    with Cluster(shared_buffers="1GB") as cluster:
        seconds, found = _in_postgis(cluster, spots, areas)
    print(f"  PostGIS join         {seconds:6.1f} s, {found / points:.1%} placed")


def _in_postgis(cluster: Cluster, spots: np.ndarray, areas: np.ndarray) -> tuple[float, int]:
    """Seconds of the join of indexed, analysed tables, and how many points were placed."""
    connection = psycopg2.connect(cluster.create_database("polygons"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE point (id bigint, geom geometry(Point))")
        cursor.execute("CREATE TABLE county (id bigint, geom geometry(Polygon))")
        for table, shapes in (("point", shapely.points(spots)), ("county", areas)):
            rows = (f"{at}\t{text}\n" for at, text in enumerate(shapely.to_wkb(shapes, hex=True)))
            cursor.copy_expert(f"COPY {table} FROM STDIN", io.StringIO("".join(rows)))
            cursor.execute(f"CREATE INDEX ON {table} USING gist (geom)")
            cursor.execute(f"VACUUM ANALYZE {table}")
        started = time.perf_counter()
        cursor.execute(
            "SELECT count(DISTINCT p.id) FROM point p JOIN county c ON ST_Intersects(c.geom, p.geom)"
        )
        found = cursor.fetchone()
        seconds = time.perf_counter() - started
    connection.close()
    assert found is not None
    return seconds, int(found[0])


def addresses(count: int) -> None:
    """Texts of an invented city, in the twelve ways its departments word them, located and cut by cpca."""
    world = World.found(read_city("luohe"), max(count // 3, 20_000), 11, date(2026, 11, 1))
    context = Context(world, Addresses(world.city, world.homes), 1.0, 2)
    houses, _ = context.built()
    register = _register(context, houses)
    homes = world.homes
    inside = np.flatnonzero((homes.kind == ESTATE) | (homes.kind == VILLAGE))
    rng = np.random.default_rng(11)
    chosen = inside[rng.integers(0, len(inside), count)]
    texts = context.addresses.text(chosen, rng.integers(0, WORDINGS, count)).to_pandas()
    truth = np.searchsorted(houses.key, house_keys(homes, chosen))
    started = time.process_time()
    found = locate(texts, register)
    print(
        f"{count:,} texts ({texts.nunique():,} distinct), {len(houses):,} buildings, processor seconds\n"
        f"  located (to the building)  {time.process_time() - started:6.1f} s, "
        + ", ".join(
            f"{grade} {share:.1%}" for grade, share in found["grade"].value_counts(normalize=True).items()
        )
    )
    exact = found["grade"].isin(["unit", "building"]).to_numpy()
    right = found["building"].to_numpy()[exact] == truth[exact]
    print(
        f"    where the building is told: precision {right.mean():.5f}, {(~right).sum():,} wrong of {exact.sum():,}"
    )
    try:
        import cpca
    except ModuleNotFoundError:
        print("  cpca is not installed")
        return
    started = time.process_time()
    cpca.transform(texts.tolist())
    print(f"  cpca (to the county)       {time.process_time() - started:6.1f} s")


def _register(context: Context, houses: Houses) -> Register:
    """What the city's buildings and communities are called."""
    places = context.world.homes.communities
    numbers = np.arange(len(houses))
    named = parse_addresses(site(context, houses).to_pandas())
    return Register(
        places=named.assign(building=numbers, address=-1, unit=""),
        buildings=pd.DataFrame({"feature_id": numbers, "geometry": context.ground.degrees(houses.shape)}),
        divisions=pd.DataFrame(
            {
                "feature_id": np.arange(len(places.name)),
                "code": places.code12.astype(str),
                "name": places.name,
                "level": "村级",
                "geometry": context.ground.degrees(context.ground.cells),
            }
        ),
        parcels=pd.DataFrame({"feature_id": np.zeros(0, np.int64), "parcel_code": [], "geometry": []}),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["eubucco", "city", "polygons", "addresses"])
    parser.add_argument("--data", type=Path, default=Path("../shared"))
    parser.add_argument("--texts", type=int, default=1_000_000)
    parser.add_argument("--points", type=int, default=1_000_000)
    chosen = parser.parse_args()
    if chosen.what == "eubucco":
        eubucco(chosen.data / "data" / "eubucco")
    elif chosen.what == "city":
        city(chosen.data / "sample-city")
    elif chosen.what == "addresses":
        addresses(chosen.texts)
    else:
        polygons(chosen.points)


if __name__ == "__main__":
    main()

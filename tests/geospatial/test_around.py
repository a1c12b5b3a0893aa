"""Who is in a polygon and who is near a point, in SQL on both stores: counts for everybody, rows on record."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import psycopg2
import pytest
from click.testing import CliRunner
from pyproj import Geod

from basedb.cli.main import main
from basedb.domain import NightEnd
from basedb.store.postgres import PostgresStore
from geospatial import DOMAIN
from tests.geospatial.village import Village, box, placed, surveyed

GEOD = Geod(ellps="GRS80")


def ask(village: Village, query: str, code: int = 0, *words: str) -> Any:
    result = CliRunner().invoke(main, ["--store", village.store.url, "--json", "sql", query, *words])
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def street(new_village: Any) -> Village:
    """Thirty houses along a street of three kilometres, three people in each, one firm in every third."""
    village: Village = new_village()
    village.buildings(1, [surveyed(str(at), box(at * 100, 0, at * 100 + 12, 9)) for at in range(1, 31)])
    asked = " UNION ALL ".join(
        f"SELECT '源汇区和祥路{at}号' AS address, '{entity}' AS entity, '{attribute}' AS attribute,"
        f" {count}::BIGINT AS entities"
        for at in range(1, 31)
        for entity, attribute, count in (
            ("population.person", "registered_address", 3),
            ("legalentity.organization", "business_address", int(at % 3 == 0)),
        )
    )
    with village.store.writing("test") as session:
        assert DOMAIN.after_night is not None
        DOMAIN.after_night(session, NightEnd(asked, "", "2026-11-02 00:00:00", 9))
    return village


def located(village: Village) -> pd.DataFrame:
    rows = village.ask("SELECT address, longitude, latitude FROM geospatial.place ORDER BY address")
    return pd.DataFrame(rows, columns=["address", "longitude", "latitude"])


def test_counts_and_rows_within_metres_of_a_point(street: Village) -> None:
    places = located(street)
    assert len(places) == 30 and places["longitude"].notna().all()
    longitude, latitude = places["longitude"].iloc[4], places["latitude"].iloc[4]
    _, _, apart = GEOD.inv(
        np.full(30, longitude), np.full(30, latitude), places["longitude"], places["latitude"]
    )
    for radius in (50, 250, 1055, 2500):
        near = int((apart <= radius).sum())
        rows = ask(
            street,
            f"SELECT entity, entities, places FROM geospatial.count_near({longitude}, {latitude}, {radius})",
        )
        people = {row["entity"]: row["entities"] for row in rows}
        assert people["population.person"] == 3 * near
        found = ask(
            street,
            f"SELECT address, metres FROM geospatial.located_near({longitude}, {latitude}, {radius}) ORDER BY metres",
        )
        assert len(found) == near
        stated = {row["address"]: row["metres"] for row in found}
        true = dict(zip(places["address"], apart, strict=True))
        assert all(
            abs(metres - true[address]) <= 0.001 * true[address] + 0.001 for address, metres in stated.items()
        )


def test_distances_agree_with_the_geography_of_postgis(village_postgresql: Any) -> None:
    village: Village = village_postgresql()
    assert isinstance(village.store, PostgresStore)
    with psycopg2.connect(village.store.url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO geospatial.place (address, grade, candidates, longitude, latitude, published_at, run_id)"
            " SELECT 'p' || i, 'village', 0, 113.5 + random(), 33.2 + random(), now(), 0 FROM generate_series(1, 20) i"
        )
        cursor.execute(
            "SELECT n.metres, ST_Distance(ST_SetSRID(ST_Point(c.x, c.y), 4490)::geography,"
            " ST_SetSRID(ST_Point(n.longitude, n.latitude), 4490)::geography)"
            " FROM (VALUES (114.0, 33.6), (113.6, 33.3), (114.4, 34.0)) c(x, y)"
            " CROSS JOIN LATERAL geospatial.located_near(c.x, c.y, 1e6) n"
        )
        pairs = np.array(cursor.fetchall(), float)
    assert len(pairs) == 60
    assert np.abs(pairs[:, 0] / pairs[:, 1] - 1).max() < 0.001


def test_counts_and_rows_in_a_polygon(street: Village) -> None:
    area = placed(box(250, -50, 1250, 50), "EPSG:4490")
    assert area is not None
    rows = ask(street, f"SELECT entity, entities FROM geospatial.count_in('{area.wkt}') ORDER BY entity")
    assert rows == [
        {"entity": "legalentity.organization", "entities": 4},
        {"entity": "population.person", "entities": 30},
    ]
    found = ask(street, f"SELECT address FROM geospatial.located_in('{area.wkt}') ORDER BY address")
    assert {row["address"] for row in found} == {f"源汇区和祥路{at}号" for at in range(3, 13)}
    assert ask(street, "SELECT entities FROM geospatial.count_in('POINT(1 1)')") == []
    ask(street, "SELECT entities FROM geospatial.count_in('no shape')", 2)


def test_rows_are_put_on_record_and_counts_are_not(street: Village) -> None:
    def told(query: str) -> str:
        result = CliRunner().invoke(main, ["--store", street.store.url, "sql", query])
        assert result.exit_code == 0, result.output
        return result.stderr

    assert "个人信息" in told("SELECT address FROM geospatial.located_near(114.0, 33.56, 500)")
    assert "个人信息" not in told("SELECT entities FROM geospatial.count_near(114.0, 33.56, 500)")
    assert "个人信息" not in told("SELECT sum(entities) FROM geospatial.place_point")

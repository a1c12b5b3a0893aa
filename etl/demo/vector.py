"""Layers as departments send them: GeoJSON, and shapefiles in a ZIP as desktop programs write them."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

_STILL = (1980, 1, 1, 0, 0, 0)


def geojson(columns: Mapping[str, Sequence[object]], shapes: NDArray[np.object_], name: str) -> bytes:
    """A FeatureCollection in CGCS2000 degrees, which its member ``crs`` says (GeoJSON 2008); one feature a line."""
    head = {
        "type": "FeatureCollection",
        "name": name,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
    }
    rows = zip(*columns.values(), strict=True)
    features = ",\n".join(
        json.dumps(
            {
                "type": "Feature",
                "properties": dict(zip(columns, row, strict=True)),
                "geometry": shapely.geometry.mapping(shape),
            },
            ensure_ascii=False,
        )
        for row, shape in zip(rows, shapes, strict=True)
    )
    return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "features": [\n{features}\n]}}\n'.encode()


def zipped_shapefile(
    columns: Mapping[str, Sequence[object]], shapes: NDArray[np.object_], epsg: int, name: str, day: str
) -> bytes:
    """A ZIP with the parts of a shapefile in GBK that does not say so. day: YYYY-MM-DD, of the table's header."""
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as scratch:
        pyogrio.raw.write(
            Path(scratch) / f"{name}.shp",
            np.asarray(shapely.to_wkb(shapes), dtype=object),
            [
                np.asarray(values) if _numbers(values) else np.asarray(values, dtype=object)
                for values in columns.values()
            ],
            list(columns),
            crs=f"EPSG:{epsg}",
            geometry_type="Polygon",
            encoding="GB18030",
            DBF_DATE_LAST_UPDATE=day,
        )
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(scratch).iterdir()):
                if part.suffix != ".cpg":
                    archive.writestr(
                        zipfile.ZipInfo(part.name, _STILL), part.read_bytes(), zipfile.ZIP_DEFLATED
                    )
    return packed.getvalue()


def _numbers(values: Sequence[object]) -> bool:
    return len(values) > 0 and all(isinstance(value, int | float) for value in values)

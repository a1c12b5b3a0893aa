"""QGIS projects that open every layer styled, from a GeoPackage or from the server."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as Xml

from pyproj import CRS

from basedb.whole_file import whole_file, write_whole
from geospatial.datum.systems import STANDARD
from geospatial.layers import Layer
from geospatial.sharing.served import served_table
from geospatial.sharing.styles import drawing_order, labels_enabled, symbology

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22.0"
_GEOMETRY = ("Point", "Line", "Polygon")
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Data:
    """Where a project's layers are. provider: QGIS's name for the kind of source; of: the source of a layer."""

    provider: str
    of: Callable[[Layer], str]


def in_geopackage(relative: str) -> Data:
    """Layers of a GeoPackage, whose path is relative to the project's."""
    return Data("ogr", lambda layer: f"./{relative}|layername={layer.name}")


def on_server(place: Mapping[str, str]) -> Data:
    """Layers of the store's server. place: libpq's words for it (`dbname`, `host`, `port`, `service`, …); names and
    passwords of people are no part of a project, QGIS asks for them."""
    words = " ".join(f"{name}='{value}'" for name, value in place.items())

    def source(layer: Layer) -> str:
        return (
            f"{words} key='feature_id' srid=4490 type={layer.shape} checkPrimaryKeyUnicity='0'"
            f' table="geospatial"."{served_table(layer)}" (geom)'
        )

    return Data("postgres", source)


def write_project(path: Path, data: Data, extent: Bounds, title: str) -> None:
    """Write a project (.qgs, or .qgz with the same inside). extent: what it shows first, in EPSG:4490."""
    text = _DOCTYPE + Xml.tostring(_project(data, extent, title), "unicode")
    if path.suffix.lower() == ".qgz":
        with whole_file(path) as part, zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(f"{path.stem}.qgs", text)
    else:
        write_whole(path, text)


def _project(data: Data, extent: Bounds, title: str) -> Xml.Element:
    root = Xml.Element("qgis", {"version": _VERSION, "projectname": title})
    _text(root, "title", title)
    Xml.SubElement(root, "projectCrs").append(_system())
    tree = Xml.SubElement(root, "layer-tree-group")
    canvas = Xml.SubElement(root, "mapcanvas", {"name": "theMapCanvas", "annotationsVisible": "1"})
    _text(canvas, "units", "degrees")
    canvas.append(_extent(extent))
    Xml.SubElement(canvas, "destinationsrs").append(_system())
    layers = Xml.SubElement(root, "projectlayers")
    order = Xml.SubElement(root, "layerorder")
    # QGIS draws what stands first in its tree on top.
    for layer in reversed(drawing_order()):
        Xml.SubElement(
            tree,
            "layer-tree-layer",
            {
                "id": layer_id(layer),
                "name": layer.zh,
                "source": data.of(layer),
                "providerKey": data.provider,
                "checked": "Qt::Checked",
                "expanded": "0",
            },
        )
        layers.append(_layer(layer, data))
        Xml.SubElement(order, "layer", {"id": layer_id(layer)})
    properties = Xml.SubElement(root, "properties")
    paths = Xml.SubElement(properties, "Paths")
    _text(paths, "Absolute", "false").set("type", "bool")
    # Without it QGIS leaves the project's own system aside.
    _text(Xml.SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", "1").set("type", "int")
    return root


def layer_id(layer: Layer) -> str:
    """What a project calls a layer. QGIS takes no id of ten characters or fewer: it makes one up, and the layer is
    missing from the tree."""
    return f"geospatial_{layer.name}"


def _layer(layer: Layer, data: Data) -> Xml.Element:
    found = Xml.Element(
        "maplayer",
        {
            "type": "vector",
            "geometry": _GEOMETRY[layer.dimension],
            "wkbType": layer.shape,
            "labelsEnabled": labels_enabled(layer),
            "readOnly": "0",
        },
    )
    _text(found, "id", layer_id(layer))
    _text(found, "datasource", data.of(layer))
    _text(found, "layername", layer.zh)
    Xml.SubElement(found, "srs").append(_system())
    _text(found, "provider", data.provider).set("encoding", "UTF-8")
    found.extend(symbology(layer))
    return found


def _system() -> Xml.Element:
    """EPSG:4490 as QGIS writes systems."""
    crs = CRS.from_user_input(STANDARD)
    found = Xml.Element("spatialrefsys")
    _text(found, "wkt", crs.to_wkt())
    _text(found, "srid", STANDARD.split(":")[1])
    _text(found, "authid", STANDARD)
    _text(found, "description", crs.name)
    _text(found, "geographicflag", "true")
    return found


def _extent(bounds: Bounds) -> Xml.Element:
    found = Xml.Element("extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), bounds, strict=True):
        _text(found, name, repr(value))
    return found


def _text(parent: Xml.Element, name: str, text: str) -> Xml.Element:
    found = Xml.SubElement(parent, name)
    found.text = text
    return found

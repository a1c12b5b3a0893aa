"""`basedb crs check`."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import click
import numpy as np
import shapely
from numpy.typing import NDArray

from basedb.cli.exits import NOTHING, Usage
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.findings import finding_type
from basedb.store import StoreError
from etl.readers.spatial import VectorLayer, open_layer
from geospatial.datum.gate import DatumRefused, Operation, operation, to_standard
from geospatial.datum.mistakes import CHINA, NOT_FINITE, OUTSIDE, examine
from geospatial.datum.parameter_text import NoParameters, parse_parameters
from geospatial.datum.parameters import ParameterSet, ParametersWrong
from geospatial.datum.systems import System, UnknownSystem, identify
from geospatial.given import Geometries
from geospatial.prepare import read_registered


@click.group()
def crs() -> None:
    """坐标系 / coordinate systems."""


@crs.command()
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--layer", help="文件有几个图层时取哪一个 / which layer of the file")
@click.option("--as", "named", help="按此坐标系看待，不按文件所写 / take it for this system")
@click.option(
    "--parameters",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="坐标转换参数说明 / a note with datum parameters",
)
@pass_site
@click.pass_context
def check(
    context: click.Context,
    site: Site,
    file: Path,
    layer: str | None,
    named: str | None,
    parameters: Path | None,
) -> None:
    """看文件的坐标系、会用什么转换、有没有写错 / what a file's system is, and what would be done with it."""
    opened = open_layer(file, {"layer": layer} if layer else {})
    told = _examine(opened, file, named, _registered(site, parameters))
    if site.json:
        print_json(told)
    else:
        _say(told)
    if not told["accepted"]:
        context.exit(NOTHING)


def _registered(site: Site, parameters: Path | None) -> list[ParameterSet]:
    """The parameters of a note, or else those of the store if there is one."""
    if parameters is not None:
        data = parameters.read_bytes()
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("gb18030")
        try:
            return [parse_parameters(text).proved()]
        except (NoParameters, ParametersWrong) as error:
            raise Usage(str(error)) from error
    try:
        with site.ready_store.reading() as engine:
            return read_registered(
                engine.execute(
                    "SELECT name, model, source_crs, target_crs, definition::TEXT FROM geospatial.datum_parameter"
                    " WHERE status = 'current' ORDER BY record_id"
                ).fetchall()
            )
    except StoreError:
        return []  # a file can be looked at before there is a store


def _examine(
    layer: VectorLayer, file: Path, named: str | None, registered: list[ParameterSet]
) -> dict[str, Any]:
    told: dict[str, Any] = {
        "file": file.name,
        "features": len(layer.row_no),
        "shapes": dict(Counter(item.geom_type for item in layer.geometry if item is not None)),
        "bounds": [None if np.isnan(value) else float(value) for value in _bounds(layer.geometry)],
        "declared": layer.declared,
        "notes": [{"code": item.code, "zh": item.zh, "en": item.en} for item in layer.notes],
        "accepted": False,
    }
    try:
        system = identify(named or layer.declared or "")
        by = operation(system, registered, file.name)
    except (UnknownSystem, DatumRefused) as refusal:
        return {**told, "refused": str(refusal)}
    told |= {
        "system": system.name if len(system.name) < 40 else system.crs.name,
        "system_name": system.crs.name,
        "zone_prefix": system.zone_prefix or None,
        "operation": by.text,
        "accuracy": by.accuracy,
    }
    return {**told, **_seen(layer, system, by)}


def _seen(layer: VectorLayer, system: System, by: Operation) -> dict[str, Any]:
    """What the coordinates look like in that system: mistakes by code, where the layer would lie."""
    bounds = shapely.bounds(layer.geometry)
    here = np.isfinite(bounds).all(axis=1)
    x, y = (bounds[here, 0] + bounds[here, 2]) / 2, (bounds[here, 1] + bounds[here, 3]) / 2
    seen = examine(x, y, system, by, CHINA)
    mistakes = {str(code): int((seen.code == code).sum()) for code in sorted(set(seen.code) - {""})}
    fine = layer.geometry[here][seen.code == ""]
    standard = _bounds(to_standard(fine, by))
    lost = mistakes.get(OUTSIDE, 0) + mistakes.get(NOT_FINITE, 0)
    return {
        "mistakes": mistakes,
        "standard_bounds": [None if np.isnan(value) else round(float(value), 7) for value in standard],
        "accepted": lost * 2 <= max(len(x), 1),
    }


def _bounds(shapes: Geometries) -> NDArray[np.float64]:
    """West, south, east and north of all; NaN where there is none."""
    return np.asarray(shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan))


def _say(told: dict[str, Any]) -> None:
    shapes = "、".join(f"{kind} {count}" for kind, count in told["shapes"].items()) or "无图形"
    say(f"{told['file']}：{told['features']} 个要素（{shapes}）")
    say(f"  注明的坐标系 / declared: {told['declared'] or '（未注明 / none）'}")
    for item in told["notes"]:
        say(f"  {item['zh']} / {item['en']}", "yellow")
    say(
        "  坐标范围 / bounds: "
        + ", ".join("-" if value is None else f"{value:.8g}" for value in told["bounds"])
    )
    if "refused" in told:
        say(f"  不予入库 / refused: {told['refused']}", "red")
        return
    accuracy = "未说明" if told["accuracy"] is None else f"{told['accuracy']:.3g} 米"
    say(f"  坐标系 / system: {told['system']} {told['system_name']}")
    say(f"  转换 / operation: {told['operation']}；精度 / accuracy: {accuracy}")
    say(f"  转为 EPSG:4490 / in EPSG:4490: {', '.join(str(value) for value in told['standard_bounds'])}")
    for code, count in told["mistakes"].items():
        kind = finding_type(code)
        say(f"  {count} 个要素 / features: {kind.zh} / {kind.en}", "yellow")
    if not told["accepted"]:
        say("  多数要素不在中国范围内，不予入库 / most features lie outside China: refused", "red")

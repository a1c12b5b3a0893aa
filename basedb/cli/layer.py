"""`basedb layer list`, `show`, `export` and `map`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pandas as pd

from basedb import audit
from basedb.cli.exits import Usage
from basedb.cli.layer_import import import_
from basedb.cli.layer_qgis import project, roles
from basedb.cli.layer_withdraw import withdraw
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from etl.contract.errors import nearest
from geospatial.editing.origin import origin_of
from geospatial.layers import LAYERS, Layer
from geospatial.sharing.errors import ERROR_LAYERS, read_errors
from geospatial.sharing.files import UnknownForm, write_layers
from geospatial.sharing.maps import Sheet, html_map, png_map
from geospatial.sharing.reading import personal_columns, read_layer
from geospatial.sharing.styles import drawing_order

_ERRORS = ERROR_LAYERS[0].name


@click.group()
def layer() -> None:
    """图层 / layers."""


for command in (import_, withdraw, project, roles):
    layer.add_command(command)


@layer.command("list")
@pass_site
def list_(site: Site) -> None:
    """各图层的要素数与来源 / features and sources of every layer."""
    with site.ready_store.reading() as engine:
        rows: list[dict[str, Any]] = [
            {
                "layer": item.name,
                "title": item.zh,
                "shape": item.shape,
                "features": _number(engine, f"SELECT count(*) FROM geospatial.{item.name}"),
                "without_geometry": _number(
                    engine, f"SELECT count(*) FROM geospatial.{item.name} WHERE geom IS NULL"
                ),
                "sources": [
                    row[0]
                    for row in engine.execute(
                        "SELECT DISTINCT source FROM geospatial.feature_version WHERE layer = ? AND status = 'current'"
                        " ORDER BY 1",
                        [item.name],
                    ).fetchall()
                ],
            }
            for item in LAYERS.values()
        ]
    if site.json:
        print_json({"layers": rows})
        return
    table(
        "",
        ["图层", "名称", "类型", "要素", "无图形", "来源"],
        [
            [row["layer"], row["title"], row["shape"], row["features"], row["without_geometry"], "、".join(row["sources"])]
            for row in rows
        ],
        right=["要素", "无图形"],
    )  # fmt: skip


@layer.command()
@click.argument("name")
@click.argument("feature_id", type=int)
@pass_site
def show(site: Site, name: str, feature_id: int) -> None:
    """一个要素：现值、各版本、沿革 / one feature: values, versions, lineage."""
    found = layer_named(name)
    with site.ready_store.reading() as engine:
        current = engine.execute(
            f"SELECT * EXCLUDE (geom), ST_AsText(geom) AS geom FROM geospatial.{found.name} WHERE feature_id = ?",
            [feature_id],
        ).df()
        versions = engine.execute(
            "SELECT v.record_id, v.source, v.source_key, v.status, v.change_class, l.method, v.valid_from, v.valid_to,"
            " v.source_crs, v.operation, json_extract_string(v.attributes, '$.edited_by') AS edited_by"
            " FROM geospatial.feature_source l"
            " JOIN geospatial.feature_version v USING (record_id) WHERE l.feature_id = ? AND v.layer = ?"
            " ORDER BY v.record_id",
            [feature_id, found.name],
        ).df()
        lineage = engine.execute(
            "SELECT from_feature, to_feature, relation, from_key, to_key, effective FROM geospatial.feature_lineage"
            " WHERE from_feature = ? OR to_feature = ? ORDER BY effective",
            [feature_id, feature_id],
        ).df()
    if versions.empty and lineage.empty:
        raise Usage(f"图层 {found.name} 没有要素 {feature_id} / no such feature")
    if site.json:
        print_json(
            {"feature": _records(current), "versions": _records(versions), "lineage": _records(lineage)}
        )
        return
    for record in _records(current):
        table(
            "现值 / now",
            ["列", "值"],
            [[key, str(value)[:200]] for key, value in record.items() if value is not None],
        )
    for title, rows in (("版本 / versions", versions), ("沿革 / lineage", lineage)):
        if len(rows):
            table(
                title, list(rows.columns), [[str(value) for value in row.values()] for row in _records(rows)]
            )


@layer.command()
@click.argument("name")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--purpose",
    default="",
    envvar="BASEDB_PURPOSE",
    help="含个人信息的图层的用途 / what personal data is for",
)
@pass_site
def export(site: Site, name: str, file: Path, purpose: str) -> None:
    """导出图层（all 为全部）到 .gpkg、.geojson 或 .parquet / write a layer, or all, to a file.

    .gpkg 带 QGIS 样式和基准版本，编辑后可用 basedb layer import 合并回来。NAME 为 topology_error 时导出拓扑错误
    （面、点各一层），供逐条核改。图层含个人信息（宗地权利人）的，导出记入访问记录。
    A GeoPackage can be edited and merged back; topology_error names the coverage errors; exports of personal columns
    are recorded.
    """
    packed = file.suffix.lower() == ".gpkg"
    faulty = [item for item in ERROR_LAYERS if name == item.name or (packed and name in ("all", _ERRORS))]
    wanted = drawing_order() if name == "all" else [] if faulty else [layer_named(name)]
    with site.ready_store.reading() as engine:

        def ask(query: str) -> pd.DataFrame:
            return engine.execute(query).df()

        rows = {item: read_layer(ask, item) for item in wanted}
        if faulty:
            errors = read_errors(ask)
            rows |= {item: errors[item] for item in faulty}
        origin = origin_of(engine)
    personal = [item.name for item in wanted if personal_columns(item)]
    if personal:
        count = sum(len(rows[LAYERS[item]]) for item in personal)
        audit.record(site.ready_store, "layer export", purpose, f"{'、'.join(personal)} → {file.name}", count)
    try:
        write_layers(file, rows, origin)
    except UnknownForm as error:
        raise Usage(str(error)) from error
    total = sum(len(part) for part in rows.values())
    if site.json:
        print_json({"file": str(file), "layers": [item.name for item in rows], "features": total})
        return
    if personal and not purpose:
        click.echo(
            f"导出了个人信息（{'、'.join(personal)}），已记录；请用 --purpose 写明用途"
            " / an export of personal data was recorded; say what for with --purpose",
            err=True,
        )
    say(
        f"已写入 {file}：{len(rows)} 个图层，{total:,} 个要素 / {len(rows)} layers, {total:,} features written"
    )


@layer.command("map")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--layer", "names", multiple=True, help="只画这些图层 / only these layers")
@click.option("--division", help="只画该区划以内 / only within the division of this code")
@pass_site
def map_(site: Site, file: Path, names: tuple[str, ...], division: str | None) -> None:
    """画图：.html（自带内容，可缩放）或 .png / draw a map."""
    wanted = [layer_named(name) for name in names] or drawing_order()
    if file.suffix.lower() not in (".html", ".png"):
        raise Usage(f"{file.name}：可画 .html 或 .png / a map is .html or .png")
    rows = _read(site, wanted)
    frame, title = None, "空间基础信息 / layers"
    if division is not None:
        ground = _read(site, [LAYERS["division"]])[LAYERS["division"]]
        own = ground[ground["code"] == division]
        if own.empty:
            raise Usage(f"没有区划 {division} / no such division")
        frame, title = own["geom"].iloc[0], str(own["name"].iloc[0])
    sheet = Sheet(rows, frame)
    if file.suffix.lower() == ".html":
        html_map(file, sheet, title)
    else:
        try:
            png_map(file, sheet, title)
        except ModuleNotFoundError as error:
            raise Usage(
                "画 .png 需要 matplotlib：pip install 'basedb[maps]' / .png needs the extra maps"
            ) from error
    count = sum(len(part) for part in sheet.rows.values())
    if site.json:
        print_json({"file": str(file), "features": count})
        return
    say(f"已画出 {file}：{count:,} 个要素 / {count:,} features drawn")


def layer_named(name: str) -> Layer:
    if name not in LAYERS:
        like = nearest(name, LAYERS)
        hint = f"是不是 {like}？/ did you mean {like}?" if like else f"现有 / known: {'、'.join(LAYERS)}"
        raise Usage(f"没有图层 {name}；{hint}")
    return LAYERS[name]


def _read(site: Site, wanted: list[Layer]) -> dict[Layer, pd.DataFrame]:
    with site.ready_store.reading() as engine:
        return {item: read_layer(lambda query: engine.execute(query).df(), item) for item in wanted}


def _number(engine: Any, query: str) -> int:
    return int(engine.execute(query).fetchone()[0])


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()}
        for row in rows.astype(object).to_dict("records")
    ]

"""`basedb layer project` and `basedb layer roles`: what makes layers easy to open in QGIS, and safe."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg2
import shapely
from sqlalchemy.engine import make_url

from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, pass_site
from basedb.store import StoreError
from basedb.store.postgres import PostgresStore
from geospatial.layers import LAYERS
from geospatial.sharing.projects import Bounds, in_geopackage, on_server, write_project
from geospatial.sharing.reading import read_layer
from geospatial.sharing.roles import BadRole, role_statements
from geospatial.sharing.server_styles import style_statements

# Where a project opens if there are no divisions yet: China.
_CHINA: Bounds = (73.0, 18.0, 135.5, 53.6)
_TITLE = "空间基础信息"


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="导出的 .gpkg；缺省为数据库服务器 / an exported GeoPackage instead of the server",
)
@pass_site
def project(site: Site, file: Path, data: Path | None) -> None:
    """写 QGIS 工程（.qgs 或 .qgz），打开即为带样式的全部图层 / a QGIS project with every layer, styled.

    不写入用户名和密码。 Names and passwords are no part of it.
    """
    if file.suffix.lower() not in (".qgs", ".qgz"):
        raise Usage(f"{file.name}：工程文件为 .qgs 或 .qgz / a project is .qgs or .qgz")
    store = site.ready_store
    if data is not None:
        try:
            source = in_geopackage(data.resolve().relative_to(file.resolve().parent).as_posix())
        except ValueError as error:
            raise Usage(
                f"{data} 须与工程文件在同一目录或其下 / the data must lie beside the project or below"
            ) from error
    elif isinstance(store, PostgresStore):
        url = make_url(store.url)
        words = {"dbname": url.database, "host": url.host, "port": url.port}
        source = on_server({name: str(value) for name, value in words.items() if value is not None})
    else:
        raise Usage(
            "单文件数据库 QGIS 打不开：先 basedb layer export all layers.gpkg，再用 --data layers.gpkg"
            " / QGIS cannot open an embedded store; export all layers and name the file with --data"
        )
    write_project(file, source, _extent(site), _TITLE)
    if site.json:
        print_json({"file": str(file), "provider": source.provider})
        return
    say(f"已写入 {file} / written")


def _extent(site: Site) -> Bounds:
    """The box around the divisions."""
    with site.ready_store.reading() as engine:
        divisions = read_layer(lambda query: engine.execute(query).df(), LAYERS["division"])
    shapes = divisions["geom"].to_numpy(object)
    drawn = shapes[shapely.is_geometry(shapes)]
    if not len(drawn):
        return _CHINA
    west, south, east, north = shapely.total_bounds(drawn).tolist()
    return west, south, east, north


@click.command()
@click.option("--read", "reader", default="gis_read", show_default=True, help="只读角色 / the reading role")
@click.option("--edit", "editor", default="gis_edit", show_default=True, help="编辑角色 / the editing role")
@click.option(
    "--apply", "applied", is_flag=True, help="直接在库中执行，缺省只打印 SQL / run it, not only print it"
)
@pass_site
def roles(site: Site, reader: str, editor: str, applied: bool) -> None:
    """PostgreSQL 上 GIS 人员的角色：只读与编辑 / roles of GIS staff on PostgreSQL.

    只读角色供 QGIS 连接：看图层（宗地权利人脱敏）、拓扑错误、沿革和样式。编辑角色另可运行 basedb layer import。
    角色不能登录，授予各人的账号后使用：GRANT gis_read TO 某账号。--apply 同时更新 public.layer_styles 中的样式。
    """
    try:
        statements = role_statements(reader, editor)
    except BadRole as error:
        raise Usage(str(error)) from error
    store = site.store
    if applied:
        if not isinstance(store, PostgresStore):
            raise Usage("单文件数据库没有角色 / an embedded store has no roles")
        _run(store, [*style_statements(), *statements])
    if site.json:
        print_json({"read": reader, "edit": editor, "applied": applied, "statements": statements})
    elif applied:
        say(f"已授权：{reader} 只读，{editor} 编辑 / granted")
    else:
        click.echo("".join(f"{statement};\n" for statement in statements), nl=False)


def _run(store: PostgresStore, statements: list[str]) -> None:
    """All of them in one transaction; StoreError with the server's reason."""
    try:
        connection = psycopg2.connect(store.conninfo("basedb layer roles"))
        try:
            with connection, connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise StoreError(f"授权未成功，未作改动：{error} / nothing was granted") from error

"""`basedb layer import`: an edited GeoPackage comes back and is merged."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from basedb.cli.accounts import exit_code
from basedb.cli.exits import NOTHING, OK, PARTLY, Usage
from basedb.cli.output import print_json, say, shown, table
from basedb.cli.site import Site, account_name, pass_site
from basedb.findings import finding_type
from basedb.refusal import Refused
from basedb.store import Store
from etl.after_night import after_night
from etl.ledger import Account
from geospatial.editing.conflicts import write_conflicts
from geospatial.editing.delivery import on_top, write_delivery
from geospatial.editing.merge import ADDED, GEOMETRY, MODIFIED, REMOVED, Conflict, Edit, Merge, merge
from geospatial.editing.origin import exported_layers, read_base, store_identity
from geospatial.editing.reading import read_ours, read_standing
from geospatial.editing.theirs import NOT_EXPORTED, OTHER_STORE, Theirs, read_theirs
from geospatial.layers import LAYERS, Layer
from geospatial.priority import edit_source

_SHOWN = 20
_TITLES = {ADDED: "新增 / new", MODIFIED: "修改 / changed", REMOVED: "删除 / deleted"}


@dataclass(frozen=True)
class _Merged:
    """What came of one layer of the file. account: of the delivery, None where there was nothing to load."""

    layer: Layer
    merged: Merge
    theirs: Theirs
    account: Account | None


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--layer", "name", help="只导入这一图层，缺省为文件中全部 / one layer of the file only")
@click.option("--who", default=account_name, help="编辑人，缺省为当前账号 / who edited")
@click.option(
    "--conflicts",
    type=click.Path(dir_okay=False, path_type=Path),
    help="冲突写到哪个 .gpkg，缺省为 FILE 旁的 …-conflicts.gpkg / where conflicts are written",
)
@click.option(
    "--plan", is_flag=True, help="只说明会改变什么，不入库 / say what would change; nothing is loaded"
)
@pass_site
@click.pass_context
def import_(
    context: click.Context,
    site: Site,
    file: Path,
    name: str | None,
    who: str,
    conflicts: Path | None,
    plan: bool,
) -> None:
    """导入编辑过的 GeoPackage：与导出时和现状三方合并 / merge an edited export back.

    只有编辑人改过的才入库；导出以后库中也改了、且改得不同的是冲突：保留库中的，列出并写成图层，供人逐条处理。
    """
    made_at = datetime.now(UTC)
    store = site.ready_store
    found = [
        _import(site, store, file, layer, who.strip() or account_name(), made_at, plan)
        for layer in _wanted(file, name)
    ]
    if not plan and any(item.account is not None and item.account.status == "loaded" for item in found):
        after_night(store, site.domains_of(store), site.wait)
    open_ = {item.layer: item.merged.conflicts for item in found if item.merged.conflicts}
    written = None
    if open_ and not plan:
        written = conflicts or file.with_name(f"{file.stem}-conflicts.gpkg")
        write_conflicts(written, open_)
    if site.json:
        print_json(
            {
                "file": str(file),
                "planned": plan,
                "layers": [_document(item) for item in found],
                "conflicts_file": None if written is None else str(written),
            }
        )
    else:
        _tell(found, plan, written)
    context.exit(_code(found))


def _wanted(file: Path, name: str | None) -> list[Layer]:
    if name is not None:
        if name not in LAYERS:
            raise Usage(f"没有图层 {name}；现有 {'、'.join(LAYERS)} / no such layer")
        return [LAYERS[name]]
    exported = [LAYERS[name] for name in exported_layers(file) if name in LAYERS]
    if not exported:
        raise Refused(
            NOT_EXPORTED,
            f"{file.name} 不是 basedb layer export 导出的 GeoPackage，或另存时丢了基准表；请在导出的文件本身上编辑",
            f"{file.name} was not written by `basedb layer export`, or saved elsewhere; edit the exported file itself",
        )
    return exported


def _import(
    site: Site, store: Store, file: Path, layer: Layer, who: str, made_at: datetime, plan: bool
) -> _Merged:
    theirs = read_theirs(file, layer)
    base = read_base(file, layer)
    with store.reading() as engine:

        def ask(query: str) -> Any:
            return engine.execute(query).df()

        if base.store != store_identity(engine):
            raise Refused(
                OTHER_STORE,
                f"{file.name} 不是从 {store.label} 导出的，要素编号对不上；请从本库重新导出",
                f"{file.name} was not exported from {store.label}; its feature ids mean others here",
            )
        ours, standing = read_ours(ask, layer), read_standing(ask, layer)
    merged, keys = on_top(merge(layer, base, theirs, ours), base, standing)
    if not merged.edits:
        return _Merged(layer, merged, theirs, None)
    contract = site.contract(edit_source(layer.name))
    loader = site.loader(store, contract.domain, "layer import", lambda stage: None)
    with tempfile.TemporaryDirectory(prefix="basedb-edits-") as folder:
        path = write_delivery(Path(folder), layer, merged.edits, keys, ours, who, made_at)
        delivery = loader.receive(contract, path, received_at=made_at)
        account = loader.plan(contract, delivery) if plan else loader.load(contract, delivery)
    return _Merged(layer, merged, theirs, account)


def _code(found: list[_Merged]) -> int:
    """0: everything is in; 3: some; 6: nothing of what was edited."""
    accounts = [item.account.status for item in found if item.account is not None]
    if not any(item.merged.conflicts for item in found):
        return exit_code(accounts) if accounts else OK
    return PARTLY if "loaded" in accounts else NOTHING


def _document(item: _Merged) -> dict[str, Any]:
    account = item.account
    return {
        "layer": item.layer.name,
        "status": "nothing" if account is None else account.status,
        "message": None if account is None else account.message,
        "edits": [
            {
                "operation": edit.operation,
                "feature_id": edit.feature_id,
                "fid": edit.fid,
                "columns": [*edit.values, *([GEOMETRY] if edit.geometry is not None else [])],
            }
            for edit in item.merged.edits
        ],
        "quarantined": 0 if account is None else account.counts.get("quarantined", 0),
        "findings": {} if account is None else account.findings,
        "conflicts": [
            {
                "code": conflict.code,
                "feature_id": conflict.feature_id,
                "fid": conflict.fid,
                "column": conflict.column or None,
                "base": _value(conflict.base),
                "theirs": _value(conflict.theirs),
                "ours": _value(conflict.ours),
            }
            for conflict in item.merged.conflicts
        ],
        "missing_columns": list(item.theirs.missing),
        "unknown_columns": list(item.theirs.unknown),
    }


def _tell(found: list[_Merged], plan: bool, written: Path | None) -> None:
    for item in found:
        account, edits = item.account, item.merged.edits
        if not edits and not item.merged.conflicts:
            say(f"{item.layer.zh}：没有改动 / nothing was edited")
            continue
        table(
            f"{item.layer.zh} {item.layer.name}" + ("（试算，未入库 / planned only）" if plan else ""),
            [*_TITLES.values(), "冲突 / conflicts"],
            [[*(_count(edits, operation) for operation in _TITLES), len(item.merged.conflicts)]],
        )
        if account is not None and account.message:
            say(account.message)
        for code, count in (account.findings if account is not None else {}).items():
            kind = finding_type(code)
            say(f"  {count} × {kind.zh} / {kind.en}", "yellow")
        for name in item.theirs.missing:
            say(f"  文件中没有 {name} 列，视为未改 / the column is gone and taken as unedited", "yellow")
        for name in item.theirs.unknown:
            say(f"  多出的 {name} 列不采纳 / a column the layer does not have", "yellow")
        if item.merged.conflicts:
            _tell_conflicts(item.merged.conflicts)
    if written is not None:
        say(
            f"冲突已写入 {written} 的图层 conflict；处理办法：重新导出，改定后再导入"
            f" / conflicts are in {written}; export anew, settle them there and import again"
        )


def _tell_conflicts(conflicts: list[Conflict]) -> None:
    table(
        "冲突，均未入库 / conflicts; none was applied",
        ["要素", "行", "列", "导出时", "编辑", "库中", "原因"],
        [
            [
                str(item.feature_id or ""), str(item.fid or ""), item.column,
                *(shown(_value(side)) for side in (item.base, item.theirs, item.ours)),
                f"{finding_type(item.code).zh} / {finding_type(item.code).en}",
            ]
            for item in conflicts[:_SHOWN]
        ],
    )  # fmt: skip
    if len(conflicts) > _SHOWN:
        say(f"另有 {len(conflicts) - _SHOWN} 条 / and more", "dim")


def _count(edits: list[Edit], operation: str) -> int:
    return sum(edit.operation == operation for edit in edits)


def _value(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else f"({value.geom_type})"

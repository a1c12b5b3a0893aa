"""`basedb layer withdraw`: edits of features end, and what the departments say stands again."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from basedb.cli.accounts import exit_code
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say
from basedb.cli.site import Site, account_name, pass_site
from etl.after_night import after_night
from geospatial.editing.delivery import write_withdrawals
from geospatial.editing.reading import read_standing
from geospatial.layers import LAYERS
from geospatial.priority import edit_source


@click.command()
@click.argument("name", metavar="LAYER", type=click.Choice(list(LAYERS)))
@click.argument("features", nargs=-1, required=True, type=int, metavar="FEATURE…")
@click.option("--who", default=account_name, help="撤销人，缺省为当前账号 / who withdraws")
@pass_site
@click.pass_context
def withdraw(context: click.Context, site: Site, name: str, features: tuple[int, ...], who: str) -> None:
    """撤销对要素的编辑，恢复部门数据 / withdraw the edits of features: the departments' data stand again.

    编辑新增的要素随之消失，编辑删除的要素恢复。现行的编辑见 geospatial.edit。
    A feature somebody drew goes, one that was deleted comes back.
    """
    store, layer = site.ready_store, LAYERS[name]
    made_at = datetime.now(UTC)
    with store.reading() as engine:
        standing = read_standing(lambda query: engine.execute(query).df(), layer)
    wanted = {key: item for key, item in standing.items() if item.feature_id in features}
    missing = sorted(set(features) - {item.feature_id for item in wanted.values()})
    if missing:
        told = "、".join(map(str, missing))
        raise Usage(f"{layer.zh} {told} 没有现行的编辑，见 geospatial.edit / no edit of these is in force")
    contract = site.contract(edit_source(layer.name))
    loader = site.loader(store, contract.domain, "layer withdraw", lambda stage: None)
    with tempfile.TemporaryDirectory(prefix="basedb-edits-") as folder:
        path = write_withdrawals(Path(folder), layer, wanted, who.strip() or account_name(), made_at)
        account = loader.load(contract, loader.receive(contract, path, received_at=made_at))
    if account.status == "loaded":
        after_night(store, site.domains_of(store), site.wait)
    if site.json:
        print_json({"layer": layer.name, "status": account.status, "withdrawn": sorted(set(features))})
    else:
        say(f"{layer.zh}：已撤销 {len(wanted)} 个要素的编辑 / withdrawn")
        if account.message:
            say(account.message)
    context.exit(exit_code([account.status]))

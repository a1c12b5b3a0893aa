"""`basedb layer doubts`, `pair` and `judge`: pairs of two surveys that a person decides."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from basedb.cli.accounts import exit_code
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, account_name, pass_site
from etl.after_night import after_night
from geospatial.conflation.doubts import (
    NoSuchPair,
    Pair,
    doubtful,
    draw_pair,
    pair_of,
    surroundings,
    write_judgement,
)
from geospatial.conflation.judging import DIFFERENT, SAME
from geospatial.layers import LAYERS, Layer

#: The layer that several surveys draw.
_LAYER = LAYERS["building"]
_VERDICTS = {"same": SAME, "different": DIFFERENT, "withdraw": "撤销"}
_RECORD = click.argument("record_id", type=int)
_FEATURE = click.argument("feature_id", type=int)


@click.command()
@click.option("--limit", default=30, show_default=True, help="最多列出的对数 / at most so many")
@pass_site
def doubts(site: Site, limit: int) -> None:
    """拿不准的建筑物匹配，最像的在前 / doubtful pairs of buildings, the likeliest first."""
    with site.ready_store.reading() as engine:
        rows = doubtful(lambda query: engine.execute(query).df(), _LAYER, limit).to_dict("records")
    if site.json:
        print_json({"pairs": rows})
        return
    table(
        "拿不准的匹配 / doubtful pairs",
        ["记录", "次要来源", "要素", "主要来源", "重叠", "交并比", "权重"],
        [
            [
                str(row["record_id"]), f"{row['source']} {row['source_key']}", str(row["feature_id"]),
                f"{row['leading_source']} {row['leading_key']}", f"{row['overlap']:.0%}", f"{row['iou']:.2f}",
                f"{row['match_weight']:.1f}",
            ]
            for row in rows
        ],
        right=["重叠", "交并比", "权重"],
    )  # fmt: skip
    if rows:
        say(
            "看图：basedb layer pair 记录 要素 pair.svg；判定：basedb layer judge same|different 记录 要素",
            "dim",
        )


@click.command()
@_RECORD
@_FEATURE
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@pass_site
def pair(site: Site, record_id: int, feature_id: int, file: Path) -> None:
    """画出一对：两套成果叠在一起（.svg）/ draw a pair of two surveys laid over each other."""
    if file.suffix.lower() != ".svg":
        raise Usage(f"{file.name}：可画 .svg / a picture of a pair is .svg")
    with site.ready_store.reading() as engine:

        def ask(query: str) -> Any:
            return engine.execute(query).df()

        found = _found(ask, _LAYER, record_id, feature_id)
        drawn = draw_pair(found, surroundings(ask, _LAYER, found))
    file.write_text(drawn, "utf-8")
    if site.json:
        print_json({"file": str(file), **_document(found)})
        return
    say(f"已画出 {file} / drawn")


@click.command()
@click.argument("verdict", type=click.Choice(list(_VERDICTS)))
@_RECORD
@_FEATURE
@click.option("--reason", required=True, help="理由，随判定保存 / why")
@click.option("--who", default=account_name, help="判定人，缺省为当前账号 / who decides")
@pass_site
@click.pass_context
def judge(
    context: click.Context, site: Site, verdict: str, record_id: int, feature_id: int, reason: str, who: str
) -> None:
    """判定一对是否同一建筑物：same、different，或撤销 withdraw / decide whether a pair is one building.

    判定优先于评分，以后各夜的数据也照此办理。 A judgement outranks the score, on later nights as well.
    """
    store = site.ready_store
    contract = site.contract(f"pairs_{_LAYER.name}")
    made_at = datetime.now(UTC)
    with store.reading() as engine:
        found = _found(lambda query: engine.execute(query).df(), _LAYER, record_id, feature_id)
    with tempfile.TemporaryDirectory(prefix="basedb-judgement-") as folder:
        path = write_judgement(Path(folder), _LAYER, found, _VERDICTS[verdict], who, made_at, reason)
        loader = site.loader(store, contract.domain, "layer judge", lambda stage: None)
        account = loader.load(contract, loader.receive(contract, path, received_at=made_at))
    if account.status == "loaded":
        after_night(store, site.domains_of(store), site.wait)
    if site.json:
        print_json({"status": account.status, "verdict": verdict, **_document(found)})
    else:
        say(f"已判定：{found.first_key} 与 {found.second_key} {_VERDICTS[verdict]} / entered")
        if account.message:
            say(account.message)
    context.exit(exit_code([account.status]))


def _found(ask: Any, layer: Layer, record_id: int, feature_id: int) -> Pair:
    try:
        return pair_of(ask, layer, record_id, feature_id)
    except NoSuchPair as error:
        raise Usage(str(error)) from error


def _document(found: Pair) -> dict[str, Any]:
    return {
        "record_id": found.record_id,
        "feature_id": found.feature_id,
        "first": [found.first_source, found.first_key],
        "second": [found.second_source, found.second_key],
        "weight": found.weight,
        "overlap": found.overlap,
        "iou": found.iou,
        "grade": found.grade,
    }

"""`basedb locate`."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import click
import pandas as pd

from basedb.cli.exits import NOTHING
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from geospatial.locating.locate import locate as locate_addresses
from geospatial.locating.reading import read_register

_GRADES = {
    "unit": "单元", "building": "楼栋", "road_number": "门牌", "estate": "小区", "village": "村（社区）",
    "town": "乡镇（街道）", "county": "县（区）", "none": "未定位",
}  # fmt: skip


@click.command()
@click.argument("addresses", nargs=-1, required=True)
@pass_site
@click.pass_context
def locate(context: click.Context, site: Site, addresses: tuple[str, ...]) -> None:
    """地址定位：地址 → 楼栋 → 宗地 → 村、乡、县 / where an address is."""
    with site.ready_store.reading() as engine:
        register = read_register(lambda query: engine.execute(query).df())
    found = locate_addresses(pd.Series(list(addresses)), register)
    rows = [_plain(address, row) for address, row in zip(addresses, found.to_dict("records"), strict=True)]
    if site.json:
        print_json({"places": rows})
    else:
        table(
            "",
            ["地址", "等级", "建筑物", "宗地", "区划", "区划名称", "相符楼栋", "经度", "纬度"],
            [
                [
                    row["address_text"], _GRADES[row["grade"]], str(row["building"] or ""), str(row["parcel"] or ""),
                    row["division_code"], row["division"], row["candidates"],
                    *(f"{row[name]:.6f}" if row[name] is not None else "" for name in ("longitude", "latitude")),
                ]
                for row in rows
            ],
        )  # fmt: skip
        if any(row["candidates"] > 1 for row in rows):
            say("有几栋楼相符的，不代为选定 / where several buildings agree, none is chosen", "dim")
    if all(row["grade"] == "none" for row in rows):
        context.exit(NOTHING)


def _plain(address: str, row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """A row as JSON has it: no numbers that stand for nothing."""
    found = {
        str(name): None if value == -1 or value != value or value == "" else value
        for name, value in row.items()
    }
    return {"address_text": address, **found, "candidates": row["candidates"]}

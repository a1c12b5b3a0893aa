"""The chain of evidence in `basedb explain`: which records of an entity hang together through what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from basedb.cli.output import say, shown, table
from basedb.domain import Domain
from basedb.explain_evidence import find_bonds, grow, kind_text
from basedb.masking import mask_key
from basedb.stewardship.lookup import Lookup, recall_mentions

_STATUS = {"current": "现行", "superseded": "旧版本", "retired": "已注销"}


def chain(lookup: Lookup, domain: Domain, entity_id: int, whole: bool) -> list[dict[str, Any]]:
    """Every mention of an entity, and how it is connected with the ones before. whole: keys in full."""
    entity = domain.entity
    recall_mentions(lookup, entity, [entity_id])
    rows = {row["mention_id"]: row for row in lookup.rows("FROM steward_mention")}
    found = []
    for link in grow(rows, find_bonds(lookup, entity, whole)):
        row = rows[link.mention_id]
        told: dict[str, Any] = {
            "mention_id": link.mention_id,
            **{name: row[name] for name in ("source", "source_key", "role", "status", "as_of")},
            "parent": link.parent,
            "kind": None,
        }
        if not whole:
            told["source_key"] = mask_key(row["source_key"])
        if link.bond is not None:
            zh, en = kind_text(link.bond.kind)
            told |= {
                "kind": link.bond.kind,
                "zh": zh,
                "en": en,
                "weight": link.bond.weight,
                **link.bond.detail,
            }
        found.append(told)
    return found


def tell(links: Sequence[Mapping[str, Any]]) -> None:
    """The chain as a table, in the order it grows."""
    if len(links) < 2:
        return
    rows, first = [], True
    for link in links:
        if link["parent"] is None:
            why = "最早的记录 / the oldest" if first else "库中现存证据未直接相连 / not connected directly"
        else:
            why = f"{link['zh']}：{detail(link)}".rstrip("：")
        rows.append(
            [
                str(link["mention_id"]), f"{link['source']} {link['source_key']}", link["role"],
                _STATUS.get(link["status"], link["status"]), link["as_of"],
                str(link["parent"]) if link["parent"] is not None else "", why,
            ]
        )  # fmt: skip
        first = False
    table(
        "证据链 / chain of evidence",
        ["提及", "来源", "角色", "状态", "数据日期", "连到", "依据"],
        rows,
        right=["提及", "连到"],
    )
    say("两条记录之间 / between two records: basedb explain pair m<提及> m<提及>", "dim")


def detail(link: Mapping[str, Any]) -> str:
    """What to tell of one piece of evidence."""
    if link["kind"] == "judgement":
        return f"{link['made_by']}，{shown(link['made_at'])}，{link['reason']}（判定 {link['judgement_id']}）"
    if link["kind"] == "key":
        return f"{link['attribute']} {link['key']}"
    if link["kind"] == "record":
        return ""
    levels = "、".join(
        f"{item['comparison_zh']}{item['level_zh']} {item['weight']:+.1f}" for item in link["levels"]
    )
    version = f"（模型版本 {link['model_version']}）"
    return f"权重 {link['weight']:+.1f}{version}" + (f"，其中 {levels}" if levels else "")

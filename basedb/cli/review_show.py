"""`basedb review next` and `show`: two entities side by side, and why it is doubtful whether they are one."""

from __future__ import annotations

from typing import Any

import click

from basedb import audit
from basedb.cli import stewarding
from basedb.cli.choosing import by_option, domain_of, domain_option
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say, table
from basedb.cli.review_view import (
    entry_document,
    item_document,
    show_item,
    show_records,
    show_sides,
    show_why,
)
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain
from basedb.stewardship.judgements import resolve_ids
from basedb.stewardship.lookup import Lookup, looking, recall_mentions
from basedb.stewardship.queue import Item, next_item, read_queue
from basedb.stewardship.sides import Sides, held_mentions, put_side_by_side
from basedb.stewardship.why import Why, explain
from basedb.store import Store


@click.command(name="next")
@domain_option
@by_option
@stewarding.SHOW_IDS
@stewarding.PURPOSE
@pass_site
def next_(site: Site, domain_name: str, by: str, show_ids: bool, purpose: str) -> None:
    """最值得您判定的一项：分派给您的，或未分派的 / the most valuable item that is yours or nobody's."""
    domain = domain_of(site, domain_name)
    store = site.ready_store
    with looking(store) as lookup:
        item = next_item(read_queue(lookup, domain.entity), by)
        if item is None:
            if site.json:
                print_json({"item": None})
            else:
                say("没有等您判定的事项 / nothing waits for you")
            return
        _present(site, store, lookup, domain, item.left, item.right, item, show_ids, purpose)


@click.command()
@click.argument("left", type=int)
@click.argument("right", type=int, required=False)
@domain_option
@stewarding.FOLLOW
@stewarding.SHOW_IDS
@stewarding.PURPOSE
@pass_site
def show(
    site: Site, left: int, right: int | None, domain_name: str, follow: bool, show_ids: bool, purpose: str
) -> None:
    """并排看两个编号，及权重的由来；只给一个编号则列出其记录 / two entities side by side, or one's records."""
    domain = domain_of(site, domain_name)
    store = site.ready_store
    with looking(store) as lookup:
        asked = [left] if right is None else [left, right]
        ids = sorted(stewarding.possible(resolve_ids, lookup, domain.entity, asked, follow))
        if len(set(ids)) < len(ids):
            raise Usage(f"{left} 与 {right} 是同一{domain.entity.zh} {ids[0]} / both are {ids[0]}")
        if right is None:
            _present_one(site, store, lookup, domain, ids[0], show_ids, purpose)
            return
        queue = read_queue(lookup, domain.entity, about=ids)
        item = next((item for item in queue if item.pair == (ids[0], ids[1])), None)
        _present(site, store, lookup, domain, ids[0], ids[1], item, show_ids, purpose)


def _present(
    site: Site,
    store: Store,
    lookup: Lookup,
    domain: Domain,
    left: int,
    right: int,
    item: Item | None,
    show_ids: bool,
    purpose: str,
) -> None:
    """Show two entities, once the read is on record."""
    entity = domain.entity
    hide = stewarding.hiding(site, domain, show_ids, purpose)
    recall_mentions(lookup, entity, [left, right])
    sides = put_side_by_side(entity, held_mentions(lookup, entity), left, right, hide)
    why = explain(lookup, entity, left, right, show_ids)
    audit.record(store, "review show", purpose, f"{entity.name} {left} {right}", _mentions(sides))
    if site.json:
        print_json(
            {"item": None if item is None else item_document(item), "sides": sides, "why": _why_document(why)}
        )
        return
    say(f"{entity.zh} {left} 与 {right}", "bold")
    if item is not None:
        show_item(entity, item)
    show_sides(entity, sides)
    show_records(sides)
    show_why(domain, why)
    say(f"判定 / decide: basedb review decide {left} {right} same|different|unsure --reason …", "dim")


def _present_one(
    site: Site, store: Store, lookup: Lookup, domain: Domain, number: int, show_ids: bool, purpose: str
) -> None:
    """The records of one entity, as `basedb split` names them."""
    hide = stewarding.hiding(site, domain, show_ids, purpose)
    recall_mentions(lookup, domain.entity, [number])
    sides = put_side_by_side(domain.entity, held_mentions(lookup, domain.entity), number, 0, hide)
    audit.record(store, "review show", purpose, f"{domain.entity.name} {number}", _mentions(sides))
    if site.json:
        print_json({domain.entity.id_column: number, "lines": sides.lines, "records": sides.records[0]})
        return
    table(
        f"{domain.entity.zh} {number}，逐项 / values",
        ["属性", "值"],
        [(line.zh, "；".join(f"{v.text} ×{v.mentions}" for v in line.left)) for line in sides.lines],
    )
    show_records(sides)
    say(f"拆分 / split: basedb split {number} --records <提及编号> --reason …", "dim")


def _mentions(sides: Sides) -> int:
    return sum(record.versions for records in sides.records for record in records)


def _why_document(why: Why) -> dict[str, Any]:
    """Without the values the comparisons read, which are not masked."""
    document = {name: getattr(why, name) for name in why.__dataclass_fields__}
    if why.explanation is not None:
        kept = ("comparison", "zh", "level", "level_zh", "missing", "m", "u", "weight", "adjustment")
        document["explanation"] = {
            **{name: getattr(why.explanation, name) for name in ("a", "b", "prior_weight", "match_weight", "constraints")},
            "steps": [{name: getattr(step, name) for name in kept} for step in why.explanation.steps],
        }  # fmt: skip
    document["judgements"] = [entry_document(entry) for entry in why.judgements]
    return document

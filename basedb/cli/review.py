"""`basedb review`: doubtful matches, and what people decide about them."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from basedb.cli import stewarding
from basedb.cli.choosing import COUNT, NUMBER, by_option, domain_option, reason_option, said
from basedb.cli.exits import Usage
from basedb.cli.output import local, print_json, say, table
from basedb.cli.review_desk import desk_of, known_kind
from basedb.cli.review_exchange import export, import_
from basedb.cli.review_sample import check, sample, sample_result
from basedb.cli.review_show import next_, show
from basedb.cli.review_view import (
    entry_document,
    item_document,
    queue_table,
)
from basedb.cli.site import Site, pass_site
from basedb.cli.stewarding import VERDICT
from basedb.stewardship.assignment import assign
from basedb.stewardship.judgements import Entry
from basedb.stewardship.queue import Filter


@click.group()
def review() -> None:
    """复核：拿不准的匹配由人判定 / doubtful matches, decided by people."""


for command in (next_, show, export, import_, sample, check, sample_result):
    review.add_command(command)


@review.command(name="list")
@domain_option
@click.option("--entity", "entity_id", type=NUMBER, metavar="ID", help="只列涉及该编号的 / about one id only")
@click.option("--kind", help="只列一种原因（约束名、doubtful、sole_value、rival、large）/ one kind only")
@click.option("--assigned", metavar="NAME", help="只列分派给某人的 / assigned to somebody")
@click.option("--unassigned", is_flag=True, help="只列未分派的 / assigned to nobody")
@click.option("--min-weight", type=float, help="权重不低于 / match weight at least")
@click.option("--max-weight", type=float, help="权重不高于 / match weight at most")
@click.option("--limit", type=COUNT, default=30, show_default=True, help="最多列出的条数 / at most so many")
@pass_site
def list_(
    site: Site,
    domain_name: str,
    entity_id: int | None,
    kind: str | None,
    assigned: str | None,
    unassigned: bool,
    min_weight: float | None,
    max_weight: float | None,
    limit: int,
) -> None:
    """待判定的事项，最值得判定的在前 / what waits for a decision, the most valuable first."""
    desk = desk_of(site, domain_name)
    wanted = Filter(entity_id, known_kind(desk, kind), assigned, unassigned, min_weight, max_weight)
    every = desk.items([] if entity_id is None else [entity_id])
    found = [item for item in every if wanted.admits(item)]
    if site.json:
        print_json({"total": len(found), "items": [item_document(item) for item in found[:limit]]})
        return
    queue_table(site, desk.kind_text, found[:limit], f"待判定，{len(found)} 项 / to be decided")
    if len(found) > limit:
        say(f"只列出前 {limit} 项，--limit 可增加 / only the first {limit} are listed", "dim")
    say("下一项 / the next: basedb review next；详情 / details: basedb review show <左> <右>", "dim")


@review.command()
@click.argument("ids", nargs=-1, required=True, type=NUMBER, metavar="LEFT RIGHT [LEFT RIGHT]…")
@click.argument("verdict", type=click.Choice(list(VERDICT)))
@reason_option
@by_option
@stewarding.FOLLOW
@domain_option
@pass_site
def decide(
    site: Site, ids: tuple[int, ...], verdict: str, reason: str, by: str, follow: bool, domain_name: str
) -> None:
    """判定：同一、不同或待定 / decide: the same, different, or cannot tell."""
    desk_of(site, domain_name).decide(ids, verdict, by, reason, follow)


@review.command(name="assign")
@click.argument("ids", nargs=-1, type=NUMBER, metavar="[LEFT RIGHT]…")
@click.option("--to", metavar="NAME", callback=said, help="分派给谁 / to whom")
@click.option("--nobody", is_flag=True, help="取消分派 / to nobody again")
@click.option(
    "--top", type=COUNT, metavar="N", help="分派最值得判定的 N 个未分派事项 / the N most valuable, unassigned"
)
@by_option
@domain_option
@pass_site
def assign_(
    site: Site, ids: tuple[int, ...], to: str | None, nobody: bool, top: int | None, by: str, domain_name: str
) -> None:
    """分派事项 / say who is to decide what."""
    if (to is None) == (not nobody):
        raise Usage("请给出 --to 姓名，或 --nobody / name somebody with --to, or --nobody")
    if bool(ids) == (top is not None):
        raise Usage("请给出成对的编号，或 --top N / name ids two by two, or --top N")
    desk = desk_of(site, domain_name)
    queue = desk.items()
    if top is not None:
        pairs = [item.pair for item in queue if item.assigned_to is None][:top]
    else:
        pairs = desk.pairs(ids)
        missing = set(pairs) - {item.pair for item in queue}
        if missing:
            told = "、".join(f"{one} {other}" for one, other in sorted(missing))
            raise Usage(f"不在待判定之列：{told} / not in the queue")
    assign(site.ready_store, desk.kept_under, pairs, to, by, datetime.now(UTC), site.wait)
    if site.json:
        print_json({"assigned_to": to, "pairs": [{"left": one, "right": other} for one, other in pairs]})
    else:
        say(
            f"{len(pairs)} 项已分派给 {to} / assigned"
            if to
            else f"{len(pairs)} 项已取消分派 / assigned to nobody"
        )


@review.command()
@click.option("--entity", "entity_id", type=NUMBER, metavar="ID", help="只列涉及该编号的 / about one id only")
@click.option("--all", "everything", is_flag=True, help="含已撤回的 / withdrawn ones, too")
@click.option("--limit", type=COUNT, default=200, show_default=True, help="最多列出的条数 / at most so many")
@domain_option
@pass_site
def judgements(site: Site, entity_id: int | None, everything: bool, limit: int, domain_name: str) -> None:
    """已作的判定 / judgements that were made."""
    desk = desk_of(site, domain_name)
    found = desk.judgements(everything, [] if entity_id is None else [entity_id])
    if site.json:
        print_json({"total": len(found), "judgements": [entry_document(entry) for entry in found[:limit]]})
        return
    table(
        f"判定，{len(found)} 项 / judgements",
        ["判定", "结论", "编号", "提及", "判定人", "时间", "理由", "撤回"],
        [
            (
                str(entry.judgement_id), VERDICT[entry.verdict], _ids(entry),
                f"{entry.a} {entry.b}", entry.made_by, local(entry.made_at, site.time_zone), entry.reason,
                _withdrawal(site, entry),
            )
            for entry in found[:limit]
        ],
        right=["判定"],
    )  # fmt: skip
    if len(found) > limit:
        say(f"只列出前 {limit} 项，--limit 可增加 / only the first {limit} are listed", "dim")


@review.command()
@click.argument("ids", nargs=-1, required=True, type=NUMBER, metavar="JUDGEMENT…")
@reason_option
@by_option
@domain_option
@pass_site
def withdraw(site: Site, ids: tuple[int, ...], reason: str, by: str, domain_name: str) -> None:
    """撤回判定，恢复由证据认定 / withdraw judgements: the evidence decides again."""
    desk_of(site, domain_name).withdraw(sorted(set(ids)), by, reason)


def _ids(entry: Entry[int] | Entry[str]) -> str:
    return " ".join(str(number) for number in dict.fromkeys((entry.a_id, entry.b_id)) if number is not None)


def _withdrawal(site: Site, entry: Entry[int] | Entry[str]) -> str:
    if entry.in_force:
        return ""
    return f"{entry.withdrawn_by} {local(entry.withdrawn_at, site.time_zone):%m-%d}：{entry.withdrawn_reason}"

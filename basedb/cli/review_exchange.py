"""`basedb review export` and `import`: bulk decisions by way of a workbook."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from basedb import audit
from basedb.cli import stewarding
from basedb.cli.choosing import (
    COUNT,
    NUMBER,
    by_option,
    domain_of,
    domain_option,
    purpose_option,
    show_ids_option,
)
from basedb.cli.exits import USAGE, Failure, Usage
from basedb.cli.output import print_json, say
from basedb.cli.review_desk import desk_of, known_kind
from basedb.cli.site import Site, pass_site
from basedb.cli.stewarding import Look
from basedb.domain import Domain
from basedb.stewardship.answers import Answer, BadWorkbook, form_of, read_answers
from basedb.stewardship.lookup import looking
from basedb.stewardship.queue import Filter
from basedb.stewardship.sample import read_sample, record_verdicts
from basedb.stewardship.workbook import SAMPLE, write_sample
from basedb.store import Store


@click.command(name="export")
@click.argument("path", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.xlsx")
@domain_option
@click.option("--kind", help="只导出一种原因 / one kind only")
@click.option("--assigned", metavar="NAME", help="只导出分派给某人的 / assigned to somebody")
@click.option("--unassigned", is_flag=True, help="只导出未分派的 / assigned to nobody")
@click.option("--limit", type=COUNT, default=500, show_default=True, help="最多导出的条数 / at most so many")
@click.option(
    "--sample", "sample_id", type=NUMBER, metavar="SAMPLE", help="改为导出一个样本 / a sample instead"
)
@show_ids_option
@purpose_option
@pass_site
def export(
    site: Site,
    path: Path,
    domain_name: str,
    kind: str | None,
    assigned: str | None,
    unassigned: bool,
    limit: int,
    sample_id: int | None,
    show_ids: bool,
    purpose: str,
) -> None:
    """导出待判定事项到工作簿，填写后再导入 / write the queue to a workbook, to be filled in."""
    if path.suffix.lower() != ".xlsx":
        raise Usage(f"{path.name}：可导出 .xlsx / a workbook is .xlsx")
    if not path.parent.is_dir():
        raise Usage(f"没有目录 {path.parent} / no such directory")
    if sample_id is not None:
        written = _export_sample(site, path, domain_of(site, domain_name), sample_id, Look(show_ids, purpose))
    else:
        desk = desk_of(site, domain_name)
        wanted = Filter(kind=known_kind(desk, kind), assigned_to=assigned, unassigned=unassigned)
        written = desk.export(path, wanted, limit, Look(show_ids, purpose))
    if site.json:
        print_json({"path": path, **written})
        return
    say(f"已写入 {path}：{written['items']} 项，填写后 basedb review import {path} / written")
    if "pictures" in written:
        say(f"各对的图在 {written['pictures']} / a picture of each pair")


def _export_sample(site: Site, path: Path, domain: Domain, sample_id: int, look: Look) -> dict[str, Any]:
    store, entity = site.ready_store, domain.entity
    hide = stewarding.hiding(site, domain, look.whole, look.purpose)
    with looking(store) as lookup:
        pairs = stewarding.possible(read_sample, lookup, entity, sample_id)
        audit.record(store, "review export", look.purpose, f"sample {sample_id} → {path.name}", len(pairs))
        write_sample(path, lookup, entity, pairs, hide)
    return {"items": len(pairs)}


@click.command(name="import")
@click.argument("path", type=click.Path(dir_okay=False, exists=True, path_type=Path), metavar="FILE.xlsx")
@click.option("--reason", default="", help="没有写理由的行用此理由 / for rows that give none")
@click.option(
    "--skip-stale", is_flag=True, help="略过导出后有变化的行，其余照办 / leave out rows that changed"
)
@by_option
@domain_option
@pass_site
def import_(site: Site, path: Path, reason: str, skip_stale: bool, by: str, domain_name: str) -> None:
    """导入填好的工作簿：全部记入，或全部不记 / enter a filled-in workbook, all of it or nothing."""
    try:
        form = form_of(path)
        answers = read_answers(path, reason, form)
    except BadWorkbook as error:
        raise Failure(USAGE, "workbook", str(error), list(error.problems)) from error
    if form is SAMPLE:
        _take_sample(site, site.ready_store, domain_of(site, domain_name), answers, by)
    elif not answers and not site.json:
        say("没有一行填了结论 / no row has a verdict")
    else:
        told = reason or f"批量判定 {path.name}"
        desk_of(site, domain_name).take(answers, by, told, skip_stale)


def _take_sample(site: Site, store: Store, domain: Domain, answers: list[Answer], by: str) -> None:
    """Write down what was found about the pairs of one sample."""
    codes = {item.code for item in answers}
    if len(codes) > 1 or not all(re.fullmatch(r"S[0-9]{1,9}", code) for code in codes):
        raise Usage("样本的核对码被改动过 / the codes of the sample were changed")
    if not answers:
        say("没有一行填了结论 / no row has a verdict")
        return
    number = int(codes.pop()[1:])
    with looking(store) as lookup:
        known = {
            (row["a"], row["b"]) for row in stewarding.possible(read_sample, lookup, domain.entity, number)
        }
    found = {(min(item.left, item.right), max(item.left, item.right)): item.verdict for item in answers}
    missing = [f"第 {item.row} 行" for item in answers if tuple(sorted((item.left, item.right))) not in known]
    if missing:
        raise Usage(f"{'、'.join(missing)}不在样本 {number} 之中 / not in the sample")
    record_verdicts(store, domain.entity, number, found, by, datetime.now(UTC), site.wait)
    if site.json:
        print_json({"sample": number, "checked": len(found)})
    else:
        say(f"样本 {number}：记下 {len(found)} 对 / written down；basedb review sample-result {number}")

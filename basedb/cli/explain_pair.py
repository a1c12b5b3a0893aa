"""`basedb explain pair`: why two records are, or are not, one entity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from basedb import audit
from basedb.cli import stewarding
from basedb.cli.choosing import domain_of, domain_option, purpose_option, show_ids_option
from basedb.cli.exits import Usage
from basedb.cli.explain_chain import detail
from basedb.cli.model_options import unlike
from basedb.cli.output import console, print_json, say, table
from basedb.cli.review_view import bar
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain
from basedb.explain import find
from basedb.explain_pair import NoSuchMention, explain_pair, find_mention
from basedb.masking import mask_text
from basedb.stewardship.lookup import Lookup, looking
from basedb.store import Store
from basedb.store.native import reading


@click.command()
@click.argument("left", metavar="A")
@click.argument("right", metavar="B")
@domain_option
@show_ids_option
@purpose_option
@pass_site
def pair(site: Site, left: str, right: str, domain_name: str, show_ids: bool, purpose: str) -> None:
    """两条记录或两个实体为何（不）是同一个 / why two records or entities are, or are not, one.

    A、B：m<提及编号>、来源:主键、来源:主键:角色、实体编号或证件号码。实体之间取证据最强的一对记录。

    A and B: m<mention>, source:key, source:key:role, an entity's id or identifier.
    """
    domain = domain_of(site, domain_name)
    hide = stewarding.hiding(site, domain, show_ids, purpose)
    store = site.ready_store
    with looking(store) as lookup, unlike():
        try:
            ends = [end_of(site, store, lookup, domain, text) for text in (left, right)]
            if ends[0][0] == ends[1][0] and None in (ends[0][1], ends[1][1]) and ends[0] == ends[1]:
                chain = f"basedb explain {domain.entity.name} {ends[0][0]}"
                raise Usage(
                    f"{mask_text(left)} 与 {mask_text(right)} 是同一{domain.entity.zh}，证据链见 {chain}"
                    " / both are one entity already"
                )
            found = explain_pair(lookup, domain.entity, ends[0], ends[1], hide)
        except NoSuchMention as error:
            raise Usage(str(error)) from error
    audit.record(store, "explain", purpose, f"pair {left} {right}", 2)
    if site.json:
        print_json(found)
        return
    _tell(domain, found)


def end_of(site: Site, store: Store, lookup: Lookup, domain: Domain, text: str) -> tuple[int, int | None]:
    """(entity, mention) of what was given; no mention for an entity."""
    if ":" in text or (text[:1] == "m" and text[1:].isdecimal()):
        mention, owner = find_mention(lookup, domain.entity, text)
        return owner, mention
    with reading(store, site.time_zone.key) as reader:
        subjects = find(reader, domain, text)
    if not subjects:
        raise Usage(
            f"没有编号或号码为 {mask_text(text)} 的{domain.entity.zh} / nobody known by that id or number"
        )
    if len(subjects) > 1:
        ids = "、".join(str(subject.entity_id) for subject in subjects)
        raise Usage(f"有多个{domain.entity.zh}使用此号码：{ids}，请给出编号 / several bear it; give an id")
    return subjects[0].entity_id, None


def _tell(domain: Domain, found: Mapping[str, Any]) -> None:
    entity = domain.entity
    for side, name in (("左", "left"), ("右", "right")):
        place = found[name]
        say(
            f"{side}：提及 {place['mention_id']}，{place['source']} {place['source_key']}（{place['role']}），"
            f"数据日期 {place['as_of']}，{entity.zh} {place[entity.id_column]}"
        )
    _waterfall(found)
    odds = ">99.99%" if found["probability"] > 0.9999 else f"{found['probability']:.2%}"
    limits = found["thresholds"]
    say(
        f"合计 {found['match_weight']:+.1f}，概率 {odds}；{limits['review']:g} 起待人工，{limits['auto_link']:g} 起自动认定"
        f" / in all {found['match_weight']:+.1f}, probability {odds}"
    )
    for item in found["constraints"]:
        say(f"约束 {item['name']}：{item['zh']} / {item['en']}", "yellow")
    if kept := found["kept"]:
        say(
            f"库中证据 / kept evidence: {kept['method']}，分块规则 {kept['rule']}，"
            f"权重 {(kept['match_weight'] or 0):+.1f}，"
            f"{kept['grade']}，{kept['outcome']}，模型版本 {kept['model_version']}，运行 {kept['run_id']}"
        )
    for item in found["judgements"]:
        say(
            f"判定 {item['judgement_id']}：{item['verdict']}，{item['made_by']}，{item['made_at']:%Y-%m-%d %H:%M}，"
            f"{item['reason']} / judged by a person",
            "bold",
        )
    say("结论 / what decides", "bold")
    for zh, en in found["because"]:
        say(f"  {zh} / {en}")
    if found["path"] and not found["direct"]:
        table(
            "经由其他记录相连 / connected by way of other records",
            ["提及", "连到", "依据"],
            [
                (str(link["mention_id"]), str(link["parent"]), f"{link['zh']}：{detail(link)}".rstrip("："))
                for link in found["path"]
            ],
            right=["提及", "连到"],
        )


def _waterfall(found: Mapping[str, Any]) -> None:
    """Every comparison with what it read on both sides, its level, and how it moves the weight."""
    ends = [0.0, found["prior_weight"]]
    for step in found["steps"]:
        ends.append(ends[-1] + step["weight"] + step["adjustment"])
    low, high = min(ends), max(ends)
    drawn = Table(
        header_style="bold", title_justify="left",
        title=f"权重的由来（模型版本 {found['model_version']}）/ the match weight, step by step",
    )  # fmt: skip
    for name, is_number in (
        ("比较", False), ("左", False), ("右", False), ("等级", False), ("权重", True), ("词频", True), ("累计", True),
    ):  # fmt: skip
        drawn.add_column(name, justify="right" if is_number else "left", overflow="fold")
    drawn.add_column("", no_wrap=True)
    rows: list[tuple[str, str, str, str, str, str]] = [
        ("先验", "", "", "任取两条记录 / prior", f"{found['prior_weight']:+.1f}", "")
    ]
    for step in found["steps"]:
        left, right = _values(step["left"], step["right"])
        adjustment = f"{step['adjustment']:+.1f}" if step["adjustment"] else ""
        weight = "" if step["missing"] else f"{step['weight']:+.1f}"
        rows.append((step["zh"], left, right, step["level_zh"], weight, adjustment))
    for place, row in enumerate(rows):
        color = "green" if ends[place + 1] >= ends[place] else "red"
        shape = bar(ends[place], ends[place + 1], low, high)
        drawn.add_row(*map(escape, row), f"{ends[place + 1]:+.1f}", f"[{color}]{shape}[/]")
    console().print(drawn)


def _values(left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[str, str]:
    """What a comparison read, for people: marks, counts and what repeats another value left out."""
    sides = []
    for values in (left, right):
        told = dict.fromkeys(
            str(value)
            for value in values.values()
            if value is not None and not isinstance(value, bool | int | float)
        )
        sides.append("\n".join(text for text in told if text))
    return sides[0], sides[1]

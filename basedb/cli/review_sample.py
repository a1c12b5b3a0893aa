"""`basedb review sample`, `check` and `sample-result`: how good the matches are, from what people checked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import click

from basedb import audit
from basedb.cli import stewarding
from basedb.cli.choosing import (
    NUMBER,
    by_option,
    domain_of,
    domain_option,
    purpose_option,
    show_ids_option,
)
from basedb.cli.hiding import Hide
from basedb.cli.output import print_json, say, table
from basedb.cli.review_view import show_records, show_sides
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain, Entity
from basedb.stewardship.estimate import Estimate, Stratum, estimate
from basedb.stewardship.lookup import Lookup, Row, looking, recall_only
from basedb.stewardship.sample import (
    draw,
    keep_estimates,
    keep_sample,
    read_sample,
    record_verdicts,
    strata_of,
)
from basedb.stewardship.sides import put_side_by_side

_MEASURE = {"precision": "查准率", "recall": "查全率"}
_ANSWERS = {"s": "same", "d": "different", "u": "unclear"}
_SAMPLE = click.argument("number", type=NUMBER, required=False, metavar="[SAMPLE]")


@click.command()
@click.option(
    "--size",
    type=click.IntRange(min=2),
    default=200,
    show_default=True,
    help="大约抽多少对 / about so many pairs",
)
@click.option(
    "--run", "run_id", type=NUMBER, metavar="RUN", help="只抽该次运行所认定的记录 / records linked by one run"
)
@click.option("--seed", default=1, show_default=True, help="随机种子 / seed of the draw")
@domain_option
@pass_site
def sample(site: Site, size: int, run_id: int | None, seed: int, domain_name: str) -> None:
    """分层抽样，供人工核对 / draw a stratified sample for people to check."""
    domain = domain_of(site, domain_name)
    store = site.ready_store
    with looking(store) as lookup:
        drawn = draw(lookup, domain.entity, size, seed, run_id)
    number = stewarding.possible(keep_sample, store, domain.entity, drawn, run_id, site.wait)
    sizes = {item.stratum: item.stratum_size for item in drawn}
    counted = {name: sum(item.stratum == name for item in drawn) for name in sizes}
    if site.json:
        strata = [{"stratum": name, "size": sizes[name], "drawn": counted[name]} for name in sorted(sizes)]
        print_json({"sample": number, "pairs": len(drawn), "strata": strata})
        return
    table(
        f"样本 {number}，{len(drawn)} 对 / a sample",
        ["层", "总对数", "抽取"],
        [(_stratum(name), sizes[name], counted[name]) for name in sorted(sizes, reverse=True)],
        right=["总对数", "抽取"],
    )
    say(
        f"核对 / check: basedb review check {number}，或 / or: basedb review export 样本.xlsx --sample {number}"
        "，填好后 import",
        "dim",
    )


@click.command()
@_SAMPLE
@domain_option
@by_option
@show_ids_option
@purpose_option
@pass_site
def check(site: Site, number: int | None, domain_name: str, by: str, show_ids: bool, purpose: str) -> None:
    """在终端逐对核对样本 / check a sample in the terminal, pair by pair."""
    domain = domain_of(site, domain_name)
    store = site.ready_store
    hide = stewarding.hiding(site, domain, show_ids, purpose)
    with looking(store) as lookup:
        pairs = stewarding.possible(read_sample, lookup, domain.entity, number)
        left = [row for row in pairs if row["verdict"] is None]
        number = int(pairs[0]["sample_id"])
        audit.record(store, "review check", purpose, f"sample {number}", len(left))
        found = _ask(domain, lookup, left, hide)
    record_verdicts(store, domain.entity, number, found, by, datetime.now(UTC), site.wait)
    if site.json:
        print_json({"sample": number, "checked": len(found), "left": len(left) - len(found)})
    else:
        say(f"已核对 {len(found)} 对，还有 {len(left) - len(found)} 对 / checked, and left")


@click.command(name="sample-result")
@_SAMPLE
@domain_option
@pass_site
def sample_result(site: Site, number: int | None, domain_name: str) -> None:
    """由核对过的样本估计查准率与查全率 / precision and recall from a checked sample."""
    domain = domain_of(site, domain_name)
    store = site.ready_store
    with looking(store) as lookup:
        pairs = stewarding.possible(read_sample, lookup, domain.entity, number)
    strata = strata_of(pairs)
    measures = estimate(strata)
    known = any(item.estimate is not None for item in measures)
    if known:
        keep_estimates(store, domain.entity, pairs, measures, datetime.now(UTC), site.wait)
    if site.json:
        print_json({"sample": pairs[0]["sample_id"], "strata": strata, "measures": measures})
        return
    table(
        f"样本 {pairs[0]['sample_id']} / the sample",
        ["层", "总对数", "同一", "不同", "看不出", "未核对"],
        [_line(item, pairs) for item in strata],
        right=["总对数", "同一", "不同", "看不出", "未核对"],
    )
    for item in measures:
        _tell(item)
    if not known:
        say("还没有核对任何一对 / nothing has been checked yet")
        return
    say(
        "分层估计（Cochran 1977）；区间由 Clopper–Pearson（1934）限值按层模拟合成，偏于保守"
        " / stratified estimate, Clopper-Pearson limits combined by simulation",
        "dim",
    )
    say(
        "查全率只就比较过、权重达到复核线的记录对而言；没有任何分块规则碰到一起的不在其内"
        " / recall is among pairs that were compared and reached the review threshold",
        "dim",
    )


def _ask(
    domain: Domain, lookup: Lookup, pairs: list[Row], hide: Mapping[str, Hide] | None
) -> dict[tuple[int, int], str]:
    """What somebody at the terminal says about each pair, until they stop."""
    entity: Entity = domain.entity
    recall_only(lookup, entity, [row[end] for row in pairs for end in ("a", "b")])
    held = {row["mention_id"]: [row] for row in lookup.rows("FROM steward_mention")}
    found: dict[tuple[int, int], str] = {}
    for place, row in enumerate(pairs, 1):
        sides = put_side_by_side(entity, held, row["a"], row["b"], hide)
        say(f"第 {place} 对，共 {len(pairs)} 对 / pair {place} of {len(pairs)}", "bold")
        show_sides(entity.zh, sides)
        show_records(sides)
        said = click.prompt(
            "同一 s，不同 d，看不出 u，跳过 k，结束 q / same, different, unclear, skip, quit",
            type=click.Choice([*_ANSWERS, "k", "q"], case_sensitive=False),
            show_choices=False,
            err=True,
        ).lower()
        if said == "q":
            break
        if said in _ANSWERS:
            found[row["a"], row["b"]] = _ANSWERS[said]
    return found


def _line(item: Stratum, pairs: list[Row]) -> tuple[str, int, int, int, int, int]:
    drawn = sum(row["stratum"] == item.name for row in pairs)
    left = drawn - item.checked - item.unclear
    return _stratum(item.name), item.size, item.same, item.different, item.unclear, left


def _tell(item: Estimate) -> None:
    name = f"{_MEASURE[item.measure]} {item.measure}"
    if item.estimate is None:
        say(f"{name}：无法估计 / cannot be estimated")
        return
    say(
        f"{name}：{item.estimate:.2%}，{item.confidence:.0%} 区间 {item.low:.2%} – {item.high:.2%}（{item.pairs} 对）",
        "bold",
    )
    if item.unchecked:
        told = "、".join(_stratum(stratum) for stratum in item.unchecked)
        say(
            f"  未核对的层：{told}；区间已按最坏与最好情形计 / strata not checked count as worst and best case"
        )


def _stratum(name: str) -> str:
    """The name of a stratum as people read it."""
    kind, _, rest = name.partition("/")
    words = {
        "exact": "号码规则", "through others": "经由其他记录", "kin": "亲属关系", "correction": "更正",
        "judgement": "人工判定", "succession": "登记前后相继", "must_link": "必合约束",
    }  # fmt: skip
    told = words.get(
        rest, rest.replace("score", "评分").replace("review", "待人工").replace("settled", "另有定论")
    )
    return f"{'已认定' if kind == 'linked' else '未认定'} · {told}"

"""How doubtful matches are shown in a terminal: two entities side by side, and why they are in doubt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rich.markup import escape
from rich.table import Table

from basedb.cli.output import console, local, say, table
from basedb.cli.site import Site
from basedb.domain import Domain, Entity
from basedb.linkage.score import Explanation
from basedb.stewardship.judgements import Entry
from basedb.stewardship.queue import Item
from basedb.stewardship.sides import DIFFERENT, ONE_SIDED, PARTLY, Mentioned, Sides, Value
from basedb.stewardship.why import Why

STATUS = {"current": "现行", "superseded": "旧版本", "retired": "已注销"}
OUTCOME = {"linked": "已归同一", "review": "待人工", "settled": "另有定论"}
_MARK = {DIFFERENT: ("≠", "bold red"), PARTLY: ("≈", "yellow"), ONE_SIDED: ("", "dim")}
_BAR = 24


def item_document(item: Item) -> dict[str, Any]:
    """An item as JSON has it."""
    return {name: getattr(item, name) for name in item.__dataclass_fields__}


def entry_document(entry: Entry[int] | Entry[str]) -> dict[str, Any]:
    """A judgement as JSON has it."""
    return {name: getattr(entry, name) for name in entry.__dataclass_fields__} | {"in_force": entry.in_force}


def queue_table(
    site: Site, kind_text: Callable[[str], tuple[str, str]], items: Sequence[Item], title: str
) -> None:
    """The queue, one line per item. kind_text: why an item of a kind waits."""
    numbers = ["左", "右", "权重", "概率", "记录", "价值"]
    table(
        title,
        ["左", "右", "原因", "权重", "概率", "记录", "同号", "自", "价值", "分派", "待定"],
        [
            (
                str(item.left), str(item.right), kind_text(item.kind)[0], f"{item.weight:.1f}",
                _probability(item.probability), f"{item.records[0]}+{item.records[1]}",
                "是" if item.shares_identifier else "",
                f"{local(item.since, site.time_zone):%m-%d}", f"{item.worth:.1f}", item.assigned_to or "",
                item.unsure_by or "",
            )
            for item in items
        ],
        right=numbers,
    )  # fmt: skip


def _probability(value: float) -> str:
    return ">99%" if value > 0.99 else f"{value:.0%}"


def show_item(why: tuple[str, str], item: Item) -> None:
    """What the queue says of an item; why it waits, in Chinese and English."""
    say(" / ".join(why), "bold")
    told = f"权重 {item.weight:.1f}，{item.evidence} 对证据，价值 {item.worth:.1f}"
    if item.shares_identifier:
        told += "，两边有同一号码"
    if item.assigned_to:
        told += f"，分派给 {item.assigned_to}"
    say(told)
    if item.unsure_by:
        say(f"{item.unsure_by} 未能判定：{item.unsure_reason} / left open")


def show_sides(subject: str, sides: Sides) -> None:
    """Attribute by attribute, differences marked. subject: what the two are."""
    drawn = Table(header_style="bold", title_justify="left", title=f"{subject}，逐项 / side by side")
    drawn.add_column("")
    drawn.add_column("属性", overflow="fold", max_width=18)
    for number, records in zip((sides.left, sides.right), sides.records, strict=True):
        drawn.add_column(f"{number}（{len(records)} 条记录）", overflow="fold", ratio=1)
    for line in sides.lines:
        mark, style = _MARK.get(line.agreement, ("＝", ""))
        drawn.add_row(
            mark, escape(line.zh.split(" ")[0]), _values(line.left), _values(line.right), style=style or None
        )
    console().print(drawn)


def show_records(sides: Sides) -> None:
    """The departmental records of both sides."""
    rows: list[Sequence[Any]] = []
    for number, records in zip((sides.left, sides.right), sides.records, strict=True):
        rows += [(str(number), *_record(record)) for record in records]
    table(
        "记录 / records",
        ["编号", "来源", "主键", "角色", "状态", "数据日期", "版本", "提及编号"],
        rows,
        right=["版本", "提及编号"],
    )


def show_why(domain: Domain, why: Why) -> None:
    """The weight as a waterfall, the evidence, and what decided."""
    if why.explanation is not None:
        _waterfall(why.explanation, why.model_version, domain.entity)
    if why.evidence:
        table(
            "证据 / evidence",
            ["左提及", "右提及", "方法", "分块规则", "权重", "等级", "约束", "结果"],
            [
                (
                    str(item.left_mention), str(item.right_mention), item.method, item.rule, item.weight,
                    "自动" if item.grade == "auto" else "待人工", item.veto, OUTCOME[item.outcome],
                )
                for item in why.evidence[:8]
            ],
            right=["左提及", "右提及", "权重"],
        )  # fmt: skip
        if len(why.evidence) > 8:
            say(f"另有 {len(why.evidence) - 8} 对证据 / more evidence", "dim")
    say("为什么没有自动认定 / why it was not decided", "bold")
    for zh, en in why.decided:
        say(f"  {zh} / {en}")


def _waterfall(explanation: Explanation, version: int, entity: Entity) -> None:
    """Each comparison adds to the weight or takes from it; the bars show from where to where."""
    steps: list[tuple[str, str, float | None, float, bool]] = [
        ("起点", "任取两条记录为同一实体的机会 / prior", explanation.prior_weight, 0.0, False)
    ]
    for step in explanation.steps:
        steps.append(
            (step.zh, step.level_zh, None if step.missing else step.weight, step.adjustment, step.missing)
        )
    total, ends = 0.0, [0.0]
    for _, _, weight, adjustment, _ in steps:
        total += (weight or 0.0) + adjustment
        ends.append(total)
    low, high = min(ends), max(ends)
    drawn = Table(
        header_style="bold",
        title_justify="left",
        title=f"权重的由来（模型版本 {version}）/ the match weight, step by step",
    )
    for name, justify in (
        ("比较", "left"),
        ("等级", "left"),
        ("权重", "right"),
        ("词频", "right"),
        ("累计", "right"),
    ):
        drawn.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    drawn.add_column("", no_wrap=True)
    for place, (zh, level, weight, adjustment, missing) in enumerate(steps):
        drawn_bar = bar(ends[place], ends[place + 1], low, high)
        color = "green" if ends[place + 1] >= ends[place] else "red"
        drawn.add_row(
            escape(zh), escape(level), "" if weight is None else f"{weight:+.1f}",
            f"{adjustment:+.1f}" if adjustment else "", f"{ends[place + 1]:+.1f}", f"[{color}]{drawn_bar}[/]",
            style="dim" if missing else None,
        )  # fmt: skip
    console().print(drawn)
    weight = explanation.match_weight
    odds = 1 / (1 + 2**-weight)
    say(
        f"合计 {weight:+.1f}，概率 {odds:.1%}；{entity.model.review:g} 起待人工，{entity.model.auto_link:g} 起自动认定"
        f" / {entity.model.review:g} and more goes to a person, {entity.model.auto_link:g} and more links",
        "dim",
    )


def bar(start: float, end: float, low: float, high: float) -> str:
    """A bar from `start` to `end` where `low` is the left margin and `high` the right one."""
    scale = _BAR / ((high - low) or 1.0)
    first, last = sorted((round((start - low) * scale), round((end - low) * scale)))
    if first == last:
        return " " * min(first, _BAR - 1) + "│"
    return " " * first + "█" * (last - first)


def _values(values: Sequence[Value]) -> str:
    return "\n".join(
        escape(value.text) + (f" ×{value.mentions}" if value.mentions > 1 else "") for value in values
    )


def _record(record: Mentioned) -> tuple[Any, ...]:
    return (
        record.source, record.source_key, record.role, STATUS.get(record.status, record.status), record.as_of,
        record.versions, str(record.mention_id),
    )  # fmt: skip

"""Bulk decisions in a workbook: items side by side, and a verdict to choose. `answers` reads it back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from basedb.domain import Attribute, Entity
from basedb.stewardship.lookup import Lookup, Row, recall_mentions, recall_only
from basedb.stewardship.plan import DIFFERENT, SAME
from basedb.stewardship.queue import Item, kind_text
from basedb.stewardship.sides import Held, Hide, Sides, held_mentions, put_side_by_side
from basedb.workbook import Book, Heading

UNSURE = "unsure"
SHEET = "判定"
VERDICT, REASON, CODE = "结论", "理由", "核对码"


@dataclass(frozen=True)
class Form:
    """What a workbook asks: the verdicts to choose from, the titles of the two numbers, whether a
    verdict needs a reason."""

    verdicts: Mapping[str, str]
    left: str
    right: str
    reasoned: bool

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns that are read back."""
        return (VERDICT, *([REASON] if self.reasoned else []), self.left, self.right, CODE)


QUEUE = Form({"同一": SAME, "不同": DIFFERENT, "待定": UNSURE}, "左编号", "右编号", True)
SAMPLE = Form({"同一": SAME, "不同": DIFFERENT, "看不出": "unclear"}, "左提及", "右提及", False)
_FIXED = (
    Heading(VERDICT, 8, tuple(QUEUE.verdicts)), Heading(REASON, 24), Heading(QUEUE.left, 10),
    Heading(QUEUE.right, 10),
    Heading("原因", 26), Heading("权重", 8), Heading("概率", 8), Heading("同号码", 8), Heading("左记录", 26),
    Heading("右记录", 26),
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """An item as a row. why: for what it waits; code: see `state_code`; picture: where there is one."""

    item: Item
    why: str
    sides: Sides
    code: str
    picture: str = ""


def write_queue(
    path: Path, lookup: Lookup, entity: Entity, items: Sequence[Item], hiding: Mapping[str, Hide] | None
) -> None:
    """Write items to a workbook, a row each; with `hiding` None numbers are shown in full."""
    recall_mentions(lookup, entity, [number for item in items for number in item.pair])
    held = held_mentions(lookup, entity)
    asked = [
        Asked(
            item, kind_text(entity, item.kind)[0], put_side_by_side(entity, held, item.left, item.right, hiding),
            state_code(held, *item.pair),
        )
        for item in items
    ]  # fmt: skip
    write_asked(path, entity.shown, asked, hiding is None)


def write_asked(path: Path, attributes: Sequence[Attribute], asked: Sequence[Asked], whole: bool) -> None:
    """Write rows to a workbook. attributes: what the sides may show; whole: whether numbers are in full."""
    names, values = _value_headings(attributes, [row.sides for row in asked])
    pictures = any(row.picture for row in asked)
    book = Book()
    book.table(
        SHEET,
        (*_FIXED, *values, *([Heading("图", 26)] if pictures else []), Heading(CODE, 16)),
        (
            [
                None, None, row.item.left, row.item.right, row.why, round(row.item.weight, 1),
                round(row.item.probability, 3), "是" if row.item.shares_identifier else None,
                *_records(row.sides), *_values(row.sides, names), *([row.picture] if pictures else []), row.code,
            ]
            for row in asked
        ),
    )  # fmt: skip
    book.page("说明", _cover(QUEUE, whole))
    book.save(path)


def write_sample(
    path: Path, lookup: Lookup, entity: Entity, sample: Sequence[Row], hiding: Mapping[str, Hide] | None
) -> None:
    """Write the pairs of a sample, without what was decided about them: it must not be known."""
    recall_only(lookup, entity, [row[end] for row in sample for end in ("a", "b")])
    held = {row["mention_id"]: [row] for row in lookup.rows("FROM steward_mention")}
    sides = [put_side_by_side(entity, held, row["a"], row["b"], hiding) for row in sample]
    names, values = _value_headings(entity.shown, sides)
    fixed = (
        Heading(VERDICT, 8, tuple(SAMPLE.verdicts)), Heading(SAMPLE.left, 10), Heading(SAMPLE.right, 10),
        Heading("左记录", 26), Heading("右记录", 26),
    )  # fmt: skip
    book = Book()
    book.table(
        SHEET,
        (*fixed, *values, Heading(CODE, 10)),
        (
            [
                next((zh for zh, verdict in SAMPLE.verdicts.items() if verdict == row["verdict"]), None),
                row["a"], row["b"], *_records(both), *_values(both, names), f"S{row['sample_id']}",
            ]
            for row, both in zip(sample, sides, strict=True)
        ),
    )  # fmt: skip
    book.page("说明", _cover(SAMPLE, hiding is None))
    book.save(path)


def state_code(held: Held, left: int, right: int) -> str:
    """A short fingerprint of which records two entities hold."""
    told = [
        f"{number}:{','.join(str(row['mention_id']) for row in held.get(number, ()))}"
        for number in sorted((left, right))
    ]
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:12]


def _value_headings(
    attributes: Sequence[Attribute], sides: Sequence[Sides]
) -> tuple[list[str], list[Heading]]:
    """The attributes that some item has, and a column of each side for them."""
    used = {line.attribute for both in sides for line in both.lines}
    shown = [item for item in attributes if item.name in used]
    headings = [Heading(f"{item.zh}（{side}）", 22) for item in shown for side in ("左", "右")]
    return [item.name for item in shown], headings


def _records(sides: Sides) -> Iterator[str]:
    for records in sides.records:
        yield "\n".join(f"{record.source} {record.source_key} {record.role}" for record in records)


def _values(sides: Sides, attributes: Sequence[str]) -> Iterator[str | None]:
    lines = {line.attribute: line for line in sides.lines}
    for name in attributes:
        line = lines.get(name)
        for values in ((), ()) if line is None else (line.left, line.right):
            yield "\n".join(value.text for value in values) or None


def _cover(form: Form, whole: bool) -> list[tuple[str, str]]:
    why = f"，在“{REASON}”列写明理由" if form.reasoned else "；请只凭两条记录本身判断"
    return [
        ("怎样填写", f"在“{SHEET}”表的“{VERDICT}”列选择{'、'.join(form.verdicts)}{why}；不填的行不作处理。"),
        ("可以", "删除行、排序、筛选、增加自己的列。"),
        ("请勿", f"改动表头、编号和“{CODE}”；单元格中不要用公式。"),
        ("导入", "basedb review import 本文件。导出后有变化的行会指出，不会误判。"),
        ("号码", "本表含完整号码，请按个人信息保管。" if whole else "证件号码等已遮盖。"),
        ("In English", "Choose a verdict and write a reason; rows without a verdict are left alone."),
    ]  # fmt: skip

"""Bulk decisions in a workbook: items side by side, a verdict to choose, and reading it back.

Whatever a person may have done to the file in between is either understood or refused with the cells
named; nothing of a refused workbook is entered.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from basedb.domain import Entity
from basedb.stewardship.lookup import Lookup, recall_mentions
from basedb.stewardship.plan import DIFFERENT, SAME, Plan, Unresolved
from basedb.stewardship.queue import Item, kind_text
from basedb.stewardship.sides import Held, Hide, Sides, held_mentions, put_side_by_side
from basedb.stewardship.split_merge import plan_pair
from basedb.workbook import Book, Heading

UNSURE = "unsure"
VERDICTS = {"同一": SAME, "不同": DIFFERENT, "待定": UNSURE}
_SHEET = "判定"
_VERDICT, _REASON, _LEFT, _RIGHT, _CODE = "结论", "理由", "左编号", "右编号", "核对码"
_FIXED = (
    Heading(_VERDICT, 8, tuple(VERDICTS)), Heading(_REASON, 24), Heading(_LEFT, 10), Heading(_RIGHT, 10),
    Heading("原因", 26), Heading("权重", 8), Heading("概率", 8), Heading("同号码", 8), Heading("左记录", 26),
    Heading("右记录", 26),
)  # fmt: skip
_MOST_TOLD = 20


class BadWorkbook(ValueError):
    """A workbook that cannot be taken; `problems` name the cells."""

    def __init__(self, problems: Sequence[str]):
        told = "；".join(problems[:_MOST_TOLD])
        more = f"等 {len(problems)} 处" if len(problems) > _MOST_TOLD else ""
        super().__init__(f"{told}{more}。未作任何改动 / nothing was entered")
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Answer:
    """One row with a verdict. code: what the row was made of, see `state_code`."""

    row: int
    left: int
    right: int
    verdict: str
    reason: str
    code: str


def write_queue(
    path: Path, lookup: Lookup, entity: Entity, items: Sequence[Item], hiding: Mapping[str, Hide] | None
) -> None:
    """Write items to a workbook, a row each; with `hiding` None numbers are shown in full."""
    recall_mentions(lookup, entity, [number for item in items for number in item.pair])
    held = held_mentions(lookup, entity)
    sides = [put_side_by_side(entity, held, item.left, item.right, hiding) for item in items]
    used = {line.attribute for both in sides for line in both.lines}
    attributes = [item for item in entity.attributes if item.name in used]
    values = [Heading(f"{item.zh}（{side}）", 22) for item in attributes for side in ("左", "右")]
    book = Book()
    book.table(
        _SHEET,
        (*_FIXED, *values, Heading(_CODE, 16)),
        (
            [
                None, None, item.left, item.right, kind_text(entity, item.kind)[0], round(item.weight, 1),
                round(item.probability, 3), "是" if item.shares_identifier else None, *_records(both),
                *_values(both, [attribute.name for attribute in attributes]), state_code(held, *item.pair),
            ]
            for item, both in zip(items, sides, strict=True)
        ),
    )  # fmt: skip
    book.page("说明", _cover(hiding is None))
    book.save(path)


def read_answers(path: Path, reason: str = "") -> list[Answer]:
    """The rows with a verdict. Raises BadWorkbook naming every cell that is in the way.

    reason: for rows that give none; without it they must. Rows may be deleted, sorted and added to,
    columns moved and added; headings stay as they are.
    """
    cells = _open(path)
    columns = _columns(cells)
    problems: list[str] = []
    answers: list[Answer] = []
    first: dict[tuple[int, int], int] = {}
    for row in cells[1:]:
        named = {name: row[place] for name, place in columns.items() if place < len(row)}
        verdict = named[_VERDICT].value if _VERDICT in named else None
        if verdict is None or not str(verdict).strip():
            continue
        found = _answer(named, reason, problems)
        if found is None:
            continue
        pair = (min(found.left, found.right), max(found.left, found.right))
        if pair in first:
            problems.append(f"第 {found.row} 行与第 {first[pair]} 行是同一对 {pair[0]} {pair[1]}")
        first.setdefault(pair, found.row)
        answers.append(found)
    if problems:
        raise BadWorkbook(problems)
    return answers


def plan_answers(
    lookup: Lookup, entity: Entity, answers: Sequence[Answer]
) -> tuple[list[Plan], list[tuple[Answer, str]]]:
    """The plan of every answer that still applies; and the answers that do not, with why.

    An answer is stale if its entities are gone, or hold other records than when they were exported.
    """
    recall_mentions(lookup, entity, [number for item in answers for number in (item.left, item.right)])
    held = held_mentions(lookup, entity)
    plans, stale = [], []
    for item in answers:
        gone = [number for number in (item.left, item.right) if number not in held]
        if gone:
            stale.append((item, f"编号 {'、'.join(map(str, gone))} 已不存在 / the id is gone"))
        elif state_code(held, item.left, item.right) != item.code:
            stale.append((item, "导出后记录有变化 / records changed since the export"))
        else:
            try:
                plans.append(plan_pair(lookup, entity, item.left, item.right, item.verdict, item.reason))
            except Unresolved as error:
                stale.append((item, str(error)))
    return plans, stale


def state_code(held: Held, left: int, right: int) -> str:
    """A short fingerprint of which records two entities hold."""
    told = [
        f"{number}:{','.join(str(row['mention_id']) for row in held.get(number, ()))}"
        for number in sorted((left, right))
    ]
    return hashlib.sha256("|".join(told).encode()).hexdigest()[:12]


def _records(sides: Sides) -> Iterator[str]:
    for records in sides.records:
        yield "\n".join(f"{record.source} {record.source_key} {record.role}" for record in records)


def _values(sides: Sides, attributes: Sequence[str]) -> Iterator[str | None]:
    lines = {line.attribute: line for line in sides.lines}
    for name in attributes:
        line = lines.get(name)
        for values in ((), ()) if line is None else (line.left, line.right):
            yield "\n".join(value.text for value in values) or None


def _cover(whole: bool) -> list[tuple[str, str]]:
    return [
        ("怎样填写", f"在“{_SHEET}”表的“{_VERDICT}”列选择 同一、不同 或 待定，在“{_REASON}”列写明理由；不填的行不作处理。"),
        ("可以", "删除行、排序、筛选、增加自己的列。"),
        ("请勿", f"改动表头、编号和“{_CODE}”；单元格中不要用公式。"),
        ("导入", "basedb review import 本文件。导出后有变化的行会指出，不会误判。"),
        ("号码", "本表含完整号码，请按个人信息保管。" if whole else "证件号码等已遮盖。"),
        ("In English", "Choose a verdict and write a reason; rows without a verdict are left alone."),
    ]  # fmt: skip


def _open(path: Path) -> list[tuple[Any, ...]]:
    """The rows of cells of the sheet to be read."""
    try:
        book = load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadWorkbook([f"{path.name} 不是可读的 xlsx 工作簿 / not a readable workbook"]) from error
    sheet = book[_SHEET] if _SHEET in book.sheetnames else book.worksheets[0]
    rows = list(sheet.iter_rows())
    if not rows:
        raise BadWorkbook([f"工作表 {sheet.title} 是空的 / the sheet is empty"])
    return rows


def _columns(cells: Sequence[Sequence[Any]]) -> dict[str, int]:
    """Where the columns are that are read."""
    found: dict[str, int] = {}
    problems = []
    for place, cell in enumerate(cells[0]):
        name = str(cell.value).strip() if cell.value is not None else ""
        if name in found and name in (_VERDICT, _REASON, _LEFT, _RIGHT, _CODE):
            problems.append(f"{cell.coordinate}：表头 {name} 重复")
        found.setdefault(name, place)
    usual = {heading.title: place for place, heading in enumerate(_FIXED)}
    for name in (_VERDICT, _REASON, _LEFT, _RIGHT, _CODE):
        if name not in found:
            at = usual.get(name)
            there = "" if at is None else f"{get_column_letter(at + 1)}1："
            now = f"，现为 {cells[0][at].value}" if at is not None and at < len(cells[0]) else ""
            problems.append(f"{there}缺少表头 {name}{now}")
    if problems:
        raise BadWorkbook(problems)
    return found


def _answer(named: Mapping[str, Any], reason: str, problems: list[str]) -> Answer | None:
    """One row with a verdict; None, and what is wrong with it, if it cannot be taken."""
    wrong = [
        f"{cell.coordinate}：是公式 {cell.value}"
        for name, cell in named.items()
        if name in (_VERDICT, _REASON, _LEFT, _RIGHT, _CODE) and cell.data_type == "f"
    ]
    verdict_cell = named[_VERDICT]
    said = str(verdict_cell.value).strip()
    verdict = VERDICTS.get(said, said.lower() if said.lower() in VERDICTS.values() else "")
    if not verdict and not wrong:
        wrong.append(f"{verdict_cell.coordinate}：不认识的结论 {said}，只能是 {'、'.join(VERDICTS)}")
    numbers = []
    for name in (_LEFT, _RIGHT):
        cell = named[name]
        text = re.sub(r"\.0$", "", str(cell.value).strip())
        if re.fullmatch(r"[0-9]{1,18}", text):
            numbers.append(int(text))
        elif cell.data_type != "f":
            wrong.append(f"{cell.coordinate}：{name}应为编号，现为 {cell.value}")
    told = str(named[_REASON].value or "").strip() or reason
    if not told:
        wrong.append(f"{named[_REASON].coordinate}：有结论而没有理由")
    if wrong:
        problems += wrong
        return None
    code = str(named[_CODE].value or "").strip()
    return Answer(verdict_cell.row, numbers[0], numbers[1], verdict, told, code)

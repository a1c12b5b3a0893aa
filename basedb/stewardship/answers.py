"""Reading decisions back from a workbook.

Whatever a person may have done to the file in between is either understood or refused with the cells
named; nothing of a refused workbook is entered.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from basedb.domain import Entity
from basedb.stewardship.judgements import list_judgements
from basedb.stewardship.lookup import Lookup, listed, recall_mentions
from basedb.stewardship.plan import DIFFERENT, SAME, Plan, Unresolved
from basedb.stewardship.queue import unsure_notes
from basedb.stewardship.sides import held_mentions
from basedb.stewardship.split_merge import plan_pair
from basedb.stewardship.workbook import CODE, QUEUE, REASON, SAMPLE, SHEET, UNSURE, VERDICT, Form, state_code

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
    """One row with a verdict. code: what the row was made of: `state_code`, or the sample's number."""

    row: int
    left: int
    right: int
    verdict: str
    reason: str
    code: str


def form_of(path: Path) -> Form:
    """Which form a workbook is. Raises BadWorkbook if it cannot be read."""
    titles = {str(cell.value).strip() for cell in _open(path)[0]}
    return SAMPLE if {SAMPLE.left, SAMPLE.right} <= titles else QUEUE


def read_answers(path: Path, reason: str = "", form: Form = QUEUE) -> list[Answer]:
    """The rows with a verdict. Raises BadWorkbook naming every cell that is in the way.

    reason: for rows that give none; without it they must. Rows may be deleted, sorted and added to,
    columns moved and added; headings stay as they are.
    """
    cells = _open(path)
    columns = _columns(cells, form)
    problems: list[str] = []
    answers: list[Answer] = []
    first: dict[tuple[int, int], int] = {}
    for row in cells[1:]:
        named = {name: row[place] for name, place in columns.items() if place < len(row)}
        verdict = named[VERDICT].value if VERDICT in named else None
        if verdict is None or not str(verdict).strip():
            continue
        found = _answer(named, reason, form, problems)
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
) -> tuple[list[Plan], list[tuple[Answer, str]], list[Answer]]:
    """The plan of every answer that still applies; the answers that do not, with why; and those that say what is so.

    An answer is stale if its entities are gone, or hold other records than when they were exported. One that was
    entered before is not: its two ids are one entity now, or are judged different, or are noted as unsure with the
    same reason.
    """
    recall_mentions(lookup, entity, [number for item in answers for number in (item.left, item.right)])
    held = held_mentions(lookup, entity)
    now = _redirected(lookup, entity, answers, set(held))
    settled = _settled(lookup, entity, answers, set(held), now)
    plans, stale = [], []
    for item in answers:
        if item in settled:
            continue
        gone = [number for number in (item.left, item.right) if number not in held]
        if gone:
            stale.append((item, "；".join(_where_to(number, now) for number in gone)))
        elif state_code(held, item.left, item.right) != item.code:
            stale.append((item, "导出后记录有变化 / records changed since the export"))
        else:
            try:
                plans.append(plan_pair(lookup, entity, item.left, item.right, item.verdict, item.reason))
            except Unresolved as error:
                stale.append((item, str(error)))
    return plans, stale, settled


def _redirected(
    lookup: Lookup, entity: Entity, answers: Sequence[Answer], standing: set[int]
) -> dict[int, int]:
    """By id that nobody bears any more: the id it leads to. standing: the ids that entities bear."""
    gone = sorted({number for item in answers for number in (item.left, item.right)} - standing)
    redirects = (
        "SELECT from_id, to_id FROM basedb.redirect"
        f" WHERE entity = '{entity.qualified}' AND from_id IN ({listed(gone)})"
    )
    return {row["from_id"]: row["to_id"] for row in lookup.rows(redirects)} if gone else {}


def _where_to(number: int, now: Mapping[int, int]) -> str:
    if number in now:
        return f"编号 {number} 已并入 {now[number]} / {number} was merged into {now[number]}"
    return f"没有编号 {number} / there is no id {number}"


def _settled(
    lookup: Lookup, entity: Entity, answers: Sequence[Answer], standing: set[int], now: Mapping[int, int]
) -> list[Answer]:
    """The answers whose verdict holds already. standing: the ids that entities bear; now: where others lead."""
    there = sorted({number for item in answers for number in (item.left, item.right)} & standing)
    apart = {
        frozenset((entry.a_id, entry.b_id))
        for entry in (list_judgements(lookup, entity, about=there) if there else ())
        if entry.verdict == DIFFERENT
    }
    noted = {
        (frozenset((row["a_id"], row["b_id"])), row["reason"])
        for row in lookup.rows(f"FROM {lookup.inside(unsure_notes(entity))}")
    }
    return [
        item
        for item in answers
        if (item.verdict == SAME and now.get(item.left, item.left) == now.get(item.right, item.right))
        or (item.verdict == DIFFERENT and frozenset((item.left, item.right)) in apart)
        or (item.verdict == UNSURE and (frozenset((item.left, item.right)), item.reason) in noted)
    ]


def _open(path: Path) -> list[tuple[Any, ...]]:
    """The rows of cells of the sheet to be read."""
    try:
        book = load_workbook(path)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise BadWorkbook([f"{path.name} 不是可读的 xlsx 工作簿 / not a readable workbook"]) from error
    sheet = book[SHEET] if SHEET in book.sheetnames else book.worksheets[0]
    rows = list(sheet.iter_rows())
    if not rows:
        raise BadWorkbook([f"工作表 {sheet.title} 是空的 / the sheet is empty"])
    return rows


def _columns(cells: Sequence[Sequence[Any]], form: Form) -> dict[str, int]:
    """Where the columns are that are read."""
    found: dict[str, int] = {}
    problems = []
    for place, cell in enumerate(cells[0]):
        name = str(cell.value).strip() if cell.value is not None else ""
        if name in found and name in form.titles:
            problems.append(f"{cell.coordinate}：表头 {name} 重复")
        found.setdefault(name, place)
    for at, name in enumerate(form.titles):
        if name not in found:  # all but the code stand in this order at the left
            known = name != CODE and at < len(cells[0])
            there = f"{get_column_letter(at + 1)}1：" if known else ""
            problems.append(f"{there}缺少表头 {name}" + (f"，现为 {cells[0][at].value}" if known else ""))
    if problems:
        raise BadWorkbook(problems)
    return {name: found[name] for name in form.titles}


def _answer(named: Mapping[str, Any], reason: str, form: Form, problems: list[str]) -> Answer | None:
    """One row with a verdict; None, and what is wrong with it, if it cannot be taken."""
    wrong = [f"{cell.coordinate}：是公式 {cell.value}" for cell in named.values() if cell.data_type == "f"]
    verdict_cell = named[VERDICT]
    said = str(verdict_cell.value).strip()
    verdict = form.verdicts.get(said, said.lower() if said.lower() in form.verdicts.values() else "")
    if not verdict and not wrong:
        wrong.append(f"{verdict_cell.coordinate}：不认识的结论 {said}，只能是 {'、'.join(form.verdicts)}")
    numbers = []
    for name in (form.left, form.right):
        cell = named[name]
        text = re.sub(r"\.0$", "", str(cell.value).strip())
        if re.fullmatch(r"[0-9]{1,18}", text):
            numbers.append(int(text))
        elif cell.data_type != "f":
            wrong.append(f"{cell.coordinate}：{name}应为编号，现为 {cell.value}")
    told = str(named[REASON].value or "").strip() or reason if form.reasoned else ""
    if form.reasoned and not told:
        wrong.append(f"{named[REASON].coordinate}：有结论而没有理由")
    if wrong:
        problems += wrong
        return None
    code = str(named[CODE].value or "").strip()
    return Answer(verdict_cell.row, numbers[0], numbers[1], verdict, told, code)

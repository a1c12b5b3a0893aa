"""The workbook of a reconciliation: what each department owes the others, how many, since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from basedb.domain import Domain, Reconciliation
from basedb.store.native import Reader
from basedb.workbook import Book, Heading

_ITEM = (
    Heading("事项", 26), Heading("issue", 26), Heading("机构编号", 10), Heading("名称", 30), Heading("代码", 22),
    Heading("来源", 18), Heading("来源主键", 26),
    Heading("贵部门记录", 34), Heading("对照来源", 18), Heading("对照记录", 34), Heading("自何时起", 12),
    Heading("已有天数", 10), Heading("建议改为", 34),
)  # fmt: skip
_COUNT = (
    Heading("部门", 24), Heading("来源", 18), Heading("事项", 26), Heading("issue", 26), Heading("月份", 12),
    Heading("件数", 10), Heading("平均天数", 10), Heading("最长天数", 10),
)  # fmt: skip
_RATE = (
    Heading("部门", 24), Heading("来源", 18), Heading("名称", 30), Heading("现行记录", 10), Heading("对上登记", 10),
    Heading("对应率", 10), Heading("有有效代码", 12), Heading("平均滞后天数", 14),
)  # fmt: skip
# Excel allows no more in the name of a sheet, and none of these characters.
_LONGEST_TITLE = 31
_NOT_IN_TITLES = str.maketrans("/\\?*[]:", "·······")


@dataclass(frozen=True)
class Tally:
    """One kind of item of one department: how many are open, and for how long."""

    owner: str
    source: str
    issue: str
    items: int
    mean_age_days: float
    max_age_days: int


def tallies(reader: Reader, declared: Reconciliation) -> list[Tally]:
    """What is open now, by department, source and issue, most first."""
    rows = reader.ask(
        "SELECT owner, source, issue, CAST(sum(items) AS BIGINT), sum(items * mean_age_days) / sum(items),"
        f" max(max_age_days) FROM {declared.counts} GROUP BY owner, source, issue ORDER BY 4 DESC, 1, 2, 3"
    ).rows
    return [
        Tally(owner, source, issue, int(items), float(mean), int(longest))
        for owner, source, issue, items, mean, longest in rows
    ]


def rates(reader: Reader, declared: Reconciliation) -> list[dict[str, Any]]:
    """How much of every source is matched with the register, and how late."""
    return reader.ask(f"SELECT * FROM {declared.rates} ORDER BY department, source").records()


def write_workbook(
    reader: Reader, domain: Domain, declared: Reconciliation, path: Path, now: datetime, *, whole_names: bool
) -> int:
    """Write the workbook: counts, rates, and a sheet of items for each department; the number of items.

    whole_names: personal names in full; else all but their first character is starred.
    """
    book = Book()
    book.page("说明", _cover(domain, now, whole_names))
    book.table("按部门和月份", _COUNT, _counts(reader, declared))
    book.table("对应率", _RATE, ([*row.values()] for row in rates(reader, declared)))
    written = 0
    for owner, items in groupby(_items(reader, domain, declared, whole_names), key=itemgetter(0)):
        title = owner.translate(_NOT_IN_TITLES)[:_LONGEST_TITLE]
        written += book.table(title, _ITEM, (cells for _, cells in items))
    book.save(path)
    return written


def _cover(domain: Domain, now: datetime, whole_names: bool) -> list[tuple[str, str]]:
    return [
        ("部门间核对", domain.title),
        ("生成时间", f"{now:%Y-%m-%d %H:%M}"),
        ("怎样用", "每个部门一张表：左边是贵部门的记录，右边是对照的记录。"),
        ("更正", "请核实后在本部门系统中更正，随下一次数据送达即自动消去。"),
        ("自何时起", "双方记录都已生效且为本系统所知之日；已登记未办税的，为成立或核准之日。"),
        ("姓名", "本表含完整姓名，请按个人信息保管。" if whole_names else "姓名只留姓氏，请按来源主键查找。"),
        ("In English", "One sheet per department: its records that disagree with those of others, and since when."),
    ]  # fmt: skip


def _counts(reader: Reader, declared: Reconciliation) -> Iterator[list[Any]]:
    for row in reader.ask(f"SELECT * FROM {declared.counts} ORDER BY owner, source, issue, month").records():
        zh, en = declared.issues.get(row["issue"], (row["issue"], row["issue"]))
        yield [
            row["owner"], row["source"], zh, en, row["month"], row["items"], round(row["mean_age_days"], 1),
            row["max_age_days"],
        ]  # fmt: skip


def _items(
    reader: Reader, domain: Domain, declared: Reconciliation, whole_names: bool
) -> Iterator[tuple[str, list[Any]]]:
    """Every item as its owner and the cells of its row, those of one owner together."""
    entity, id_column = domain.entity.name, domain.entity.id_column
    answer = reader.ask(
        f"SELECT owner, issue, {id_column}, {entity}_name, {entity}_code, source, source_key,"
        " value, other_source, other_value, since, age_days, suggestion"
        f" FROM {declared.items} ORDER BY owner, issue, age_days DESC, {id_column}"
    )
    for owner, issue, *whom, source, key, value, other_source, other, since, age, hint in answer.rows:
        zh, en = declared.issues.get(issue, (issue, issue))
        hide = issue in declared.personal and not whole_names
        shown = [_starred(text) if hide else text for text in (value, other, hint)]
        yield owner, [zh, en, *whom, source, key, shown[0], other_source, shown[1], since, age, shown[2]]


def _starred(name: str | None) -> str | None:
    return name if not name else name[0] + "*" * max(len(name) - 1, 1)

"""A tiny city for tests: a store, an inbox, and files as the departments write them.

    account = city.deliver("ga_population", 1, [resident("李建国", LI)])
    assert city.people("name") == [("李建国",)]

Every delivery is a real file in its department's format, loaded through the public `Loader`. Receipt
times are fixed, so that two cities which were told the same hold the same.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from basedb.store import Store, open_store
from etl.archive import Archive
from etl.contract import Contract, load_contracts
from etl.ledger import Account
from etl.load import Loader
from population import DOMAIN

CONTRACTS = load_contracts(DOMAIN.contracts)
FIRST_RECEIPT = datetime(2026, 11, 1, 2, 0, tzinfo=UTC)
# What the departments' file names end in; insured people come in UTF-8, the police in GB18030.
_SUFFIX = {"wj_births": "jsonl", "wj_deaths": "xml", "jy_students": "dbf"}
_ENCODING = {"rs_insured": "utf-8"}

Row = Mapping[str, str]


def number(birth: str = "19800101", sequence: int = 1, division: str = "411102") -> str:
    """An invented identity number with its right check character; an odd sequence is a man's."""
    body = f"{division}{birth}{sequence:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def short(id_number: str) -> str:
    """The 15-digit form that a number of the nineteen-hundreds had before 1999."""
    return id_number[:6] + id_number[8:17]


def resident(name: str, id_number: str = "", household: str = "0001", **columns: str) -> Row:
    """A row of the resident register; keyword arguments set further columns by their Chinese names."""
    birth = id_number[6:14] if len(id_number) == 18 else ""
    return {
        "公民身份号码": id_number, "姓名": name, "性别": "男", "民族": "汉族", "出生日期": birth,
        "户籍地址": "河南省漯河市源汇区和祥路1号", "户号": household, "与户主关系": "户主",
        "婚姻状况": "未婚", "文化程度": "初级中学", "区划代码": "411102002003",
        "更新时间": "20200101000000", **columns,
    }  # fmt: skip


def insured(name: str, id_number: str = "", personal: str = "P1", **columns: str) -> Row:
    """A row of the insured."""
    return {
        "个人编号": personal, "证件类型": "居民身份证（户口簿）", "证件号码": id_number, "姓名": name,
        "手机号码": "13500000000", "单位名称": "和祥食品有限公司", "参保险种": "职工基本医疗保险",
        "参保状态": "正常参保", "参保日期": "2015-04-15", "经办日期": "2020-02-01", **columns,
    }  # fmt: skip


def marriage(husband: tuple[str, str], wife: tuple[str, str], certificate: str = "J1", **columns: str) -> Row:
    """A marriage of two people, each (name, number)."""
    return {
        "登记证号": certificate, "登记日期": "2020-05-20", "男方姓名": husband[0], "男方身份证号": husband[1],
        "女方姓名": wife[0], "女方身份证号": wife[1], "登记机关": "源汇区民政局", **columns,
    }  # fmt: skip


def birth(name: str, certificate: str = "X1", **columns: str) -> Row:
    """A birth; the child has no number yet."""
    return {
        "出生医学证明编号": certificate, "新生儿姓名": name, "性别": "男",
        "出生时间": "2026-10-07T02:39:00+08:00", "医院": "和祥妇幼保健院", **columns,
    }  # fmt: skip


def death(
    name: str, id_number: str = "", day: str = "2026-10-20", certificate: str = "D1", **columns: str
) -> Row:
    """A death."""
    return {
        "死亡证编号": certificate, "姓名": name, "证件号码": id_number, "死亡日期": day, "死因编码": "I63.9",
        **columns,
    }  # fmt: skip


def student(name: str, id_number: str = "", register: str = "G1", **columns: str) -> Row:
    """A pupil; a column ``*`` that is not empty marks the record deleted."""
    return {"XJH": register, "XM": name, "SFZH": id_number, "XX": "和祥小学", "NJ": "五年级", **columns}


def write(path: Path, source: str, rows: Sequence[Row]) -> Path:
    """Write `rows` as the department that sends `source` would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content(source, rows))
    return path


def content(source: str, rows: Sequence[Row]) -> bytes:
    """The bytes of an extract of `source` with these rows."""
    columns = [name for name in [*CONTRACTS[source].columns, *CONTRACTS[source].ignore] if name]
    if source == "wj_births":
        lines = [json.dumps({name: row.get(name) for name in columns}, ensure_ascii=False) for row in rows]
        return "".join(line + "\n" for line in lines).encode()
    if source == "wj_deaths":
        return _xml(columns, rows)
    if source == "jy_students":
        return _dbf(columns, rows)
    return delimited([columns, *([row.get(name, "") for name in columns] for row in rows)], source)


def delimited(lines: Sequence[Sequence[str]], source: str = "ga_population") -> bytes:
    """Comma-separated lines in the encoding of `source`."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode(_ENCODING.get(source, "gb18030"))


def _xml(columns: Sequence[str], rows: Sequence[Row]) -> bytes:
    records = [
        "<记录>" + "".join(f"<{name}>{escape(row.get(name, ''))}</{name}>" for name in columns) + "</记录>"
        for row in rows
    ]
    text = "\n".join(['<?xml version="1.0" encoding="GBK"?>', "<死亡登记>", *records, "</死亡登记>", ""])
    return text.encode("gbk", "xmlcharrefreplace")


def _dbf(columns: Sequence[str], rows: Sequence[Row], width: int = 40) -> bytes:
    body = b""
    for row in rows:
        cells = (row.get(name, "").encode("gb18030").ljust(width) for name in columns)
        body += (b"*" if row.get("*") else b" ") + b"".join(cells)
    start, length = 32 + 32 * len(columns) + 1, 1 + width * len(columns)
    head = struct.pack("<BBBBIHH17xBxx", 3, 126, 11, 1, len(rows), start, length, 0x4D)
    for name in columns:
        head += struct.pack("<11sc4xBB14x", name.encode(), b"C", width, 0)
    return head + b"\x0d" + body + b"\x1a"


def day(number: int) -> date:
    """The as-of date of the n-th night."""
    return date(2026, 11, 1) + timedelta(days=number - 1)


def loosened(contract: Contract, **settings: Any) -> Contract:
    """A contract whose snapshots may lose any share of their rows, or with other delivery settings."""
    return replace(contract, delivery=replace(contract.delivery, **{"max_retire_ratio": 1.0, **settings}))


class City:
    """A store with its loader and an inbox. `contracts` may be replaced before files come in."""

    def __init__(self, store: Store, folder: Path, contracts: Mapping[str, Contract] = CONTRACTS):
        self.store = store
        self.folder = folder
        self.contracts = dict(contracts)
        self.archive = Archive(folder / "archive")
        received = [int(path.name) for path in folder.glob("inbox/*") if path.name.isdecimal()]
        self._count = itertools.count(max(received, default=0) + 1)

    @classmethod
    def at(cls, url: str, folder: Path) -> City:
        return cls(open_store(url), folder)

    @property
    def loader(self) -> Loader:
        return Loader(self.store, DOMAIN, self.contracts, self.archive, wait=20.0)

    def file(self, source: str, night: int, rows: Sequence[Row] | bytes, name: str = "") -> Path:
        """Put a file for `source` into the inbox; rows in its format, or bytes as they are."""
        name = name or f"{source}_{day(night):%Y%m%d}.{_SUFFIX.get(source, 'csv')}"
        path = self.folder / "inbox" / f"{next(self._count):03d}" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rows if isinstance(rows, bytes) else content(source, rows))
        return path

    def load(self, source: str, path: Path, night: int | None = None) -> Account:
        """Load a file of the inbox, received some minutes after the one before it."""
        place = int(path.parent.name)
        loader, contract = self.loader, self.contracts[source]
        delivery = loader.receive(
            contract, path, as_of=day(night) if night else None,
            received_at=FIRST_RECEIPT + timedelta(minutes=place),
        )  # fmt: skip
        return loader.load(contract, delivery)

    def deliver(self, source: str, night: int, rows: Sequence[Row] | bytes, name: str = "") -> Account:
        """A file comes in and is loaded."""
        return self.load(source, self.file(source, night, rows, name), night)

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the store answers to a query."""
        with self.store.reading() as engine:
            return engine.execute(sql, list(parameters)).fetchall()

    def people(self, columns: str = "name", order: str = "person_id") -> list[tuple[Any, ...]]:
        """Columns of the current people."""
        return self.query(f"SELECT {columns} FROM population.person ORDER BY {order}")

    def findings(self) -> set[str]:
        """The codes of all findings so far."""
        return {code for (code,) in self.query("SELECT DISTINCT code FROM basedb.finding")}


def told(account: Account) -> dict[str, int]:
    """The outcomes that occurred, by name."""
    return {name: count for name, count in account.counts.items() if count}

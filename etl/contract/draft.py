"""A first contract for a file nobody has described yet, to be completed by a person."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from basedb.domain import installed_domains
from basedb.headers import HeaderWords
from etl.contract.guess import guess_domain, guess_target, is_operation
from etl.contract.model import Arrival, AsOf, Column, Contract, Delivery, Owner, ReaderSpec, Target
from etl.contract.sniff import Sniffed, sniff
from etl.readers.read import read

# What a drafted contract says where its author has to.
_TO_BE_DECIDED = "待定 / to be decided"


def draft(path: Path | str) -> str:
    """A contract for the file at `path` as YAML text that `load_contract` accepts.

    Format, encoding and header are sniffed; targets are guessed from the headers and marked with a
    comment where they need a look; key candidates are the columns whose values never repeat. No value
    of the file appears in the text. ReadRefusal if the file cannot be read at all.
    """
    path = Path(path)
    sniffed = sniff(path)
    contract = _provisional(path, sniffed)
    result = read(path, contract)
    return _yaml(path, sniffed, contract, result.table)


def _words() -> dict[str, HeaderWords]:
    return {name: domain.headers for name, domain in installed_domains().items() if domain.headers}


def _provisional(path: Path, sniffed: Sniffed) -> Contract:
    options = {name: value for name, value in sniffed.reader.items() if name != "format"}
    return Contract(
        source=_source(path),
        domain=guess_domain(sniffed.headers, _words()),
        title=_TO_BE_DECIDED,
        owner=Owner(_TO_BE_DECIDED),
        arrival=Arrival("day"),
        reader=ReaderSpec(sniffed.reader["format"], options),
        delivery=Delivery("snapshot"),
        file_patterns=(),
        as_of=AsOf(),
        key=tuple(sniffed.headers[:1]),
        columns={h: Column(h, (Target("self", f"c{at}"),)) for at, h in enumerate(sniffed.headers)},
        version="",
        path=path,
    )


def _source(path: Path) -> str:
    stem = re.sub(r"[^a-z0-9_]+", "_", path.name.split(".")[0].lower())
    stem = re.sub(r"_?\d{6,}_?", "_", stem).strip("_")
    return stem if re.match(r"[a-z]", stem) else f"source_{stem}".rstrip("_")


def _yaml(path: Path, sniffed: Sniffed, contract: Contract, table: pa.Table) -> str:
    columns, ignore = _columns(sniffed.headers, contract.domain)
    keys = _key_candidates(table, sniffed.headers)
    operation = next((header for header in sniffed.headers if is_operation(header)), None)
    lines = [
        "# 草稿：请逐项核对，尤其是标有“待定”“核对”的地方。",
        "# A draft: check every setting, those marked 待定 or 核对 above all.",
        f"# {table.num_rows:,} 行 / rows read from {path.name}",
        *(f"# 核对 / check: {doubt}" for doubt in sniffed.doubts),
        f"source: {contract.source}",
        f"domain: {contract.domain}",
        f"title: {_TO_BE_DECIDED}",
        f"owner: {{department: {_TO_BE_DECIDED}}}",
        "",
        f"files: {_flow(_files(path))}",
        "arrival: {every: day}  # 核对 / check",
        f"reader: {_flow(sniffed.reader)}",
        *_delivery(operation),
        "",
        "# 各行取值都不重复的列 / columns whose values never repeat: " + ("、".join(keys) or "（无 / none）"),
        f"key: {_flow(keys[:1] or [sniffed.headers[0]])}",
        "",
        "columns:",
        *columns,
    ]
    if operation:
        ignore = [line for line in ignore if not line.startswith(f"  {_flow(operation)}:")]
        ignore.append(f"  {_flow(operation)}: 只用于操作 / used as the operation only")
    if ignore:
        lines += ["", "ignore:", *ignore]
    return "\n".join([*lines, ""])


def _columns(headers: list[str], domain: str) -> tuple[list[str], list[str]]:
    words = _words()[domain]
    mapped, ignored = [], []
    taken: set[str] = set()
    for header in headers:
        guess = guess_target(header, words)
        if guess is None or guess.target in taken:
            ignored.append(f"  {_flow(header)}: {_TO_BE_DECIDED}")
            continue
        taken.add(guess.target)
        remark = "" if guess.certain else "  # 核对 / check"
        mapped.append(f"  {_flow(header)}: {{to: {guess.target}}}{remark}")
    if not mapped:
        mapped.append(f"  {_flow(headers[0])}: {{to: self.name}}  # {_TO_BE_DECIDED}")
        ignored = [line for line in ignored if not line.startswith(f"  {_flow(headers[0])}:")]
    return mapped, ignored


def _key_candidates(table: pa.Table, headers: list[str]) -> list[str]:
    """Columns that are always filled and never repeat, identifiers before mere coincidences."""
    if table.num_rows == 0:
        return []
    found = [
        header
        for header in headers
        if table[header].null_count == 0 and pc.count_distinct(table[header]).as_py() == table.num_rows
    ]
    return sorted(found, key=lambda header: not re.search(r"号|编码|代码|ID|XJH|SFZH", header))


def _delivery(operation: str | None) -> list[str]:
    if operation is None:
        return ["delivery: {mode: snapshot}  # 核对：推测为全量 / check: a snapshot?"]
    words = {"column": operation, "insert": ["新增"], "update": ["变更", "修改"], "delete": ["删除", "注销"]}
    return [f"delivery: {{mode: delta, operation: {_flow(words)}}}  # 核对用词 / check the words"]


def _files(path: Path) -> dict[str, Any]:
    match = re.search(r"(?<!\d)(19|20)\d{6}(?!\d)", path.name)
    if match is None:
        return {"pattern": re.escape(path.name), "as_of": {"from": "delivery_folder"}}
    before, after = path.name[: match.start()], path.name[match.end() :]
    pattern = f"{re.escape(before)}(?P<as_of>\\d{{8}}){re.escape(after)}"
    return {"pattern": pattern, "as_of_format": "%Y%m%d"}


def _flow(value: Any) -> str:
    text = yaml.safe_dump(value, allow_unicode=True, default_flow_style=True, width=10_000, sort_keys=False)
    return text.removesuffix("\n").removesuffix("...").strip()

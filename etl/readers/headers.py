"""Which column of a file is which column of its contract."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from basedb.masking import mask_text
from etl.contract.errors import nearest
from etl.contract.model import Contract
from etl.readers import codes
from etl.readers.result import Note, ReadRefusal, note

#: A number that no header holds: a date, a number of a person, a telephone.
_DATA = re.compile(r"\d{6}")
_LONGEST = 40
_MOST = 10


@dataclass(frozen=True)
class Header:
    """A resolved header: the position of every declared column the file has, and what was noticed."""

    positions: dict[str, int]
    width: int
    notes: tuple[Note, ...]


def fold(header: str) -> str:
    """A header without a byte order mark and without any white space, full-width included."""
    return "".join(header.replace("\ufeff", "").split())


def join_headers(rows: Sequence[Sequence[str | None]]) -> list[str]:
    """One header per column from several header rows, joined with ``/``.

    A blank cell of an upper row belongs to the group on its left, as merged cells are stored, if the rows
    above put both into one group; else it is the rest of a cell merged downwards.
    """
    width = max((len(row) for row in rows), default=0)
    parts: list[list[str]] = [[] for _ in range(width)]
    for depth, row in enumerate(rows):
        above = ["/".join(part) for part in parts]
        group, group_above = "", ""
        for position in range(width):
            cell = fold((row[position] if position < len(row) else None) or "")
            if cell:
                group, group_above = cell, above[position]
            elif depth < len(rows) - 1 and above[position] == group_above:
                cell = group
            if cell and (not parts[position] or parts[position][-1] != cell):
                parts[position].append(cell)
    return ["/".join(part) for part in parts]


def resolve(
    headers: Sequence[str],
    contract: Contract,
    path: Path,
    others: Iterable[Contract] = (),
    *,
    sparse: bool = False,
    cut_at: int | None = None,
    line: int = 1,
) -> Header:
    """Match a file's headers to the contract.

    headers: as in the file; a header of several rows is joined with ``/`` and also matches by its last
        part. others: contracts the file might belong to instead. sparse: a record need not have every
        field, so only required columns must appear. cut_at: headers are cut at so many bytes, of GBK or UTF-8.
    line: where in the file they stand, for who has to look.
    ReadRefusal: duplicated, unknown or missing columns, or another department's extract.
    """
    known = _known(contract, cut_at)
    found: list[str | None] = [_declared(header, headers, known) for header in headers]
    _refuse_headless(headers, found, path, line)
    _refuse_duplicates(headers, found, path, line)
    missing = [
        name
        for name, column in contract.columns.items()
        if name not in found and not column.optional and (column.required or not sparse)
    ]
    unknown = [header for header, name in zip(headers, found, strict=True) if name is None]
    if missing or unknown:
        _refuse_other_extract(headers, contract, others, path, cut_at, line)
        _refuse_mismatch(missing, unknown, contract, path, line)
    positions = {name: position for position, name in enumerate(found) if name in contract.read_columns}
    return Header(
        {k: v for k, v in positions.items() if k}, len(headers), tuple(_notes(headers, found, contract))
    )


def share_known(headers: Sequence[str], contract: Contract) -> float:
    """Which part of the headers the contract declares, 0 to 1."""
    if not headers:
        return 0.0
    known = _known(contract, None)
    return sum(_declared(header, headers, known) is not None for header in headers) / len(headers)


def _known(contract: Contract, cut_at: int | None) -> dict[str, str]:
    known: dict[str, str] = {}
    for name in [*contract.columns, *contract.ignore]:
        aliases = contract.columns[name].aliases if name in contract.columns else ()
        for header in (name, *aliases):
            known.setdefault(fold(header), name)
            if cut_at is not None:
                for encoding in ("gb18030", "utf-8"):
                    cut = header.encode(encoding)[:cut_at].decode(encoding, "ignore")
                    known.setdefault(fold(cut), name)
                    known.setdefault(fold(cut.upper()), name)
    return known


def _declared(header: str, headers: Sequence[str], known: dict[str, str]) -> str | None:
    folded = fold(header)
    if folded in known:
        return known[folded]
    leaf = folded.rsplit("/", 1)[-1]
    if leaf != folded and sum(fold(other).rsplit("/", 1)[-1] == leaf for other in headers) == 1:
        return known.get(leaf)
    return None


def look_like_data(headers: Sequence[str]) -> bool:
    """Whether a line is one of values, of which some number is too long for a header."""
    return any(_DATA.search(header) for header in headers)


def _refuse_headless(headers: Sequence[str], found: Sequence[str | None], path: Path, line: int) -> None:
    """A first line of data instead of a header is refused without showing what it says."""
    if not any(found) and look_like_data(headers):
        raise ReadRefusal(
            path,
            codes.NO_HEADER,
            "第一行没有一列是约定的列名，像是数据而不是表头；请带表头重新导出，或在约定中写 header_rows: 0",
            "the first line holds no declared column and looks like data; send the header, or declare"
            " header_rows: 0",
            line=line,
        )


def _shown(header: str) -> str:
    """A header as a message may show it: shortened, long numbers masked."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in fold(header)[:_LONGEST])
    return mask_text(plain)


def _refuse_duplicates(headers: Sequence[str], found: Sequence[str | None], path: Path, line: int) -> None:
    seen: dict[str, str] = {}
    for header, name in zip(headers, found, strict=True):
        meaning = name or fold(header)
        if meaning in seen:
            raise ReadRefusal(
                path,
                codes.DUPLICATE_COLUMN,
                f"列“{_shown(meaning)}”出现两次（{_shown(seen[meaning])}、{_shown(header)}），请只保留一列",
                f"the column {_shown(meaning)} appears twice; keep one",
                line=line,
            )
        seen[meaning] = header


def _refuse_other_extract(
    headers: Sequence[str],
    contract: Contract,
    others: Iterable[Contract],
    path: Path,
    cut_at: int | None,
    line: int,
) -> None:
    own = share_known(headers, contract)
    rivals = [(share_known(headers, other), other) for other in others if other.source != contract.source]
    share, rival = max(rivals, key=lambda pair: pair[0], default=(0.0, None))
    if rival is not None and share > own and share >= 0.6:
        raise ReadRefusal(
            path,
            codes.OTHER_EXTRACT,
            f"表头是“{rival.title}”（{rival.source}）的，不是“{contract.title}”的，请核对送错的文件",
            f"the header is that of {rival.source}, not of {contract.source}; check which file was sent",
            line=line,
        )


def _refuse_mismatch(
    missing: list[str], unknown: list[str], contract: Contract, path: Path, line: int
) -> None:
    zh, en = [], []
    for header in unknown[:_MOST]:
        if not fold(header):
            zh.append("有一列没有表头（行尾多了分隔符？可在约定的 ignore 中写 ''）")
            en.append("a column without a header (a trailing delimiter? declare '' under ignore)")
            continue
        close = nearest(fold(header), missing) or nearest(fold(header), contract.columns)
        zh.append(f"未知列“{_shown(header)}”" + (f"（是否为“{close}”？可在约定中加别名）" if close else ""))
        en.append(
            f"unknown column {_shown(header)}" + (f" (is it {close}? then add an alias)" if close else "")
        )
    if len(unknown) > _MOST:
        zh.append(f"另有 {len(unknown) - _MOST} 个未知列")
        en.append(f"{len(unknown) - _MOST} more unknown columns")
    if missing:
        zh.append("缺少列" + "、".join(f"“{name}”" for name in missing))
        en.append("missing column " + ", ".join(missing))
    raise ReadRefusal(path, codes.WRONG_COLUMNS, "；".join(zh), "; ".join(en), line=line)


def _notes(headers: Sequence[str], found: Sequence[str | None], contract: Contract) -> Iterable[Note]:
    mapped = [name for name in found if name in contract.columns]
    if mapped != [name for name in contract.columns if name in mapped]:
        order = "、".join(name for name in mapped if name)
        yield note(
            codes.REORDERED, f"列的次序与约定不同：{order}", f"the columns came in another order: {order}"
        )
    for header, name in zip(headers, found, strict=True):
        column = contract.columns.get(name or "")
        if column and fold(header) in {fold(alias) for alias in column.aliases}:
            yield note(codes.ALIASED, f"列“{name}”写作“{header}”", f"{name} came as {header}", column=name)
    for name in contract.columns:
        if name not in found:
            yield note(codes.ABSENT, f"文件没有列“{name}”", f"the file has no column {name}", column=name)

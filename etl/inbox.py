"""An inbox as departments leave it: which files arrived, in which order, under which contract.

Files lie in ``<source>/<delivery day>/`` beside ``_delivery/<day>/delivery.csv``, or anywhere, where
a contract's file pattern finds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import Literal
from zoneinfo import ZoneInfo

from etl.bundle import is_database
from etl.contract import Contract
from etl.delivery_findings import FILE_NAME, OUTSIDE
from etl.delivery_list import Listed, ListUnreadable, read_list
from etl.inbox_files import LISTS, NotTaken, list_files, printable
from etl.installed import at_home, of_source

_DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})")


@dataclass(frozen=True)
class Arrived:
    """One file of the inbox, or one that its list names and that is not there.

    received_from: where `received_at` was taken from: the delivery list, the end of the day its
    folder is named after, or the time the file was last written.
    """

    file_name: str
    path: Path
    contract: Contract
    day: date
    received_at: datetime
    received_from: Literal["list", "folder", "file"]
    listed: Listed | None
    present: bool
    has_list: bool


@dataclass(frozen=True)
class Inbox:
    """What lies in an inbox, in the order it is to be processed.

    unknown: files no contract wants, by folder; broken_lists: lists that could not be read, and why;
    not_taken: what a contract may want and that cannot be taken as it lies there.
    """

    directory: Path
    arrived: tuple[Arrived, ...]
    unknown: dict[str, list[str]]
    broken_lists: dict[str, str]
    not_taken: tuple[NotTaken, ...] = ()


def read_inbox(
    directory: Path, contracts: Mapping[str, Contract], zone: ZoneInfo, apart: Iterable[Path] = ()
) -> Inbox:
    """Every file in the inbox with its contract; opens nothing but the delivery lists.

    apart: files and folders that lie in the inbox and are ours (the archive, an embedded store).
    """
    lists: dict[date, dict[str, Listed]] = {}
    broken: dict[str, str] = {}
    for path in sorted((directory / LISTS).glob("*/*.csv")):
        day = _day_of(path.parent.name)
        try:
            lines = read_list(path, zone)
        except ListUnreadable as error:
            broken[printable(path.relative_to(directory).as_posix())] = str(error)
            continue
        if day is not None:
            lists.setdefault(day, {}).update({line.file_name: line for line in lines})
    listed = {name: (day, line) for day, lines_of in lists.items() for name, line in lines_of.items()}
    arrived: list[Arrived] = []
    unknown: dict[str, list[str]] = {}
    present = set()
    files, left = list_files(directory, {path.resolve() for path in apart})
    not_taken = []
    for item in left:
        if _may_be_wanted(item, contracts):
            not_taken.append(item)
        else:
            unknown.setdefault(_folder(item.file_name), []).append(item.file_name)
    present |= {item.file_name for item in not_taken}
    for path in files:
        name = path.relative_to(directory).as_posix()
        present.add(name)
        found = _contracts_of(name, contracts)
        if not found:
            unknown.setdefault(_folder(name), []).append(name)
            continue
        arrived += [
            _arrived(directory, path, name, contract, listed.get(name), lists, zone) for contract in found
        ]
    for name, (day, line) in listed.items():
        found = _contracts_of(name, contracts)
        if not _inside(name):
            broken[name] = "清单中的文件名指向收件目录之外 / a listed name that leads out of the inbox"
        elif name not in present:
            if not found:
                unknown.setdefault(_folder(name), []).append(name)
                continue
            arrived.append(_arrived(directory, directory / name, name, found[0], (day, line), lists, zone))
    return Inbox(directory, tuple(sorted(arrived, key=_order)), unknown, broken, tuple(not_taken))


def _may_be_wanted(item: NotTaken, contracts: Mapping[str, Contract]) -> bool:
    """Whether what cannot be taken might be a delivery: by its folder where its name cannot tell."""
    if item.code in (FILE_NAME, OUTSIDE):
        folder = PurePosixPath(item.file_name).parts[0]
        named = {contract.source for contract in contracts.values()}
        return folder in named or bool(_contracts_of(item.file_name, contracts))
    return True


def _order(item: Arrived) -> tuple[date, bool, bool, datetime, int, str, bool]:
    """By delivery day; contracts that load first; listed files by time of arrival, as listed; then the
    unlisted by name. A file is first loaded for what it is about, then for what it mentions."""
    position = item.listed.position if item.listed else 0
    return (
        item.day,
        not item.contract.loads_first,
        item.listed is None,
        item.received_at,
        position,
        item.file_name,
        item.contract.home is not None,
    )


def _inside(name: str) -> bool:
    """Whether a listed name stays in the inbox."""
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and ":" not in parts[0]


def _contracts_of(name: str, contracts: Mapping[str, Contract]) -> list[Contract]:
    """The contract of the folder's source if it wants the file, else the first whose pattern does; then
    those about what the extract mentions of other domains."""
    home = {contract.source: contract for contract in at_home(contracts)}
    own = home.get(PurePosixPath(name).parts[0])
    if own is None or not own.matches(name):
        own = next((contract for contract in home.values() if contract.matches(name)), None)
    return [] if own is None else of_source(contracts, own.source)


def _arrived(
    directory: Path,
    path: Path,
    name: str,
    contract: Contract,
    listed: tuple[date, Listed] | None,
    lists: Mapping[date, object],
    zone: ZoneInfo,
) -> Arrived:
    present = path.is_file() or is_database(path)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC) if present else datetime.now(UTC)
    folder = folder_day(name)
    line = listed[1] if listed else None
    day = listed[0] if listed else folder or written.astimezone(zone).date()
    if line is not None and line.received_at is not None:
        received, origin = line.received_at, "list"
    elif folder is not None or listed:
        received, origin = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC), "folder"
    else:
        received, origin = written, "file"
    return Arrived(name, path, contract, day, received, origin, line, present, day in lists)  # type: ignore[arg-type]


def folder_day(name: str) -> date | None:
    """The delivery day that one of the folders around a file of the inbox is named after."""
    return next((day for part in _folders(name) if (day := _day_of(part))), None)


def _folders(name: str) -> Iterable[str]:
    return reversed(PurePosixPath(name).parts[:-1])


def _folder(name: str) -> str:
    parent = PurePosixPath(name).parent
    return parent.parts[0] if parent.parts else "."


def _day_of(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    if match is None:
        return None
    try:
        return date(*(int(part) for part in match.groups()))
    except ValueError:
        return None

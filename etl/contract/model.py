"""The parsed contract: immutable, with every default filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from zoneinfo import ZoneInfo

Failure = Literal["accept", "quarantine"]

# Departments keep one clock, whatever the loading machine's is.
CLOCK = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class Owner:
    """Who sends the extract and whom to call about it."""

    department: str
    contact: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Catalogue:
    """The entry in the government information resource catalogue (GB/T 21063)."""

    code: str = ""
    sharing: Literal["unconditional", "conditional", "none"] = "conditional"
    update_cycle: str = ""


@dataclass(frozen=True)
class AsOf:
    """Where a delivery's as-of date is written, and in which `strptime` format."""

    kind: Literal["file_name", "column", "delivery_folder"] = "file_name"
    format: str = "%Y%m%d"
    column: str = ""


@dataclass(frozen=True)
class Arrival:
    """When the extract is due: `by` that time of day, `grace` before it counts as late."""

    every: Literal["day", "week", "month", "quarter", "year", "once"]
    by: time | None = None
    grace: timedelta = timedelta(0)

    def due_at(self, as_of: date) -> datetime:
        """When the extract of day `as_of` counts as late: `by` on that day, or its end, and the grace."""
        if self.by is not None:
            return datetime.combine(as_of, self.by, CLOCK) + self.grace
        return datetime.combine(as_of, time(0), CLOCK) + timedelta(days=1) + self.grace


@dataclass(frozen=True)
class ReaderSpec:
    """How a file is read: a format and that format's options.

    `files`, where given, limits the spec to base names that match it, for an extract that comes now
    as a text file and now as a spreadsheet.
    """

    format: str
    options: Mapping[str, Any] = field(default_factory=dict)
    files: re.Pattern[str] | None = None


@dataclass(frozen=True)
class Operation:
    """The column of a delta that says what happened to a row, and the words it uses."""

    column: str
    insert: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()


@dataclass(frozen=True)
class Delivery:
    """What a file claims to hold.

    A snapshot holds everything within its scope; `scope` names the columns whose values delimit it
    (one town's rows speak only for that town) and is empty when it is the whole extract.
    """

    mode: Literal["snapshot", "delta"]
    scope: tuple[str, ...] = ()
    max_retire_ratio: float = 0.05
    min_rows: int = 0
    operation: Operation | None = None


@dataclass(frozen=True, order=True)
class Target:
    """An attribute of one role in the record; the role `record` holds attributes of the event."""

    role: str
    attribute: str

    def __str__(self) -> str:
        return f"{self.role}.{self.attribute}"


@dataclass(frozen=True)
class Column:
    """One source column: where its values go and what a bad value does to its row.

    required: a blank value is a failure. optional: the file may lack the column altogether.
    lookup: local text → the text to standardize. aliases: other headers it has been seen under.
    fallback: it feeds targets of columns before it, and counts where those are blank. only: of the names in
    it those of organizations count, the others are as good as blank.
    """

    name: str
    targets: tuple[Target, ...]
    required: bool = False
    optional: bool = False
    on_failure: Failure = "accept"
    lookup: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    fallback: bool = False
    only: Literal["organizations"] | None = None


@dataclass(frozen=True)
class LeftOut:
    """Rows that are not what the contract is about: those with one of `values` in `column`."""

    column: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Check:
    """A rule of the contract over one column."""

    column: str
    rule: Literal["not_blank", "pattern", "in_list", "range", "length"]
    value: Any = None
    on_failure: Failure = "accept"
    severity: Literal["info", "warning", "error"] = "warning"


@dataclass(frozen=True)
class Contract:
    """One departmental extract.

    `version` is a short digest of every setting that can change what a row becomes; it does not move
    with comments, layout, titles, contacts, the catalogue entry or arrival times. `register` marks the
    extract whose current entries make an entity registered (the resident register). `loads_first` marks
    one that others of its day are read with (the parameters of a datum, the divisions of a map). `home`
    is set where the source belongs to another domain, and this contract is about what the extract
    mentions of its own (an enterprise's legal representative is a person). `leave_out` names rows that are
    counted and not loaded (people among the holders of licences). `settings` are those of the domain's own
    stages.
    """

    source: str
    domain: str
    title: str
    owner: Owner
    arrival: Arrival
    reader: ReaderSpec
    delivery: Delivery
    file_patterns: tuple[re.Pattern[str], ...]
    as_of: AsOf
    key: tuple[str, ...]
    columns: Mapping[str, Column]
    version: str
    path: Path
    home: str | None = None
    key_tiebreak: tuple[str, ...] = ()
    valid_from: str | None = None
    register: bool = False
    loads_first: bool = False
    ignore: Mapping[str, str] = field(default_factory=dict)
    survivorship: Mapping[str, int] = field(default_factory=dict)
    leave_out: LeftOut | None = None
    checks: tuple[Check, ...] = ()
    catalogue: Catalogue | None = None
    readers: tuple[ReaderSpec, ...] = ()
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What tells the contract from every other: its source, with the domain where that is not its home."""
        return self.source if self.home is None else f"{self.source}@{self.domain}"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that stand for an entity, in order of first mention; `record` is not one."""
        seen = (target.role for column in self.columns.values() for target in column.targets)
        return tuple(dict.fromkeys(role for role in seen if role != "record"))

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The columns of a read table, in order: the mapped ones, then ignored ones that a setting uses."""
        used = [*self.key, *self.key_tiebreak, *self.delivery.scope, *(c.column for c in self.checks)]
        used += [name for name in (self.valid_from, self.as_of.column) if name]
        used += [self.delivery.operation.column] if self.delivery.operation else []
        used += [self.leave_out.column] if self.leave_out else []
        return (*self.columns, *(name for name in self.ignore if name in used))

    @property
    def kept_columns(self) -> tuple[str, ...]:
        """The columns that say what a row is, of those read: not the one that only tells which rows are left out."""
        if self.leave_out is None:
            return self.read_columns
        kept = replace(self, leave_out=None).read_columns
        return tuple(name for name in self.read_columns if name in kept)

    @property
    def mandatory_columns(self) -> int:
        """How many cells of a row must be filled: required columns and those checked not to be blank."""
        required = {name for name, column in self.columns.items() if column.required}
        return len(required | {check.column for check in self.checks if check.rule == "not_blank"})

    def attributes(self, role: str) -> dict[str, tuple[str, ...]]:
        """The attributes of `role`, each with the source columns that feed it, in contract order."""
        found: dict[str, tuple[str, ...]] = {}
        for column in self.columns.values():
            for target in column.targets:
                if target.role == role:
                    found[target.attribute] = (*found.get(target.attribute, ()), column.name)
        return found

    def priority(self, attribute: str) -> int:
        """The source's survivorship priority for an attribute; higher wins."""
        return self.survivorship.get(attribute, self.survivorship.get("default", 50))

    def matches(self, file_name: str) -> bool:
        """Whether a file of this (relative) name belongs to the extract."""
        return self._pattern_match(file_name) is not None

    def match(self, file_name: str) -> date | None:
        """The as-of date that the (relative) file name gives, or None.

        None too when the name matches but the date stands in a column or is no date: ask `matches`.
        """
        match = self._pattern_match(file_name)
        if match is None or self.as_of.kind == "column":
            return None
        if self.as_of.kind == "delivery_folder":
            folders = PurePosixPath(file_name.replace("\\", "/")).parts[:-1]
            dates = (_date(folder, self.as_of.format) for folder in reversed(folders))
            return next((found for found in dates if found), None)
        return _date(match.groupdict().get("as_of") or "", self.as_of.format)

    def reader_for(self, file_name: str) -> ReaderSpec:
        """The reader of a file by its name: the first whose `files` matches, else the default one."""
        base = _base_name(file_name)
        for spec in self.readers:
            if spec.files is not None and spec.files.search(base):
                return spec
        return self.reader

    def _pattern_match(self, file_name: str) -> re.Match[str] | None:
        base = _base_name(file_name)
        return next((m for pattern in self.file_patterns if (m := pattern.fullmatch(base))), None)


def _base_name(file_name: str) -> str:
    return PurePosixPath(file_name.replace("\\", "/")).name


def _date(text: str, fmt: str) -> date | None:
    try:
        return datetime.strptime(text, fmt).date()
    except ValueError:
        return None

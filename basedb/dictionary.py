"""The data dictionary: every column of every table and view, what feeds it and who may have it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from basedb.domain import BaseDomain, Domain
from basedb.store.embedded import EmbeddedStore
from basedb.store.migrate import initialise
from basedb.store.native import Reader

_SHARING = {"unconditional": "无条件共享", "conditional": "有条件共享", "none": "不予共享"}
_SECRECY = {"public": "公开", "internal": "内部", "sensitive": "敏感", "statistics_only": "仅供统计"}


@dataclass(frozen=True)
class Feed:
    """A departmental column that feeds an attribute in a role, with its survivorship priority."""

    source: str
    department: str
    column: str
    role: str
    attribute: str
    priority: int


@dataclass(frozen=True)
class Entry:
    """One column."""

    table: str
    table_title: str
    column: str
    title: str
    type: str
    sources: str = ""
    rule: str = ""
    owner: str = ""
    sharing: str = ""
    secrecy: str = ""
    personal: bool = False
    fill_rate: float | None = None


HEADERS = {
    "table": "表",
    "column": "列",
    "title": "中文名",
    "type": "类型",
    "sources": "来源（部门原列）",
    "rule": "择优规则（优先级）",
    "owner": "责任部门",
    "sharing": "共享类型",
    "secrecy": "密级",
    "personal": "个人信息",
    "fill_rate": "填充率",
}


def entries(domains: Mapping[str, BaseDomain], feeds: Mapping[str, Sequence[Feed]]) -> list[Entry]:
    """The dictionary of `domains`; `feeds` are those of each domain's contracts."""
    with tempfile.TemporaryDirectory() as folder:
        # What a view's columns are only a store can say; an empty one says it as well.
        store = EmbeddedStore("", Path(folder) / "dictionary.duckdb", frozenset())
        initialise(store, list(domains.values()))
        with store.reading() as engine:
            listed = engine.execute(_COLUMNS).fetchall()
    found = []
    for schema, table, title, column, zh, type_, owner, sharing, secrecy, personal in listed:
        entry = Entry(
            f"{schema}.{table}", title or "", column, zh or "", _type(type_), owner=owner or "",
            sharing=_SHARING.get(sharing, ""), secrecy=_SECRECY.get(secrecy, ""), personal=bool(personal),
        )  # fmt: skip
        domain = domains.get(schema)
        found.append(entry if domain is None else _fed(entry, domain, table, feeds.get(schema, ())))
    return found


def with_fill_rates(listed: Sequence[Entry], reader: Reader) -> list[Entry]:
    """The same with the share of filled cells of every table in the store (None: no rows)."""
    filled: dict[tuple[str, str], float | None] = {}
    tables: dict[str, list[str]] = {}
    for entry in listed:
        tables.setdefault(entry.table, []).append(entry.column)
    for table, columns in tables.items():
        counts = ", ".join(f'count("{name}")' for name in columns)
        row = next(reader.ask(f"SELECT count(*), {counts} FROM {table}").rows)
        for name, count in zip(columns, row[1:], strict=True):
            filled[table, name] = count / row[0] if row[0] else None
    return [replace(entry, fill_rate=filled[entry.table, entry.column]) for entry in listed]


def documents(listed: Sequence[Entry]) -> list[dict[str, Any]]:
    """As JSON has them."""
    return [asdict(entry) for entry in listed]


def markdown(listed: Sequence[Entry]) -> str:
    """One section per table, one line per column; without a fill rate where none was counted."""
    shown = [name for name in HEADERS if name != "table"]
    if all(entry.fill_rate is None for entry in listed):
        shown.remove("fill_rate")
    lines = [
        "# 数据字典",
        "",
        "由 `basedb dictionary -o docs/dictionary.md` 生成，请勿手工修改。Generated; do not edit.",
    ]
    table = ""
    for entry in listed:
        if entry.table != table:
            table = entry.table
            lines += ["", f"## {table}", "", entry.table_title, ""]
            lines += [f"| {' | '.join(HEADERS[name] for name in shown)} |", "|" + "---|" * len(shown)]
        lines.append(f"| {' | '.join(_cell(getattr(entry, name)) for name in shown)} |")
    return "\n".join(lines) + "\n"


def rows(listed: Sequence[Entry]) -> Iterator[list[Any]]:
    """As a sheet has them, headers first."""
    yield list(HEADERS.values())
    for entry in listed:
        yield [_plain(getattr(entry, name)) for name in HEADERS]


_COLUMNS = """
    WITH titled AS (
        SELECT schema_name, table_name, comment, table_oid AS place, 0 AS is_view FROM duckdb_tables()
        WHERE database_name = 'store'
        UNION ALL
        SELECT schema_name, view_name, comment, view_oid, 1 FROM duckdb_views() WHERE database_name = 'store')
    SELECT c.schema_name, c.table_name, t.comment, c.column_name, l.title, c.data_type, l.owner, l.sharing,
        l.secrecy, l.personal
    FROM duckdb_columns() c JOIN titled t USING (schema_name, table_name)
    LEFT JOIN basedb.column_label l ON l.table_schema = c.schema_name AND l.table_name = c.table_name
        AND l.column_name = c.column_name
    WHERE c.database_name = 'store' AND NOT c.internal
    ORDER BY c.schema_name = 'basedb', c.schema_name, t.is_view, c.table_name, c.column_index
"""

_TYPES = {
    "VARCHAR": "文本",
    "BIGINT": "整数",
    "INTEGER": "整数",
    "DOUBLE": "小数",
    "BOOLEAN": "是否",
    "DATE": "日期",
    "TIMESTAMP WITH TIME ZONE": "时间",
    "UUID": "UUID",
    "JSON": "JSON",
}


def _type(name: str) -> str:
    return _TYPES.get(name, name)


def _fed(entry: Entry, domain: BaseDomain, table: str, feeds: Sequence[Feed]) -> Entry:
    """The entry with the departmental columns behind it, and how a value is chosen among them."""
    entity = domain.entity if isinstance(domain, Domain) else None
    event = entry.column in {item.name for item in domain.record_attributes}
    attribute = _attribute(domain, entry.column)
    if not attribute and not event:
        derived = entity is not None and entry.column in {item.name for item in entity.derived}
        return replace(entry, rule="由其他值推得") if derived else entry
    fed = [
        feed
        for feed in feeds
        if (feed.attribute == attribute and feed.role != "record")
        or (event and feed.attribute == entry.column and feed.role == "record")
    ]
    if not fed:
        return entry
    by_priority = sorted(fed, key=lambda feed: (-feed.priority, feed.source, feed.column))
    sources = "；".join(
        f"{feed.source}.{feed.column}" + ("" if feed.role in ("self", "record") else f"（{feed.role}）")
        for feed in by_priority
    )
    rule = ""
    chosen = entity is not None and table not in (entity.mention.name, domain.source_record.name)
    if chosen and attribute == entry.column:
        ranked = {feed.source: feed.priority for feed in by_priority}
        rule = " > ".join(f"{source} {priority}" for source, priority in ranked.items())
    departments = list(dict.fromkeys(feed.department for feed in by_priority))
    return replace(entry, sources=sources, rule=rule, owner=entry.owner or departments[0])


def _attribute(domain: BaseDomain, column: str) -> str:
    """The attribute a column holds, or is a standard form of; '' if none."""
    for item in domain.own_attributes():
        if column == item.name or column in {feature.name for feature in item.features}:
            return item.name
    return ""


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "是" if value else ""
    return value


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.1%}"
    return str(_plain(value) if value is not None else "").replace("|", "\\|").replace("\n", " ")

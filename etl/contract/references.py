"""What a contract's settings say about each other: columns that exist, values that fit their rule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from etl.contract.document import Document, Setting
from etl.contract.errors import nearest

_RULE_VALUES = {
    "pattern": ("正则表达式文本", "a regular expression", lambda v: isinstance(v, str)),
    "in_list": ("取值列表", "a list of values", lambda v: isinstance(v, list) and bool(v)),
    "range": ("[下限, 上限]", "[low, high]", lambda v: isinstance(v, list) and len(v) == 2),
    "length": ("[最短, 最长]", "[shortest, longest]", lambda v: isinstance(v, list) and len(v) == 2),
    "not_blank": ("不写 value", "no value", lambda v: v is None),
}


def check_references(document: Document, known_targets: set[str] | None) -> None:
    """Note on `document` every reference that leads nowhere; its shape must already be right."""
    content = document.content
    columns: dict[str, Any] = content["columns"]
    ignored: dict[str, Any] = content.get("ignore", {})
    for setting, name in _column_references(content):
        if name not in columns and name not in ignored:
            _unknown_column(document, setting, name, {*columns, *ignored})
    for name in ignored:
        if name in columns:
            document.problem(
                ("ignore", name),
                f"列 {name} 既有去向又被忽略",
                "the column is both mapped and ignored",
                "二者留一 / keep one of the two",
            )
    _headers_once(document, columns, ignored)
    _targets(document, columns, known_targets)
    _survivorship(document, content, columns)
    _files(document, content)
    _delivery(document, content["delivery"])
    _readers(document, content["reader"])
    for index, check in enumerate(content.get("checks", [])):
        zh, en, fits = _RULE_VALUES[check["rule"]]
        if not fits(check.get("value")):
            document.problem(
                ("checks", index, "value"),
                f"规则 {check['rule']} 的 value 应为{zh}",
                f"the rule {check['rule']} takes {en}",
                f"value: {en}",
            )


def _column_references(content: dict[str, Any]) -> Iterable[tuple[Setting, str]]:
    for setting in ("key", "key_tiebreak"):
        value = content.get(setting, [])
        for index, name in enumerate(value if isinstance(value, list) else [value]):
            yield (setting, index), name
    if "valid_from" in content:
        yield ("valid_from",), content["valid_from"]
    delivery = content["delivery"]
    if isinstance(delivery.get("scope"), list):
        for index, name in enumerate(delivery["scope"]):
            yield ("delivery", "scope", index), name
    if "operation" in delivery:
        yield ("delivery", "operation", "column"), delivery["operation"]["column"]
    if "leave_out" in content:
        yield ("leave_out", "column"), content["leave_out"]["column"]
    if "column" in content["files"].get("as_of", {}):
        yield ("files", "as_of", "column"), content["files"]["as_of"]["column"]
    for index, check in enumerate(content.get("checks", [])):
        yield ("checks", index, "column"), check["column"]


def _unknown_column(document: Document, setting: Setting, name: str, known: set[str]) -> None:
    close = nearest(name, known)
    document.problem(
        setting,
        f"列 {name} 不在 columns 或 ignore 中",
        f"the column {name} is in neither columns nor ignore",
        f"{close}？ / did you mean {close}?"
        if close
        else f"在 columns 或 ignore 中写明 {name} / declare {name}",
    )


def _headers_once(document: Document, columns: dict[str, Any], ignored: dict[str, Any]) -> None:
    """A header, as a name or as an alias, means one column."""
    owner = {name: name for name in [*columns, *ignored]}
    for name, column in columns.items():
        for alias in column.get("aliases", []):
            if owner.setdefault(alias, name) != name or alias == name:
                document.problem(
                    ("columns", name, "aliases"),
                    f"别名 {alias} 已是列 {owner[alias]} 的表头",
                    f"the alias {alias} already names the column {owner[alias]}",
                    "删去该别名 / drop the alias",
                )


def _targets(document: Document, columns: dict[str, Any], known: set[str] | None) -> None:
    first: dict[str, str] = {}
    for name, column in columns.items():
        for target in column["to"] if isinstance(column["to"], list) else [column["to"]]:
            attribute = target.split(".", 1)[1]
            if known is not None and attribute not in known:
                close = nearest(attribute, known)
                document.problem(
                    ("columns", name, "to"),
                    f"该库没有属性 {attribute}",
                    f"the domain has no attribute {attribute}",
                    f"{close}？ / did you mean {close}?"
                    if close
                    else f"可用 / one of: {', '.join(sorted(known))}",
                )
            if first.setdefault(target, name) != name and not column.get("fallback", False):
                document.problem(
                    ("columns", name, "to"),
                    f"{target} 已由列 {first[target]} 提供",
                    f"{target} is already fed by the column {first[target]}",
                    "一个去向只由一列提供，或注明 fallback: true / feed a target from one column, or say fallback: true",
                )


def _survivorship(document: Document, content: dict[str, Any], columns: dict[str, Any]) -> None:
    fed = {"default"}
    for column in columns.values():
        fed |= {
            t.split(".", 1)[1] for t in (column["to"] if isinstance(column["to"], list) else [column["to"]])
        }
    for attribute in content.get("survivorship", {}):
        if attribute not in fed:
            close = nearest(attribute, fed)
            document.problem(
                ("survivorship", attribute),
                f"没有列提供属性 {attribute}",
                f"no column feeds the attribute {attribute}",
                f"{close}？ / did you mean {close}?" if close else "删去 / remove it",
            )


def _files(document: Document, content: dict[str, Any]) -> None:
    files = content["files"]
    if files.get("as_of", {"from": "file_name"}).get("from") != "file_name":
        return
    patterns = files["pattern"] if isinstance(files["pattern"], list) else [files["pattern"]]
    for index, pattern in enumerate(patterns):
        if "(?P<as_of>" not in pattern:
            setting: Setting = (
                ("files", "pattern", index) if isinstance(files["pattern"], list) else ("files", "pattern")
            )
            document.problem(
                setting,
                "文件名模式没有数据日期",
                "the pattern has no group as_of",
                r"加入 (?P<as_of>\d{8})，或写 as_of: {from: delivery_folder} / add the group",
            )


def _delivery(document: Document, delivery: dict[str, Any]) -> None:
    if delivery["mode"] == "snapshot" and "operation" in delivery:
        document.problem(
            ("delivery", "operation"),
            "全量数据没有操作列",
            "a snapshot has no operation column",
            "改 mode: delta，或删去 operation / use mode: delta, or drop operation",
        )
    if delivery["mode"] == "delta":
        for name in ("scope", "max_retire_ratio"):
            if name in delivery:
                document.problem(
                    ("delivery", name),
                    f"增量数据不用 {name}",
                    f"{name} has no meaning for a delta",
                    f"删去 {name} / drop {name}",
                )
    words = [
        w for kind in ("insert", "update", "delete") for w in delivery.get("operation", {}).get(kind, [])
    ]
    for word in sorted({word for word in words if words.count(word) > 1}):
        document.problem(
            ("delivery", "operation"),
            f"操作“{word}”有两种含义",
            f"the operation word {word} has two meanings",
            "每个词只归一类 / list each word once",
        )


def _readers(document: Document, readers: Any) -> None:
    specs = readers if isinstance(readers, list) else [readers]
    for index, spec in enumerate(specs):
        setting: Setting = ("reader", index) if isinstance(readers, list) else ("reader",)
        if spec["format"] == "sql" and ("table" in spec) == ("query" in spec):
            document.problem(
                setting,
                "table 与 query 只写一个",
                "give either table or query",
                "二者留一 / keep one of the two",
            )
    plain = [index for index, spec in enumerate(specs) if "files" not in spec]
    if len(plain) > 1:
        document.problem(
            ("reader", plain[1]),
            "两个 reader 都没有 files",
            "two readers without files: the second would never be used",
            r"写 files: '\.xlsx$' 之类 / say which files each one reads",
        )

"""`basedb explain`: where every value of an entity comes from, and what became of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from basedb import audit
from basedb.cli import explain_chain, options
from basedb.cli.choosing import purpose_option, refuse_unstated, show_ids_option
from basedb.cli.exits import Usage
from basedb.cli.explain_pair import pair
from basedb.cli.hiding import Hide, attribute_hiding, column_hiding
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain, entity_domains, installed_domains
from basedb.explain import Priorities, explain_record, find
from basedb.explain import explain as explain_subject
from basedb.masking import mask_key, mask_text
from basedb.stewardship.lookup import looking
from basedb.store.native import reading
from etl.contract import Contract

# What a finding or an explained attribute says of its value, and names that are no attribute's.
_TOLD = frozenset({"value", "suggestion"})
_PLACES: dict[str, Hide] = {"source_key": mask_key}


class _Entities(click.Group):
    """`pair` and `record`, and one command for the entity of every installed domain."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        domains = entity_domains(installed_domains())
        return [*sorted(domain.entity.name for domain in domains.values()), "pair", "record"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        domains = entity_domains(installed_domains()).values()
        domain = next((item for item in domains if item.entity.name == cmd_name), None)
        if domain is None:
            return None
        command = _entity_command(domain)
        options.share(command)
        self.add_command(command)
        return command


@click.group(cls=_Entities)
def explain() -> None:
    """主记录的每个值从何而来 / where every value of a master row comes from."""


explain.add_command(pair)


@explain.command()
@click.argument("source")
@click.argument("key")
@show_ids_option
@purpose_option
@pass_site
def record(site: Site, source: str, key: str, show_ids: bool, purpose: str) -> None:
    """一条部门记录的全部版本 / every version of a departmental record."""
    refuse_unstated(show_ids, purpose)
    contract = site.contract(source)
    domain = site.domains[contract.domain]
    store = site.ready_store
    with reading(store, site.time_zone.key) as reader:
        found = explain_record(reader, domain, source, key)
    if not found:
        raise Usage(f"来源 {source} 没有主键为 {mask_text(key)} 的记录 / no such record")
    audit.record(store, "explain", purpose, f"record {source} {key}", len(found))
    hiding = attribute_hiding(domain, site.contracts())
    document = found if show_ids else _masked(found, hiding, column_hiding(contract, hiding))
    if site.json:
        print_json({"records": document})
        return
    for row in document:
        say(
            f"记录 {row['record_id']}  {row['source']}  {row['source_key']}  {_status(row['status'])}", "bold"
        )
        say(
            f"{row['file_name']} 第 {row['row_no']} 行；数据日期 {row['as_of']}；"
            f"有效 {row['valid_from']} 至 {row['valid_to']}；获知 {row['known_from']:%Y-%m-%d %H:%M}"
        )
        table("原始内容 / as sent", ["列", "值"], [(name, cell) for name, cell in row["raw"].items()])
        _dict_table("提到的人或单位 / mentions", row["mentions"])
        _dict_table("问题 / findings", row["findings"])


def _entity_command(domain: Domain) -> click.Command:
    entity = domain.entity

    @click.command(entity.name, help=f"一个{entity.zh}：编号或证件号码 / by id or identifier.")
    @click.argument("reference", metavar="ID")
    @show_ids_option
    @purpose_option
    @pass_site
    def command(site: Site, reference: str, show_ids: bool, purpose: str) -> None:
        refuse_unstated(show_ids, purpose)
        priorities = _priorities(domain, site.contracts())
        store = site.ready_store
        with reading(store, site.time_zone.key) as reader:
            subjects = find(reader, domain, reference)
            found = [explain_subject(reader, domain, subject, priorities) for subject in subjects]
        if not found:
            raise Usage(
                f"没有编号或号码为 {mask_text(reference)} 的{entity.zh} / nobody known by that id or number"
            )
        with looking(store) as lookup:
            for explained in found:
                explained["chain"] = explain_chain.chain(
                    lookup, domain, explained[entity.id_column], show_ids
                )
        ids = ", ".join(str(explained[entity.id_column]) for explained in found)
        audit.record(store, "explain", purpose, f"{entity.name} {ids}", len(found))
        document = found if show_ids else _masked(found, attribute_hiding(domain, site.contracts()))
        if site.json:
            print_json(document[0] if len(document) == 1 else {"found": document})
            return
        if len(document) > 1:
            say(f"有 {len(document)} 个{entity.zh}使用此号码 / several bear this number", "bold")
        for explained in document:
            _print(domain, explained)

    return command


def _priorities(domain: Domain, contracts: Mapping[str, Contract]) -> Priorities:
    """As a load has them."""
    return {
        item.name: {
            source: contract.priority(item.name)
            for source, contract in contracts.items()
            if contract.domain == domain.name
        }
        for item in domain.entity.mastered
    }


def _masked(document: Any, hiding: Mapping[str, Hide], columns: Mapping[str, Hide] | None = None) -> Any:
    """The document with every value shown as its attribute, or its column as sent, is to be shown."""
    columns = columns or {}

    def walk(value: Any, hide: Hide, about: Hide = mask_text) -> Any:
        if isinstance(value, str):
            return hide(value)
        if isinstance(value, list):
            return [walk(item, hide, about) for item in value]
        if not isinstance(value, dict):
            return value
        if "attribute" in value:
            about = hiding.get(value["attribute"], mask_text)
        elif "column_name" in value:
            about = columns.get(value["column_name"], mask_text)
        return {
            name: {column: walk(cell, columns.get(column, mask_text)) for column, cell in item.items()}
            if name == "raw"
            else walk(item, about if name in _TOLD else hiding.get(name, _PLACES.get(name, mask_text)), about)
            for name, item in value.items()
        }

    return walk(document, mask_text)


def _status(status: str) -> str:
    return {"current": "现行", "superseded": "已被替代", "retired": "已消失或删除"}.get(status, status)


def _print(domain: Domain, document: Mapping[str, Any]) -> None:
    entity = domain.entity
    came = document["redirected_from"]
    if came:
        say(
            f"编号 {came['from_id']} 已并入 {came['to_id']}（依据 {came['reason']}，{came['known_from']:%Y-%m-%d %H:%M}，"
            f"运行 {came['run_id']}）/ merged into {came['to_id']}",
            "bold",
        )
    say(f"{entity.zh} {document[entity.id_column]}", "bold")
    for merged in document["merged_into_this"]:
        say(f"并入了编号 {merged['from_id']}（依据 {merged['reason']}）/ absorbed {merged['from_id']}")
    master = document["master"]
    if master is None:
        say("没有现行主记录 / no current master row")
    else:
        say(
            f"有效 {master['valid_from']} 至 {master['valid_to']}；获知 {master['known_from']:%Y-%m-%d %H:%M}"
        )
    rows: list[list[Any]] = []
    for item in document["attributes"]:
        won = item["record"]
        rows.append([item["title"], _text(item["value"]), *_where(won), item["rule"], item["because"]])
        for lost in item["lost"]:
            # Those that say the same need no line of their own.
            if lost["value"] != item["value"]:
                listed = "" if lost["listed"] else "，已不列出"
                told = f"优先级 {lost['priority']}，生效 {lost['valid_from']}{listed}"
                rows.append(["  落选 / lost", _text(lost["value"]), *_where(lost), "", told])
    table("各属性 / attributes", ["属性", "值", "来源", "文件", "行", "规则", "理由"], rows, right=["行"])
    _dict_table("提及 / mentions", document["mentions"])
    explain_chain.tell(document["chain"])
    _dict_table("同号码 / same identifier", document["same_identifier"])
    table(
        "历史 / history",
        ["有效起", "有效止", "获知起", "获知止", "变化"],
        [
            [
                row["valid_from"], row["valid_to"], row["known_from"],
                "至今" if row["known_to"].year >= 9999 else row["known_to"],
                "；".join(f"{name}: {_text(a)} → {_text(b)}" for name, (a, b) in row["changed"].items()),
            ]
            for row in document["history"]
        ],
    )  # fmt: skip
    for view, found in document["facts"].items():
        _dict_table(view, found)


def _where(record_: Mapping[str, Any] | None) -> list[Any]:
    if record_ is None:
        return ["", "", None]
    return [
        f"{record_['source']} {record_['source_key']}",
        record_["file_name"].rsplit("/", 1)[-1],
        record_["row_no"],
    ]


def _dict_table(title: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        shown = [name for name in rows[0] if any(row[name] is not None for row in rows)]
        table(title, shown, [[_text(row[name]) for name in shown] for row in rows])


def _text(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "hour"):
        return f"{value:%Y-%m-%d %H:%M}"
    return str(value)

"""`basedb quarantine`: rows that were not accepted, and what people decide about them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from basedb import audit
from basedb.cli.accounts import account_document, account_table, finding_text
from basedb.cli.choosing import (
    COUNT,
    NUMBER,
    by_option,
    purpose_option,
    reason_option,
    refuse_unstated,
    show_ids_option,
)
from basedb.cli.exits import Usage
from basedb.cli.hiding import Hide, attribute_hiding, column_hiding
from basedb.cli.output import local, print_json, say, table
from basedb.cli.site import Site, pass_site
from basedb.masking import mask_key, mask_text
from basedb.store import Store
from etl.ledger import Account
from etl.quarantine import Decision, NotPossible, cells, contract_of, entries, resend, waive
from etl.runs import fetch

STATE = {"open": "待处理", "resent": "已退回", "fixed": "已更正", "waived": "已放行"}
_IDS = click.argument("ids", nargs=-1, required=True, type=NUMBER, metavar="ID…")


@click.group()
def quarantine() -> None:
    """隔离区：未接收的行 / rows that were not accepted."""


@quarantine.command(name="list")
@click.option("--source", help="只列一个来源 / one source only")
@click.option("--all", "everything", is_flag=True, help="含已更正和已放行的 / fixed and waived ones, too")
@click.option("--limit", type=COUNT, default=200, show_default=True, help="最多列出的行数 / at most so many")
@pass_site
def list_(site: Site, source: str | None, everything: bool, limit: int) -> None:
    """列出隔离行 / list quarantined rows."""
    with site.ready_store.reading() as engine:
        found = entries(engine, source, list(STATE) if everything else ["open", "resent"])
    if site.json:
        print_json({"total": len(found), "rows": [_document(entry) for entry in found[:limit]]})
        return
    table(
        f"隔离区，{len(found)} 行 / quarantine",
        ["编号", "来源", "文件", "行号", "原因", "状态", "自"],
        [
            (
                str(entry["quarantine_id"]), entry["source"], entry["file_name"], str(entry["row_no"]),
                _reasons(entry), STATE[entry["state"]], local(entry["state_changed_at"], site.time_zone),
            )
            for entry in found[:limit]
        ],
        right=["编号", "行号"],
    )  # fmt: skip
    if len(found) > limit:
        say(f"只列出前 {limit} 行，--limit 可增加 / only the first {limit} rows are listed")
    say("详情 / details: basedb quarantine show <编号>", "dim")


@quarantine.command()
@click.argument("number", type=NUMBER, metavar="ID")
@show_ids_option
@purpose_option
@pass_site
def show(site: Site, number: int, show_ids: bool, purpose: str) -> None:
    """一行的原始内容、问题与处理经过 / one row: its cells, its findings and what was decided."""
    refuse_unstated(show_ids, purpose)
    store = site.ready_store
    with store.reading() as engine:
        entry = _found(store, [number], engine)[0]
        row = cells(engine, entry)
        found = fetch(
            engine,
            "SELECT column_name, code, severity, value, suggestion FROM basedb.finding"
            " WHERE file_id = ? AND row_no = ? ORDER BY column_name, code",
            [entry["file_id"], entry["row_no"]],
        )
    audit.record(store, "quarantine show", purpose, f"quarantine {number}", 1)
    if not show_ids:
        row, found = _hidden(site, entry["source"], row, found)
    if site.json:
        print_json(_document(entry) | {"cells": row, "findings": found})
        return
    say(
        f"隔离行 {number}：{entry['source']}，{entry['file_name']} 第 {entry['row_no']} 行，"
        f"{STATE[entry['state']]}（{local(entry['state_changed_at'], site.time_zone):%Y-%m-%d %H:%M}）"
    )
    if entry["reason"]:
        say(f"处理人 {entry['decided_by']}：{entry['reason']}")
    table("原始内容 / the row as sent", ["列", "值"], list(row.items()))
    table(
        "问题 / findings",
        ["列", "值", "原因", "reason", "建议"],
        [
            (item["column_name"], item["value"], *finding_text(item["code"]), item["suggestion"])
            for item in found
        ],
    )


@quarantine.command(name="resend")
@_IDS
@reason_option
@by_option
@pass_site
def resend_(site: Site, ids: tuple[int, ...], reason: str, by: str) -> None:
    """退回部门：标记为已退回 / mark rows as sent back to their department."""
    store = site.ready_store
    rows = _found(store, ids)
    _possible(resend, store, rows, Decision(by, reason, datetime.now(UTC)), site.wait)
    if site.json:
        print_json({"resent": list(ids)})
    else:
        say(f"{len(rows)} 行已标记为退回；更正后重新送达即自动结案 / marked as sent back")


@quarantine.command(name="waive")
@_IDS
@reason_option
@by_option
@pass_site
def waive_(site: Site, ids: tuple[int, ...], reason: str, by: str) -> None:
    """放行：接受这些行，立即入库 / accept rows in spite of their findings, at once."""
    store = site.ready_store
    rows = _found(store, ids)
    contracts = site.contracts()
    decision = Decision(by, reason, datetime.now(UTC))
    accounts: list[Account] = []
    for group in _by_file(rows):
        source, version = group[0]["source"], group[0]["last_contract_version"]
        with store.reading() as engine:
            contract = _possible(contract_of, engine, contracts.get(source), source, version)
        loader = site.loader(store, contract.domain, "quarantine waive", lambda stage: None)
        accounts.append(_possible(waive, loader, contract, group, decision))
    if site.json:
        print_json({"waived": list(ids), "files": [account_document(account) for account in accounts]})
        return
    account_table("放行的行 / waived rows", accounts, total=True)
    say(
        f"{len(rows)} 行已放行并入库；以后再送同样内容不再隔离 / accepted; the same content passes from now on"
    )


def _hidden(
    site: Site, source: str, row: dict[str, str], findings: list[dict[str, Any]]
) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """The cells of a row and its findings with every number and key hidden, as the contract's columns say."""
    contracts = site.contracts()
    contract = contracts.get(source)
    hiding: dict[str, Hide] = {}
    if contract is not None:
        hiding = column_hiding(contract, attribute_hiding(site.domains[contract.domain], contracts))
    cells = {name: hiding.get(name, mask_text)(value) for name, value in row.items()}
    told = [
        item
        | {
            name: hiding.get(item["column_name"], mask_text)(item[name])
            for name in ("value", "suggestion")
            if item[name]
        }
        for item in findings
    ]
    return cells, told


def _possible(work: Any, *arguments: Any) -> Any:
    """Do it, or say in one line why it cannot be done."""
    try:
        return work(*arguments)
    except NotPossible as error:
        raise Usage(str(error)) from error


def _found(store: Store, ids: Any, engine: Any = None) -> list[dict[str, Any]]:
    wanted = sorted(set(ids))
    if engine is None:
        with store.reading() as opened:
            return _found(store, wanted, opened)
    found = entries(engine, states=list(STATE), ids=wanted)
    missing = set(wanted) - {entry["quarantine_id"] for entry in found}
    if missing:
        numbers = "、".join(str(number) for number in sorted(missing))
        raise Usage(
            f"没有编号为 {numbers} 的隔离行，请用 basedb quarantine list 查看 / no such quarantined row"
        )
    return found


def _by_file(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows by the file they were last seen in, files in order."""
    groups: dict[int, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["last_file_id"], []).append(row)
    return [groups[file_id] for file_id in sorted(groups)]


def _reasons(entry: dict[str, Any]) -> str:
    return "；".join(finding_text(code)[0] for code in entry["codes"].split(","))


def _document(entry: dict[str, Any]) -> dict[str, Any]:
    """An entry for machines: without the row itself, keys masked."""
    kept = (
        "quarantine_id", "source", "file_id", "file_name", "row_no", "as_of", "codes", "state",
        "state_changed_at", "decided_by", "reason", "last_file_name",
    )  # fmt: skip
    key = entry["source_key"]
    return {name: entry[name] for name in kept} | {"source_key": mask_key(key) if key else None}

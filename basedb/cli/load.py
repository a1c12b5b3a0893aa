"""`basedb load` and `basedb plan`: files of one contract."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import click

from basedb.cli.accounts import STATUS, account_document, account_table, exit_code, finding_table
from basedb.cli.exits import Usage
from basedb.cli.hiding import attribute_hiding
from basedb.cli.output import print_json, progress, say, shown, table
from basedb.cli.site import Site, pass_site
from basedb.domain import entity_domains
from basedb.masking import mask_text
from basedb.refusal import Refused
from etl.contract import Contract
from etl.ledger import Account
from etl.load import Loader

_FILES = click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
_AS_OF = click.option("--as-of", metavar="YYYY-MM-DD", help="数据日期；缺省取自文件名 / the as-of date")


@click.command()
@click.argument("contract")
@_FILES
@_AS_OF
@click.option(
    "--received-at", metavar="TIME", help="收到时间，缺省为现在；无时区的按 --zone / when it was received"
)
@pass_site
def load(
    site: Site, contract: str, files: tuple[Path, ...], as_of: str | None, received_at: str | None
) -> None:
    """入库：按合同 CONTRACT 读入文件并发布 / load and publish files of one contract."""
    at = instant(site, received_at)

    def one(loader: Loader, found: Contract, path: Path) -> Account:
        return loader.load(found, loader.receive(found, path, as_of=_day(as_of), received_at=at))

    accounts = _each(site, site.contracts_of(contract), files, "load", one)
    if site.json:
        print_json({"files": [account_document(account) for account in accounts]})
    else:
        account_table("入库账目 / account", accounts, total=True)
        finding_table("数据问题 / findings", _findings(accounts))
        _tell_messages(accounts)
    raise click.exceptions.Exit(exit_code([account.status for account in accounts]))


@click.command()
@click.argument("contract")
@_FILES
@_AS_OF
@pass_site
def plan(site: Site, contract: str, files: tuple[Path, ...], as_of: str | None) -> None:
    """试算：说明入库会改变什么，不发布 / say what a load would change; nothing is published."""

    def one(loader: Loader, found: Contract, path: Path) -> Account:
        account = loader.plan(found, loader.receive(found, path, as_of=_day(as_of)))
        return replace(account, status="planned") if account.status == "loaded" else account

    accounts = _each(site, [site.contract(contract)], files, "plan", one)
    if site.json:
        found = site.contract(contract)
        documents = [
            account_document(account) | {"samples": _masked(site, found, account)} for account in accounts
        ]
        print_json({"files": documents})
    else:
        account_table("试算，未作任何改动 / plan: nothing was published", accounts)
        finding_table("数据问题 / findings", _findings(accounts))
        for account in accounts:
            _tell_samples(site, site.contract(contract), account)
        _tell_messages(accounts)
    raise click.exceptions.Exit(exit_code([account.status for account in accounts]))


def _each(
    site: Site,
    contracts: Sequence[Contract],
    files: tuple[Path, ...],
    command: str,
    work: Callable[[Loader, Contract, Path], Account],
) -> list[Account]:
    """Every file's account, one for each contract; trouble with one file does not spare the next."""
    store = site.ready_store
    for path in files:
        if not path.is_file():
            raise Usage(f"没有文件 {path}{_like(path)} / no such file")
    accounts = []
    with progress(contracts[0].source, site.json) as bar:
        for path, contract in product(files, contracts):
            loader = site.loader(store, contract.domain, command, partial(_tell_stage, bar, contract))
            try:
                accounts.append(work(loader, contract, path))
            except Refused as refusal:
                accounts.append(
                    Account(
                        contract.name, path.name, None, "refused", reason=refusal.code, message=str(refusal)
                    )
                )
    return accounts


def _tell_stage(bar: Callable[..., None], contract: Contract, stage: str) -> None:
    bar(f"{contract.name} {stage}")


def _like(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    close = difflib.get_close_matches(path.name, [item.name for item in path.parent.iterdir()], n=1)
    return f"，是不是 {close[0]}？" if close else ""


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    for form in ("%Y-%m-%d", "%Y%m%d"):
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise Usage(f"看不懂日期 {text}，请写作 2026-11-01 / not a date")


def instant(site: Site, text: str | None) -> datetime | None:
    """A time given on the command line, in UTC; without an offset it is in the site's zone."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Usage(f"看不懂时间 {text}，请写作 2026-11-02T01:03:00 / not a time") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=site.time_zone)).astimezone(UTC)


def _findings(accounts: list[Account]) -> Counter[str]:
    found: Counter[str] = Counter()
    for account in accounts:
        found.update(account.findings)
    return found


def _tell_messages(accounts: list[Account]) -> None:
    for account in accounts:
        if account.message:
            say(f"{account.file_name}：{STATUS.get(account.status, account.status)}。{account.message}")


def _tell_samples(site: Site, contract: Contract, account: Account) -> None:
    """Changed masters with what was and what would be; new ones with their first values."""
    if not account.samples:
        return
    entity = entity_domains(site.domains)[contract.domain].entity
    titles = {item.name: item.zh for item in entity.attributes} | {
        item.name: item.zh for item in entity.derived
    }
    titles = {name: zh.split("：")[0].split("（")[0] for name, zh in titles.items()}
    rows = []
    for sample in _masked(site, contract, account):
        now, was = sample["now"], sample["was"]
        if was is None:
            told = [f"{titles[name]} {shown(value)}" for name, value in now.items() if value is not None][:5]
        else:
            differing = [name for name in now if now[name] != was[name]]
            told = [
                f"{titles[name]} {shown(was[name]) or '空'} → {shown(now[name]) or '空'}"
                for name in differing
            ]
        rows.append(
            ("新增" if was is None else "变更", str(sample["id"]), "；".join(told) or "仅来源或有效期")
        )
    title = f"{account.file_name}：主记录变化举例，号码已遮盖 / sample of changed masters, numbers masked"
    table(title, ["变化", "编号", "内容"], rows, right=["编号"])


def _masked(site: Site, contract: Contract, account: Account) -> list[dict[str, Any]]:
    """The samples with personal numbers masked."""
    hiding = attribute_hiding(site.domains[contract.domain], site.contracts())

    def masked(values: dict[str, Any] | None) -> dict[str, Any] | None:
        if values is None:
            return None
        return {
            name: hiding.get(name, mask_text)(value) if isinstance(value, str) else value
            for name, value in values.items()
        }

    return [
        {"id": item["id"], "was": masked(item["was"]), "now": masked(item["now"])} for item in account.samples
    ]

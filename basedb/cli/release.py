"""`basedb release`: let a held file in."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from basedb.cli.accounts import account_document, account_table, exit_code, finding_table
from basedb.cli.choosing import by_option, reason_option
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, progress, say
from basedb.cli.site import Site, pass_site
from etl import release as held
from etl.quarantine import Decision, NotPossible


@click.command()
@click.argument("source")
@click.argument("file")
@reason_option
@by_option
@click.option("--no-load", is_flag=True, help="只记录决定，以后再入库 / enter the decision only")
@pass_site
def release(site: Site, source: str, file: str, reason: str, by: str, no_load: bool) -> None:
    """放行待人工的文件 FILE（文件名或指纹），随即从归档入库 / release a held file and load it."""
    store, contract = site.ready_store, site.contract(source)
    with store.reading() as engine:
        try:
            line = held.find_stopped(engine, contract, file)
        except NotPossible as error:
            raise Usage(str(error)) from error
    held.release(store, line, Decision(by, reason, datetime.now(UTC)), site.wait)
    if no_load:
        if site.json:
            print_json({"released": line["file_name"]})
        else:
            say(f"{line['file_name']} 已放行，下次送入即入库 / released; it loads when it is next sent in")
        return
    with progress(source, site.json) as bar:
        accounts = []
        for found in site.contracts_of(source):
            loader = site.loader(store, found.domain, "release", lambda stage: bar(f"{source} {stage}"))
            accounts.append(held.load_archived(loader, found, line))
    if site.json:
        print_json(
            {"released": line["file_name"], "files": [account_document(account) for account in accounts]}
        )
    else:
        account_table("放行入库 / released and loaded", accounts)
        finding_table("数据问题 / findings", accounts[0].findings)
    raise click.exceptions.Exit(exit_code([account.status for account in accounts]))

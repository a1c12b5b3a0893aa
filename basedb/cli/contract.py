"""`basedb contract`: check, draft and describe source contracts."""

from __future__ import annotations

from pathlib import Path

import click

from basedb.cli import exits
from basedb.cli.output import print_json, say, table
from basedb.cli.site import Site, pass_site
from basedb.whole_file import write_whole
from etl.contract import Contract, ContractError, Problem, load_contract
from etl.contract.draft import draft as draft_of
from etl.contract.schema import editor_schema


@click.group()
def contract() -> None:
    """来源合同：检查、起草、结构 / source contracts."""


@contract.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True), metavar="[FILE…]")
@pass_site
def check(site: Site, files: tuple[Path, ...]) -> None:
    """检查合同文件或目录；不指定时检查全部已安装的 / check contracts; all installed ones by default."""
    problems: list[Problem] = []
    good: list[Contract] = []
    if files:
        for path in _contract_files(files):
            try:
                good.append(_checked(site, path))
            except ContractError as error:
                problems += error.problems
    else:
        try:
            good = list(site.contracts().values())
        except ContractError as error:
            problems += error.problems
    if site.json:
        print_json(
            {
                "contracts": [
                    {"source": item.source, "version": item.version, "path": str(item.path)} for item in good
                ],
                "problems": [problem.__dict__ for problem in problems],
            }
        )
    else:
        if good:
            table(
                "",
                ["来源", "名称", "部门", "基础库", "方式", "版本"],
                [
                    (
                        item.source,
                        item.title,
                        item.owner.department,
                        item.domain,
                        item.delivery.mode,
                        item.version,
                    )
                    for item in good
                ],
            )
        for problem in problems:
            say(str(problem), "red")
        say(
            f"{len(good)} 份合同可用，{len(problems)} 处问题 / {len(good)} contracts are good, {len(problems)} problems"
        )
    raise click.exceptions.Exit(exits.CONTRACT if problems else exits.OK)


@contract.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / write to a file"
)
@pass_site
def draft(site: Site, file: Path, output: Path | None) -> None:
    """按样本文件起草合同，待人工核对 / draft a contract for a file, to be completed by a person."""
    text = draft_of(file)
    if output is not None:
        write_whole(output, text)
    if site.json:
        print_json({"file": str(file), "output": str(output) if output else None, "contract": text})
    elif output is None:
        click.echo(text, nl=False)
    else:
        say(f"草稿已写入 {output}；核对后运行 basedb contract check {output} / draft written; check it")


@contract.command()
def schema() -> None:
    """合同的 JSON Schema，供编辑器使用 / the JSON Schema of a contract, for editors."""
    print_json(editor_schema())


def _contract_files(files: tuple[Path, ...]) -> list[Path]:
    return [found for path in files for found in (sorted(path.glob("*.yml")) if path.is_dir() else [path])]


def _checked(site: Site, path: Path) -> Contract:
    """The contract in a file, its targets checked against its domain; the domain must be installed."""
    found = load_contract(path)
    domain = site.domains.get(found.domain)
    if domain is None:
        known = "、".join(site.domains)
        zh, en = f"没有安装基础库 {found.domain}", f"no such domain is installed: {found.domain}"
        raise ContractError([Problem(path, 1, "domain", zh, en, known)])
    return load_contract(path, domain)

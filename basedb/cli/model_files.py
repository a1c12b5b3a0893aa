"""`basedb model export` and `basedb model import`."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from basedb.cli import model_view
from basedb.cli.choosing import by_option, domain_of, domain_option, reason_option
from basedb.cli.exits import Usage
from basedb.cli.model_options import number_of, unlike
from basedb.cli.model_writing import keep_version, tell_kept
from basedb.cli.output import print_json, progress, say
from basedb.cli.site import Site, pass_site
from basedb.linkage.drawing import draw_frequencies
from basedb.linkage.exchange import export_own, export_splink, import_document
from basedb.linkage.versions import IMPORTED, list_versions, load_version, write_version
from basedb.store import Session
from basedb.whole_file import write_whole
from etl.quarantine import Decision


@click.command()
@click.argument("version", required=False)
@domain_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["basedb", "splink"]),
    default="basedb",
    show_default=True,
    help="basedb 的 JSON，或 Splink 5 的设置（只含评分部分） / our own JSON, or Splink 5 settings",
)
@click.option(
    "--dialect", type=click.Choice(["duckdb", "spark"]), default="duckdb", show_default=True,
    help="Splink 设置的 SQL 方言 / the dialect of Splink settings",
)  # fmt: skip
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="写入文件 / write to a file"
)
@pass_site
def export(
    site: Site, version: str | None, domain_name: str, form: str, dialect: str, output: Path | None
) -> None:
    """导出一个版本的参数，不含词频 / the parameters of a version as a file, without term frequencies."""
    domain = domain_of(site, domain_name)
    with site.ready_store.reading() as engine, unlike():
        number = number_of(engine, domain, version)
        found = load_version(engine, domain.entity, number)
        kept = next((item for item in list_versions(engine, domain.entity) if item.version == number), None)
        if form == "splink":
            document = export_splink(domain.entity.model, found.parameters, dialect)
        else:
            about = {"version": number} if kept is None else model_view.entry(kept)
            about = {name: str(value) for name, value in about.items() if name in _ABOUT}
            document = export_own(domain.entity.model, domain.entity.qualified, found.parameters, about)
    text = json.dumps(document, ensure_ascii=False, indent=2)
    if output is None:
        click.echo(text)
        return
    write_whole(output, text + "\n")
    if site.json:
        print_json({"file": str(output), "version": number, "format": form})
    else:
        say(f"第 {number} 版已写入 {output} / written")


@click.command(name="import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@domain_option
@click.option("--use", is_flag=True, help="导入后立即启用并重新评分 / let it decide at once")
@reason_option
@by_option
@pass_site
def import_(site: Site, file: Path, domain_name: str, use: bool, reason: str, by: str) -> None:
    """导入参数为新版本，词频按本库记录重新统计 / a file's parameters as a new version."""
    store, domain = site.ready_store, domain_of(site, domain_name)
    try:
        document = json.loads(file.read_text("utf-8"))
    except ValueError as error:
        raise Usage(f"{file.name} 不是 JSON / not JSON: {error}") from error
    with unlike():
        if not isinstance(document, dict):
            raise Usage(f"{file.name} 不是模型文件 / not a model")
        parameters = import_document(domain.entity.model, document)

    def keep(session: Session) -> int:
        counted = draw_frequencies(session.engine, domain.entity, "drawn_frequency")
        return write_version(
            session, domain.entity, parameters, origin=IMPORTED, made_by=by, made_at=datetime.now(UTC),
            reason=reason, frequencies="temp.drawn_frequency",
            training={"method": "import", "file": file.name, "records": counted},
        )  # fmt: skip

    with progress("model import", site.json):
        decision = Decision(by, reason, datetime.now(UTC))
        version, revised = keep_version(site, store, domain, keep, use, decision)
    if site.json:
        print_json({"version": version, "revised": model_view.revised(revised)})
    else:
        tell_kept(version, revised)


_ABOUT = ("version", "origin", "made_by", "made_at", "reason")

"""`basedb model`: versions of the match model: train, look at, compare, let one decide."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import duckdb

from basedb.cli import model_charts, model_files, model_view
from basedb.cli.choosing import by_option, domain_of, domain_option, reason_option
from basedb.cli.exits import Usage
from basedb.cli.model_options import engine_option, number_of, unlike
from basedb.cli.model_writing import Keep, keep_version, tell_kept
from basedb.cli.output import print_json, progress
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain
from basedb.linkage import trainer
from basedb.linkage.label_file import read_labels
from basedb.linkage.rescoring import compare_versions
from basedb.linkage.versions import (
    TRAINED,
    active_number,
    list_versions,
    load_version,
    write_version,
)
from basedb.store import Session
from etl.installed import of_domain
from etl.model_versions import use_version
from etl.quarantine import Decision


@click.group()
def model() -> None:
    """匹配模型：训练、查看、比较、启用 / versions of the match model."""


@model.command()
@domain_option
@click.option(
    "--labels",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="人工标注的记录对（CSV 或 Parquet），据以计数 m / judged pairs, from which m is counted",
)
@click.option(
    "--prior", type=click.FloatRange(0, 1, min_open=True, max_open=True), help="先验概率 / the prior"
)
@click.option(
    "--recall",
    type=click.FloatRange(0, 1, min_open=True),
    help="证件号码规则的查全率，用于估计先验 / recall of the exact rule, for the prior",
)
@click.option(
    "--sample",
    type=click.IntRange(min=2),
    default=1_000_000,
    show_default=True,
    help="最多用多少条记录 / learn from so many records",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="抽样的随机种子 / of the pairs drawn for u",
)
@click.option("--use", is_flag=True, help="训练后立即启用并重新评分 / let it decide at once")
@engine_option
@reason_option
@by_option
@pass_site
def train(
    site: Site, domain_name: str, labels: Path | None, prior: float | None, recall: float | None,
    sample: int, seed: int, use: bool, engine: str, reason: str, by: str,
) -> None:  # fmt: skip
    """训练：从库中记录学习先验、m、u 和词频，存为新版本 / learn a new version from the store's records."""
    store, domain = site.ready_store, domain_of(site, domain_name)
    with progress("model train", site.json) as bar:
        with store.reading() as reader:
            labelled = _labels(reader, domain, labels)
            with unlike():
                found = trainer.train(
                    reader, domain.entity, labels=labelled, prior=prior, recall=recall, most=sample, seed=seed,
                    tell=bar,
                )  # fmt: skip
        bar("保存 / keeping the version")
        document = found.document() | ({"label_file": labels.name} if labels else {})
        keep = _keeper(domain, found, document, by, reason)
        with unlike():
            version, revised = keep_version(
                site, store, domain, keep, use, Decision(by, reason, datetime.now(UTC)), engine
            )
    if site.json:
        print_json({"version": version, "training": document, "revised": model_view.revised(revised)})
        return
    model_view.tell_training(domain.entity.model, found.parameters, document)
    tell_kept(version, revised)


@model.command(name="list")
@domain_option
@pass_site
def list_(site: Site, domain_name: str) -> None:
    """列出各版本 / list the versions."""
    domain = domain_of(site, domain_name)
    with site.ready_store.reading() as engine:
        versions = list_versions(engine, domain.entity)
        active = active_number(engine, domain.entity)
    if site.json:
        print_json({"active": active, "versions": [model_view.entry(item) for item in versions]})
    else:
        model_view.tell_versions(domain.entity.model, versions, active, site.time_zone)


@model.command()
@click.argument("version", required=False)
@domain_option
@pass_site
def show(site: Site, version: str | None, domain_name: str) -> None:
    """一个版本的 m、u 与权重，缺省为启用的版本 / m, u and weights of a version."""
    domain = domain_of(site, domain_name)
    with site.ready_store.reading() as engine, unlike():
        number = number_of(engine, domain, version)
        found = load_version(engine, domain.entity, number)
        kept = next((item for item in list_versions(engine, domain.entity) if item.version == number), None)
    training = {} if kept is None else kept.document.get("training", {})
    if site.json:
        levels = model_view.levels(domain.entity.model, found.parameters, training)
        described = {"version": number} if kept is None else model_view.entry(kept)
        print_json(described | {"prior": found.parameters.prior, "levels": levels, "training": training})
        return
    model_view.tell_version(domain.entity.model, found, kept, site.time_zone)


@model.command()
@click.argument("before")
@click.argument("after")
@domain_option
@click.option(
    "--sample", type=click.IntRange(min=0), default=10, show_default=True, help="举例的对数 / pairs to show"
)
@click.option("--weights-only", is_flag=True, help="只比较权重，不重新评分 / do not score anything")
@pass_site
def compare(site: Site, before: str, after: str, domain_name: str, sample: int, weights_only: bool) -> None:
    """比较两个版本：权重，以及会改变哪些证据 / weights, and what evidence would change."""
    domain = domain_of(site, domain_name)
    with site.ready_store.reading() as engine, progress("model compare", site.json) as bar, unlike():
        one, other = (
            load_version(engine, domain.entity, number_of(engine, domain, name)) for name in (before, after)
        )
        bar("重新评分 / scoring")
        rescored = None if weights_only else compare_versions(engine, domain.entity, one, other, sample)
    if site.json:
        weights = model_view.weight_changes(domain.entity.model, one, other)
        print_json({"before": one.version, "after": other.version, "weights": weights, "evidence": rescored})
        return
    model_view.tell_comparison(domain.entity.model, one, other, rescored)


@model.command()
@click.argument("version", type=click.IntRange(0, 2**31 - 1))
@domain_option
@engine_option
@reason_option
@by_option
@pass_site
def use(site: Site, version: int, domain_name: str, engine: str, reason: str, by: str) -> None:
    """启用一个版本并重新评分全部记录 / let a version decide, and score everything again."""
    store, domain = site.ready_store, domain_of(site, domain_name)
    with progress(f"model use {version}", site.json), unlike():
        decision = Decision(by, reason, datetime.now(UTC))
        peers = of_domain(site.contracts(), domain.name)
        revised = use_version(store, domain, peers, version, decision, "model use", site.wait, engine)
    if site.json:
        print_json({"version": version, "revised": model_view.revised(revised)})
        return
    tell_kept(version, revised)


def _keeper(domain: Domain, found: trainer.Trained, document: dict[str, Any], by: str, reason: str) -> Keep:
    """Writes the version in the session it is given."""

    def keep(session: Session) -> int:
        session.engine.register("trained_frequency", found.frequencies)
        version = write_version(
            session, domain.entity, found.parameters, origin=TRAINED, made_by=by, made_at=datetime.now(UTC),
            reason=reason, frequencies="trained_frequency", training=document,
        )  # fmt: skip
        session.engine.unregister("trained_frequency")
        return version

    return keep


def _labels(engine: duckdb.DuckDBPyConnection, domain: Domain, path: Path | None) -> str | None:
    if path is None:
        return None
    with unlike():
        if not read_labels(engine, domain.entity, path, "given_label"):
            raise Usage(f"{path.name} 里没有标注 / there are no labels in it")
    return "temp.given_label"


model.add_command(model_files.export)
model.add_command(model_files.import_)
model.add_command(model_charts.charts)

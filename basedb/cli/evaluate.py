"""`basedb evaluate`: how good the linkage is, against truth or against labelled pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from basedb import audit
from basedb.cli import stewarding
from basedb.cli.choosing import domain_of, domain_option, purpose_option, show_ids_option
from basedb.cli.exits import Usage
from basedb.cli.model_options import unlike
from basedb.cli.output import print_json, progress, say, table
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain
from basedb.linkage.evaluate import Evaluation, Group, Pairwise, evaluate_labels
from basedb.linkage.evaluate import evaluate as measure
from basedb.linkage.label_file import read_labels
from basedb.linkage.truth_file import read_truth
from basedb.masking import mask_key

_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.option(
    "--truth",
    "truths",
    type=_FILE,
    multiple=True,
    metavar="FILE",
    help="真值：每条记录属于谁（可多次） / the truth",
)
@click.option("--labels", type=_FILE, metavar="FILE", help="标注：判定过的记录对 / judged pairs")
@domain_option
@click.option(
    "--most",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="各列出多少个错并、漏并 / examples of errors",
)
@show_ids_option
@purpose_option
@pass_site
def evaluate(
    site: Site, truths: tuple[Path, ...], labels: Path | None, domain_name: str, most: int, show_ids: bool,
    purpose: str,
) -> None:  # fmt: skip
    """评价：对照真值或标注计算查准率、查全率 / precision and recall against truth or labels.

    真值文件（CSV 或 Parquet）的列：source、source_key（或 file、row_no）、role（缺省 self）、true_id，可有 tags。
    标注文件见 basedb model train --labels。

    Columns of a truth file: source and source_key, or file and row_no; role (self where left out);
    true_id; tags if there are any.
    """
    if not truths and labels is None:
        raise Usage("请用 --truth 或 --labels 给出文件 / give a file with --truth or --labels")
    domain = domain_of(site, domain_name)
    stewarding.hiding(site, domain, show_ids, purpose)
    store = site.ready_store
    found = pairs = None
    with store.reading() as engine, progress("evaluate", site.json) as bar, unlike():
        if truths:
            bar("读取真值 / reading the truth")
            unknown = read_truth(engine, domain.entity, truths, "known_truth")
            bar("比较 / measuring")
            found = measure(engine, "temp.known_truth", unknown, most)
            if not found.records:
                raise Usage("真值文件中没有库里的记录 / the truth is of no record in the store")
        if labels is not None:
            read_labels(engine, domain.entity, labels, "given_label")
            mentions = f"(SELECT mention_id, {domain.entity.id_column} AS entity_id FROM {domain.entity.qualified}_mention)"
            pairs = evaluate_labels(engine, "temp.given_label", mentions)
    files = "、".join(path.name for path in (*truths, *([labels] if labels else [])))
    audit.record(store, "evaluate", purpose, f"{domain.entity.name} {files}", found.records if found else 0)
    if site.json:
        print_json(
            {
                "truth": None if found is None else _document(found, show_ids),
                "labels": None if pairs is None else _measures(pairs),
            }
        )
        return
    if found is not None:
        _tell(domain, found, show_ids)
    if pairs is not None:
        say(f"标注 / labels：{_sentence(pairs)}", "bold")


def _document(found: Evaluation, whole: bool) -> dict[str, Any]:
    document = asdict(found)
    document["pairs"] = _measures(found.pairs)
    for name, groups in (("sources", found.sources), ("roles", found.roles), ("tags", found.tags)):
        document[name] = [{"name": group.name, **_measures(group.pairs)} for group in groups]
    for errors in (document["false_merges"], document["false_splits"]):
        for item in errors:
            item["records"] = [_record(row, whole) for row in item["records"]]
    return document


def _measures(pairs: Pairwise) -> dict[str, Any]:
    return {
        "true": pairs.true, "said": pairs.said, "both": pairs.both, "precision": pairs.precision,
        "recall": pairs.recall, "f1": pairs.f1,
    }  # fmt: skip


def _record(row: Sequence[Any], whole: bool) -> dict[str, Any]:
    mention, source, key, role, truth = row
    return {
        "mention_id": mention, "source": source, "source_key": key if whole else mask_key(key), "role": role,
        "truth": truth,
    }  # fmt: skip


def _tell(domain: Domain, found: Evaluation, whole: bool) -> None:
    zh = domain.entity.zh
    say(
        f"有真值的记录 {found.records:,} 条，实为 {found.truths:,} 个{zh}，库中为 {found.entities:,} 个"
        + (
            f"；真值另有 {found.unknown:,} 行不是哪条记录最后被接收的那一行（未变的、未接收的）"
            if found.unknown
            else ""
        )
        + f" / {found.records:,} records of {found.truths:,} entities in truth, {found.entities:,} here"
    )
    say(f"记录对 / pairs：{_sentence(found.pairs)}", "bold")
    say(
        f"聚类（B³）/ clusters: 查准率 {found.b_cubed_precision:.5f}，查全率 {found.b_cubed_recall:.5f}",
        "bold",
    )
    _group_table("按来源 / by sources", found.sources)
    _group_table("按角色 / by roles", found.roles)
    if found.tags:
        _group_table("按错误类型：任一方有该错误的记录对 / by kind of error", found.tags)
    if found.merged_wrongly:
        say(f"错并 / wrong merges: {found.merged_wrongly:,} 个{zh}，举例：", "bold")
        for merged in found.false_merges:
            say(f"{zh} {merged.entity_id}，实为 {merged.truths} 个")
            _record_table([_record(row, whole) for row in merged.records])
    if found.split_wrongly:
        say(f"漏并 / wrong splits: {found.split_wrongly:,} 个{zh}被分开，举例：", "bold")
        for split in found.false_splits:
            say(f"真值 {split.truth}，库中为 {'、'.join(map(str, split.entities))}")
            _record_table([_record(row, whole) for row in split.records])
    say("逐对查看 / look at a pair: basedb explain pair m<提及> m<提及>", "dim")


def _record_table(records: Sequence[dict[str, Any]]) -> None:
    table(
        "",
        ["提及", "来源", "角色", "真值"],
        [
            (str(item["mention_id"]), f"{item['source']} {item['source_key']}", item["role"], item["truth"])
            for item in records
        ],
        right=["提及"],
    )


def _group_table(title: str, groups: Sequence[Group]) -> None:
    numbers = ["真对", "认定", "相符", "查准率", "查全率"]
    table(
        title,
        ["", *numbers],
        [
            (group.name, group.pairs.true, group.pairs.said, group.pairs.both, _share(group.pairs.precision),
             _share(group.pairs.recall))
            for group in groups
        ],
        right=numbers,
    )  # fmt: skip


def _sentence(pairs: Pairwise) -> str:
    return (
        f"查准率 {_share(pairs.precision)}，查全率 {_share(pairs.recall)}，F1 {_share(pairs.f1)}"
        f"（真对 {pairs.true:,}，认定 {pairs.said:,}，相符 {pairs.both:,}）"
        f" / precision {_share(pairs.precision)}, recall {_share(pairs.recall)}"
    )


def _share(value: float | None) -> str:
    return "—" if value is None else f"{value:.5f}"

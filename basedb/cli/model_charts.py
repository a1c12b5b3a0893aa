"""`basedb model charts`: a match model and what it decides, as one page that opens offline."""

from __future__ import annotations

from pathlib import Path

import click
import duckdb

from basedb.cli.choosing import domain_of, domain_option
from basedb.cli.exits import Usage
from basedb.cli.explain_pair import end_of
from basedb.cli.model_options import number_of, unlike
from basedb.cli.output import Bar, print_json, progress, say
from basedb.cli.site import Site, pass_site
from basedb.domain import Domain
from basedb.explain_pair import NoSuchMention, explain_pair
from basedb.linkage import charts as drawing
from basedb.linkage.chart_data import cluster_sizes, threshold_points
from basedb.linkage.splink_charts import save_splink_charts
from basedb.linkage.truth_file import read_truth
from basedb.linkage.versions import ModelVersion, load_version
from basedb.stewardship.lookup import Lookup, looking
from basedb.store import Store
from basedb.whole_file import write_whole

_Section = tuple[str, str, str]


@click.command()
@click.argument("version", required=False)
@domain_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="HTML 文件 / the file",
)
@click.option(
    "--truth", "truths", type=click.Path(path_type=Path, exists=True, dir_okay=False), multiple=True, metavar="FILE",
    help="真值，见 basedb evaluate；阈值图加上查准率、查全率 / adds precision and recall by threshold",
)  # fmt: skip
@click.option(
    "--pair", nargs=2, metavar="A B", help="以哪一对为瀑布图，写法见 basedb explain pair / which pair"
)
@click.option(
    "--splink", is_flag=True, help="另存 Splink 自己的图（需 basedb[splink]） / Splink's own charts beside it"
)
@pass_site
def charts(
    site: Site, version: str | None, domain_name: str, output: Path, truths: tuple[Path, ...],
    pair: tuple[str, str] | None, splink: bool,
) -> None:  # fmt: skip
    """画图：权重、m 与 u、瀑布图、阈值、聚类大小，存为可离线打开的 HTML / charts as one HTML file.

    图中不含任何人的姓名和号码 / nobody's name or number is in them.
    """
    store, domain = site.ready_store, domain_of(site, domain_name)
    with progress("model charts", site.json) as bar, unlike():
        with store.reading() as engine:
            found = load_version(engine, domain.entity, number_of(engine, domain, version))
            sections = _of_model(domain, found)
            bar("按阈值试算 / trying thresholds")
            sections += _of_store(engine, domain, found, truths, bar)
        if pairs := _pairs_of(site, store, domain, pair):
            sections[2:2] = pairs
        files = [output]
        write_whole(output, _page(domain, found, sections))
        if splink:
            files += save_splink_charts(domain.entity.model, found.parameters, output)
    if site.json:
        print_json({"version": found.version, "files": [str(file) for file in files]})
        return
    say(f"第 {found.version} 版的图已写入 {'、'.join(map(str, files))} / written")


def _of_model(domain: Domain, found: ModelVersion) -> list[_Section]:
    model = domain.entity.model
    return [
        (
            "各等级的匹配权重 / match weights",
            "一个等级把一对记录的权重提高或降低多少（log2(m/u)），词频调整之前。"
            " How far each level moves the weight of a pair, before term frequencies.",
            drawing.weight_chart(model, found.parameters),
        ),
        (
            "m 与 u / m and u",
            "该等级在匹配的与不匹配的记录对中出现的概率，对数坐标。"
            " How often the level occurs among matches and among non-matches, logarithmic.",
            drawing.probability_chart(model, found.parameters),
        ),
    ]


def _of_store(
    engine: duckdb.DuckDBPyConnection, domain: Domain, found: ModelVersion, truths: tuple[Path, ...], bar: Bar
) -> list[_Section]:
    truth = None
    if truths:
        read_truth(engine, domain.entity, truths, "known_truth")
        truth = "temp.known_truth"
    points = threshold_points(engine, domain.entity, found, truth)
    words = (
        "从号码规则认定的开始，把达到阈值的记录对全部相连（不计整体约束，被否决的除外）会得到什么。"
        " What linking every pair from a weight on would make, starting from the exact rules."
    )
    if truth is not None:
        words += " 查准率、查全率按记录对计算，对照真值。 Precision and recall of pairs, against the truth."
    bar("聚类大小 / sizes of clusters")
    return [
        ("阈值 / thresholds", words, drawing.threshold_chart(points, domain.entity.model)),
        (
            "聚类大小 / sizes of clusters",
            "库中每个实体有多少条部门记录（版本不重复计）；最后一档含更多者。"
            " Departmental records per entity as it stands; the last line stands for more.",
            drawing.size_chart(cluster_sizes(engine, domain.entity)),
        ),
    ]


def _pairs_of(site: Site, store: Store, domain: Domain, pair: tuple[str, str] | None) -> list[_Section]:
    """The pair that was asked for, else the weakest that links by itself and the strongest that does not."""
    entity = domain.entity
    with looking(store) as lookup:
        if pair is not None:
            try:
                left, right = (end_of(site, store, lookup, domain, text) for text in pair)
                explained = [
                    ("所选的一对 / the pair asked for", explain_pair(lookup, entity, left, right, {}))
                ]
            except NoSuchMention as error:
                raise Usage(str(error)) from error
        else:
            explained = [
                (words, explain_pair(lookup, entity, (owners[0], a), (owners[1], b), {}))
                for words, a, b, owners in _examples(lookup, domain)
            ]
    return [
        (
            f"瀑布图：{words}",
            f"提及 {found['left']['mention_id']} 与 {found['right']['mention_id']}，"
            f"按启用的第 {found['model_version']} 版；合计 {found['match_weight']:+.1f}。"
            " From the prior step by step to the sum, with the version in use.",
            drawing.waterfall(found, entity.model),
        )
        for words, found in explained
    ]


def _examples(lookup: Lookup, domain: Domain) -> list[tuple[str, int, int, tuple[int, int]]]:
    entity, mention = domain.entity, f"{domain.entity.qualified}_mention"
    found = []
    for words, condition, order in (
        (
            "刚够自动认定的一对 / just enough to link",
            "e.grade = 'auto' AND e.outcome = 'linked'",
            "e.match_weight",
        ),
        ("待人工的一对 / for a person", "e.grade = 'review' AND e.outcome = 'review'", "e.match_weight DESC"),
    ):
        query = (
            f"SELECT e.a, e.b, ma.{entity.id_column} AS a_id, mb.{entity.id_column} AS b_id"
            f" FROM {entity.evidence.fullname} e"
            f" JOIN {mention} ma ON ma.record_id = e.a >> 4 AND ma.mention_id = e.a"
            f" JOIN {mention} mb ON mb.record_id = e.b >> 4 AND mb.mention_id = e.b"
            f" WHERE e.method = 'score' AND {condition} ORDER BY {order}, e.a, e.b LIMIT 1"
        )
        rows = lookup.rows(f"FROM {lookup.inside(query)}")
        found += [(words, row["a"], row["b"], (row["a_id"], row["b_id"])) for row in rows]
    return found


def _page(domain: Domain, found: ModelVersion, sections: list[_Section]) -> str:
    model, parameters = domain.entity.model, found.parameters
    lead = [
        f"{domain.title}，{domain.entity.zh}；第 {found.version} 版。先验 {parameters.prior:.3g}（权重"
        f" {parameters.prior_weight:+.1f}），自动认定 ≥ {model.auto_link:g}，待人工 ≥ {model.review:g}。",
        f"Version {found.version} of the match model {model.name}: prior {parameters.prior:.3g}, links from"
        f" {model.auto_link:g}, goes to a person from {model.review:g}.",
    ]
    return drawing.page(f"匹配模型 / match model: {model.name}", lead, sections)

"""How well others link the same mentions of people: Splink, recordlinkage, and two exact joins.

    python -m benchmarks.peers duckdb:///city.duckdb CITY/truth

The city must be loaded (`basedb init`, `basedb nightly CITY`). Everybody gets the last version of every
mention of known truth with the columns our own model compares: folded name and pinyin, checked number,
birth date (from the number where none is stated), sex, telephone, parsed addresses. What is ours in the
table is what the store says, review queue not counted.

Peers are given what helps them: Splink term frequencies, several passes of EM and the blocking rules of our
model, recordlinkage the truth of a tenth of its pairs to learn from, both the threshold at which their F1 is
best by the truth itself, which nobody would know. Their clusters are connected components.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from basedb.domain import Entity
from basedb.linkage.components import connected_components
from basedb.linkage.evaluate import Evaluation, evaluate
from basedb.linkage.truth_file import read_truth
from basedb.store import open_store
from benchmarks._truth import write_truth
from population import DOMAIN

# The columns that the records of our own model have; a relative beside an event has name and number only.
_COLUMNS = (
    "name_folded", "name_pinyin", "surname", "former_name_folded", "id_number", "id_alternative", "own_number", "born",
    "sex", "phone", "registered_plate", "registered_estate", "current_plate", "current_estate",
)  # fmt: skip
_PLACES = ("registered_plate", "current_plate", "registered_estate", "current_estate")
_CHANNELS = 15


Rival = Callable[[duckdb.DuckDBPyConnection, pd.DataFrame], Evaluation]


def main() -> None:
    """Load the mentions, let everybody link them, print the table and the worst error channels."""
    rivals: dict[str, Rival] = {
        "equal valid numbers": partial(same_values, columns=["own_number"]),
        "equal names and birth dates": partial(same_values, columns=["name_folded", "born"]),
        "Splink 5": _splink,
        "recordlinkage": _recordlinkage,
    }
    compare(__doc__, DOMAIN.entity, _COLUMNS, write_truth, rivals, "people")


def compare(
    description: str | None,
    entity: Entity,
    columns: Sequence[str],
    truth: Callable[[Path, Path], object],
    rivals: Mapping[str, Rival],
    entities: str,
) -> None:
    """Let everybody link the mentions of known truth of the store on the command line, and print the table.

    columns: record columns of the entity's model that rivals get. truth: writes the file of a city's truth
    folder. rivals: by name, from the engine and the mentions (unique_id and the columns) to an evaluation.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("store")
    parser.add_argument("truth", type=Path)
    arguments = parser.parse_args()
    found: dict[str, Evaluation] = {}
    with tempfile.TemporaryDirectory() as folder, open_store(arguments.store).reading() as engine:
        path = Path(folder) / "truth.parquet"
        truth(arguments.truth, path)
        read_truth(engine, entity, [path], "known_truth")
        records = entity.model.records
        listed = ", ".join(f"{records[name]} AS {name}" for name in columns)
        mentions = engine.execute(
            f"SELECT mention_id AS unique_id, {listed} FROM known_truth JOIN {entity.mention.fullname}"
            " USING (mention_id) ORDER BY unique_id"
        ).df()
        found["basedb"] = evaluate(engine, "temp.known_truth")
        for name, rival in rivals.items():
            found[name] = rival(engine, mentions)
    print_table(found, entities)


def same_values(engine: duckdb.DuckDBPyConnection, mentions: pd.DataFrame, columns: list[str]) -> Evaluation:
    """Mentions with the same values in `columns` are one; those that lack one stand alone."""
    cluster = mentions.groupby(columns)["unique_id"].transform("min").fillna(mentions["unique_id"])
    return judged_clusters(engine, pd.DataFrame({"mention_id": mentions["unique_id"], "cluster": cluster}))


def judged_clusters(engine: duckdb.DuckDBPyConnection, clusters: pd.DataFrame) -> Evaluation:
    """The measures of clusters (mention_id, cluster) against TEMP `known_truth`; who is in none stands alone."""
    engine.register("peer_cluster", clusters.astype({"mention_id": "int64", "cluster": "int64"}))
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE peer_truth AS SELECT t.* REPLACE (coalesce(c.cluster, t.mention_id)"
        " AS entity_id) FROM known_truth t LEFT JOIN peer_cluster c USING (mention_id)"
    )
    engine.unregister("peer_cluster")
    return evaluate(engine, "temp.peer_truth", most=0)


def best_components(
    engine: duckdb.DuckDBPyConnection, pairs: pd.DataFrame, thresholds: list[float]
) -> Evaluation:
    """Components of the pairs (a, b, score) at each threshold; the one of the best F1."""
    engine.execute("CREATE OR REPLACE TEMP TABLE peer_pair AS FROM pairs")
    best: Evaluation | None = None
    for threshold in thresholds:
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE peer_edge AS SELECT a, b FROM peer_pair WHERE score >= {threshold}"
        )
        connected_components(engine, "peer_edge", "peer_component")
        clusters = engine.execute("SELECT vertex AS mention_id, label AS cluster FROM peer_component").df()
        found = judged_clusters(engine, clusters)
        if best is None or (found.pairs.f1 or 0) > (best.pairs.f1 or 0):
            best = found
    assert best is not None
    return best


def _splink(engine: duckdb.DuckDBPyConnection, mentions: pd.DataFrame) -> Evaluation:
    import splink.comparison_level_library as cll
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    name = cl.CustomComparison(
        output_column_name="name_folded",
        comparison_levels=[
            cll.NullLevel("name_folded"),
            cll.ExactMatchLevel("name_folded", term_frequency_adjustments=True),
            cll.CustomLevel(
                "name_folded_l = former_name_folded_r OR former_name_folded_l = name_folded_r", "former name"
            ),
            cll.ExactMatchLevel("name_pinyin"),
            cll.DamerauLevenshteinLevel("name_folded", 1),
            cll.ExactMatchLevel("surname"),
            cll.ElseLevel(),
        ],
    )
    either = "registered_plate", "current_plate"
    address = cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.CustomLevel(
                "coalesce(registered_plate_l, current_plate_l) IS NULL"
                " OR coalesce(registered_plate_r, current_plate_r) IS NULL",
                "missing",
            ).configure(is_null_level=True),
            cll.CustomLevel(" OR ".join(f"{x}_l = {y}_r" for x in either for y in either), "plate"),
            cll.CustomLevel(
                "registered_estate_l = registered_estate_r OR current_estate_l = current_estate_r", "estate"
            ),
            cll.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("id_number"),
            block_on("id_alternative"),
            block_on("name_pinyin", "born"),
            block_on("name_pinyin", "current_plate"),
            block_on("name_pinyin", "registered_plate"),
            block_on("born", "current_plate"),
            block_on("born", "registered_plate"),
            block_on("phone"),
            block_on("name_pinyin", "substr(id_number, 1, 9)"),
            block_on("name_pinyin", "substr(id_number, 10)"),
        ],
        comparisons=[
            name,
            cl.DamerauLevenshteinAtThresholds("id_number", [1, 2]),
            cl.DateOfBirthComparison("born", input_is_string=True),
            cl.ExactMatch("sex"),
            address,
            cl.ExactMatch("phone"),
        ],
        retain_intermediate_calculation_columns=False,
    )
    with duckdb.connect() as own:
        api = DuckDBAPI(connection=own)
        own.register("mention_frame", mentions)
        own.execute("CREATE TABLE mention AS FROM mention_frame")
        linker = Linker(api.register("mention"), settings)
        training: Any = linker.training
        training.estimate_probability_two_random_records_match(
            [block_on("id_number", "name_folded"), block_on("name_folded", "born")], recall=0.9
        )
        training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        for keys in (("name_folded", "born"), ("phone",), ("id_number",)):
            training.estimate_parameters_using_expectation_maximisation(block_on(*keys))
        predicted = linker.inference.predict(threshold_match_weight=-5)
        pairs = own.execute(
            f"SELECT unique_id_l AS a, unique_id_r AS b, match_weight AS score FROM {predicted.physical_name}"
        ).df()
    return best_components(engine, pairs, [float(threshold) for threshold in range(-4, 31, 2)])


def _recordlinkage(engine: duckdb.DuckDBPyConnection, mentions: pd.DataFrame) -> Evaluation:
    import recordlinkage

    frame = mentions.set_index("unique_id").astype(object).where(lambda values: values.notna(), None)
    indexer = recordlinkage.Index()
    for keys in (["id_number"], ["name_pinyin"], ["surname", "born"], ["phone"], ["born", "current_plate"]):
        indexer.block(keys)
    candidates = indexer.index(frame)
    compare = recordlinkage.Compare(n_jobs=2)
    for column in ("name_folded", "id_number", "born"):
        compare.string(column, column, method="jarowinkler", threshold=0.92, label=column)
    for column in ("name_pinyin", "sex", "phone", *_PLACES):
        compare.exact(column, column, label=f"{column}_same")
    features = compare.compute(candidates, frame)
    learnt = features.sample(frac=0.1, random_state=1)
    classifier = recordlinkage.LogisticRegressionClassifier()
    classifier.fit(learnt, _true_pairs(engine, learnt.index))
    score = np.asarray(classifier.prob(features), dtype=float)
    pairs = pd.DataFrame(
        {
            "a": features.index.get_level_values(0),
            "b": features.index.get_level_values(1),
            "score": score,
        }
    )
    return best_components(engine, pairs, [0.01, 0.1, 0.5, 0.9, 0.99, 0.999, 0.9999, 0.999999])


def _true_pairs(engine: duckdb.DuckDBPyConnection, pairs: pd.MultiIndex) -> pd.MultiIndex:
    """Those of the pairs that truly are one."""
    engine.register(
        "asked_pair", pd.DataFrame({"a": pairs.get_level_values(0), "b": pairs.get_level_values(1)})
    )
    found = engine.execute(
        "SELECT a, b FROM asked_pair JOIN known_truth l ON l.mention_id = a JOIN known_truth r ON r.mention_id = b"
        " WHERE l.true_id = r.true_id"
    ).df()
    engine.unregister("asked_pair")
    return pd.MultiIndex.from_frame(found)


def print_table(found: dict[str, Evaluation], entities: str) -> None:
    """Everybody's measures, and where the first of them misses most."""
    first = next(iter(found.values()))
    print(f"{first.records:,} mentions of {first.truths:,} {entities}, {first.pairs.true:,} true pairs")
    print(
        f"{'':28}{'precision':>11}{'recall':>9}{'F1':>9}{'B3 prec.':>10}{'B3 rec.':>9}{'wrong':>8}{'missed':>8}"
    )
    for name, item in found.items():
        pairs = item.pairs
        print(
            f"{name:28}{pairs.precision or 0:11.6f}{pairs.recall or 0:9.5f}{pairs.f1 or 0:9.5f}"
            f"{item.b_cubed_precision:10.5f}{item.b_cubed_recall:9.5f}{pairs.said - pairs.both:8,}"
            f"{pairs.true - pairs.both:8,}"
        )
    print(
        f"\nrecall where one of the two has the error; the {_CHANNELS} channels in which basedb misses most"
    )
    missed = sorted(first.tags, key=lambda group: group.pairs.both - group.pairs.true)[:_CHANNELS]
    print(f"{'':42}{'pairs':>7}" + "".join(f"{name[:14]:>16}" for name in found))
    for group in missed:
        cells = []
        for item in found.values():
            same = next((other for other in item.tags if other.name == group.name), None)
            cells.append(f"{(same.pairs.recall or 0) if same else 0:16.4f}")
        print(f"{group.name:42}{group.pairs.true:7,}{''.join(cells)}")


if __name__ == "__main__":
    main()

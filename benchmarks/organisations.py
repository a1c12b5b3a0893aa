"""How well others link the same records of organisations: Splink, and a join by equal codes.

    python -m benchmarks.organisations duckdb:///city.duckdb CITY/truth

The city must be loaded (`basedb init`, `basedb nightly CITY`). As in `benchmarks.peers`: everybody gets the
columns of our own model, Splink blocking rules wider than ours, term frequencies and the threshold of its best F1.
"""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from basedb.linkage.evaluate import Evaluation
from benchmarks.peers import Rival, best_components, compare, same_values
from legalentity import DOMAIN

_SOURCES = ("scjg_enterprises", "sw_taxpayers", "zj_orgcodes", "bb_institutions", "tj_units")
_COLUMNS = (
    "name_folded", "name_core", "core_pinyin", "trade_name", "division", "branch", "marks", "code", "own_code",
    "representative_folded", "representative_pinyin", "representative_number", "phone", "registered_plate",
    "business_plate",
)  # fmt: skip


def main() -> None:
    """Load the records, let everybody link them, print the table and the worst error channels."""
    rivals: dict[str, Rival] = {
        "equal valid codes": partial(same_values, columns=["own_code"]),
        "equal names": partial(same_values, columns=["name_folded"]),
        "Splink 5": _splink,
    }
    compare(__doc__, DOMAIN.entity, _COLUMNS, _write_truth, rivals, "organisations")


def _write_truth(folder: Path, target: Path) -> None:
    parts = [
        f"SELECT file, row_no::BIGINT AS row_no, 'self' AS role, org_id AS true_id,"
        f" list_filter(string_split(tags, ';'), lambda x: x <> '') AS tags FROM '{path}'"
        for path in (folder / f"{source}.parquet" for source in _SOURCES)
        if path.exists()
    ]
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({' UNION ALL '.join(parts)}) TO '{target}' (FORMAT parquet)")


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
                "name_core_l = name_core_r AND (branch_l IS DISTINCT FROM branch_r"
                " OR marks_l IS DISTINCT FROM marks_r)",
                "branch or ordinal",
            ),
            cll.ExactMatchLevel("name_core", term_frequency_adjustments=True),
            cll.JaroWinklerLevel("name_folded", 0.95),
            cll.JaroWinklerLevel("name_folded", 0.88),
            cll.ElseLevel(),
        ],
    )
    plates = "registered_plate", "business_plate"
    address = cl.CustomComparison(
        output_column_name="address",
        comparison_levels=[
            cll.CustomLevel(
                " OR ".join(f"coalesce(registered_plate_{s}, business_plate_{s}) IS NULL" for s in "lr"),
                "missing",
            ).configure(is_null_level=True),
            cll.CustomLevel(" OR ".join(f"{x}_l = {y}_r" for x in plates for y in plates), "plate"),
            cll.ElseLevel(),
        ],
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("code"),
            block_on("name_core"),
            block_on("core_pinyin"),
            block_on("trade_name", "representative_pinyin"),
            block_on("representative_pinyin", "registered_plate"),
            block_on("representative_number"),
            block_on("phone"),
        ],
        comparisons=[
            name,
            cl.DamerauLevenshteinAtThresholds("code", [1]),
            cl.ExactMatch("representative_folded").configure(term_frequency_adjustments=True),
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
            [block_on("own_code"), block_on("name_folded", "representative_folded")], recall=0.95
        )
        training.estimate_u_using_random_sampling(max_pairs=5e6, seed=1)
        for keys in (("name_core",), ("own_code",)):
            training.estimate_parameters_using_expectation_maximisation(block_on(*keys))
        predicted = linker.inference.predict(threshold_match_weight=-5)
        pairs = own.execute(
            f"SELECT unique_id_l AS a, unique_id_r AS b, match_weight AS score FROM {predicted.physical_name}"
        ).df()
    return best_components(engine, pairs, [float(threshold) for threshold in range(-4, 31, 2)])


if __name__ == "__main__":
    main()

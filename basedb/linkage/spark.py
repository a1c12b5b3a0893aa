"""Scoring past one machine: the same match model in Spark, through Splink.

Records go to Spark as Parquet and scored pairs come back as Parquet. Spark makes the candidate pairs
from the model's own keys (Splink knows no `max_block`), Splink compares and weighs them by the exported
settings, and Spark adds which constraints hold. What follows from a scored pair (vetoes, corrections,
thresholds, clusters) is the same code whichever engine scored.

Needs ``pip install basedb[spark]`` and Java 17. Where Spark runs is Spark's own business
(`spark-defaults.conf`); without it, on all cores of this machine. A cluster's workers must reach the
folder of the exchange: `BASEDB_SPARK_FOLDER`.
"""

from __future__ import annotations

import importlib.util
import logging
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from basedb.domain import Entity
from basedb.linkage.comparing import over_records
from basedb.linkage.keys import key_rules
from basedb.linkage.model import AnyOf, BlockingRule, Comparison, Constraint, Each, MatchModel
from basedb.linkage.parameters import Parameters
from basedb.linkage.versions import ModelVersion
from basedb.store.session import Session

FOLDER = "BASEDB_SPARK_FOLDER"
_OLDEST_JAVA = 17


class SparkMissing(RuntimeError):
    """Spark cannot run here; the message says what to install."""


def require_spark() -> None:
    """SparkMissing where a package or Java is missing."""
    absent = [name for name in ("pyspark", "splink") if importlib.util.find_spec(name) is None]
    if absent:
        raise SparkMissing(
            f"没有安装 {'、'.join(absent)}，请先运行 pip install 'basedb[spark]'"
            f" / {', '.join(absent)} not installed: pip install 'basedb[spark]'"
        )
    found = _java_version()
    if found < _OLDEST_JAVA:
        told = f"Java {found}" if found else "没有 Java"
        raise SparkMissing(
            f"Spark 需要 Java {_OLDEST_JAVA} 或更新，这里{told}；请安装 Java {_OLDEST_JAVA}（openjdk-17-jre-headless）"
            f" / Spark needs Java {_OLDEST_JAVA} or newer; found: {found or 'none'}"
        )


def score_on_spark(session: Session, entity: Entity, version: ModelVersion, records: str = "linking") -> None:
    """Create TEMP `scored` as `score_pairs` does, of all pairs among `records` that reach review.

    records: relation with `vertex` and the model's record columns. SparkMissing, see `require_spark`.
    """
    require_spark()
    engine, model = session.engine, entity.model
    frequencies = version.frequencies(session, model, records)
    columns = ", ".join(["vertex", *model.records])
    with tempfile.TemporaryDirectory(prefix="basedb-spark-", dir=os.environ.get(FOLDER)) as folder:
        given, known, result = (
            Path(folder) / name for name in ("records.parquet", "frequency.parquet", "scored")
        )
        engine.execute(f"COPY (SELECT {columns} FROM {records}) TO '{_literal(given)}' (FORMAT parquet)")
        if frequencies is not None:
            engine.execute(f"COPY {frequencies} TO '{_literal(known)}' (FORMAT parquet)")
        score_parquet(model, version.parameters, known if frequencies is not None else None, given, result)
        engine.execute(
            f"CREATE OR REPLACE TEMP TABLE scored AS FROM read_parquet('{_literal(result)}/*.parquet')"
        )


def score_parquet(
    model: MatchModel,
    parameters: Parameters,
    frequencies: str | Path | None,
    records_path: str | Path,
    output_path: str | Path,
    spark: Any = None,
) -> None:
    """Write the scored pairs of `records_path` that reach the review threshold to folder `output_path`.

    records_path: Parquet with `vertex` and the model's record columns. frequencies: Parquet
    (column_name, value, frequency); None adjusts nothing. Columns written: a, b, rule, pattern,
    match_weight, c_<constraint>, as `score_pairs` has them; pairs that must link are written whatever
    their weight. spark: the Spark session to use; without it one is started and stopped again.
    InvalidModel where Splink cannot express a term frequency of the model.
    """
    require_spark()
    parameters.check(model)
    with _session(spark) as running:
        records = running.read.parquet(str(records_path))
        terms = None if frequencies is None else running.read.parquet(str(frequencies))
        pairs = _candidate_pairs(running, model, records)
        predicted = _predict(running, model, parameters, records, pairs, terms)
        _described(running, model, predicted, records).write.mode("overwrite").parquet(str(output_path))


def _candidate_pairs(spark: Any, model: MatchModel, records: Any) -> Any:
    """The pairs of all rules (a, b, rule), each once with its first rule."""
    records.createOrReplaceTempView("basedb_record")
    keys = " UNION ALL ".join(_keys(number, rule) for number, rule in enumerate(key_rules(model)))
    limits = " ".join(f"WHEN {number} THEN {rule.max_block}" for number, rule in enumerate(key_rules(model)))
    # Every key once per record: an alternative may repeat another.
    spark.sql(f"SELECT DISTINCT rule, key, vertex FROM ({keys})").createOrReplaceTempView("basedb_key")
    spark.sql(
        f"""SELECT rule, key FROM basedb_key GROUP BY rule, key
            HAVING count(*) BETWEEN 2 AND (CASE rule {limits} END)"""
    ).createOrReplaceTempView("basedb_block")
    return spark.sql(
        """SELECT l.vertex AS a, r.vertex AS b, min(l.rule) AS rule
           FROM basedb_block k JOIN basedb_key l ON l.rule = k.rule AND l.key = k.key
           JOIN basedb_key r ON r.rule = k.rule AND r.key = k.key AND l.vertex < r.vertex
           GROUP BY l.vertex, r.vertex"""
    )


def _keys(number: int, rule: BlockingRule) -> str:
    """Spark SQL for (rule, key, vertex) of one rule; a key with a missing part is none."""
    from basedb.linkage.splink_sql import in_dialect  # only where Splink is installed

    parts, views = [], []
    for place, part in enumerate(rule.key):
        if isinstance(part, AnyOf):
            values = ", ".join(_text(in_dialect(expression, "spark")) for expression in part.expressions)
            views.append(f"LATERAL VIEW explode(array({values})) v{place} AS part{place}")
            parts.append(f"part{place}")
        elif isinstance(part, Each):
            text = _text(in_dialect(part.expression, "spark"))
            pattern = re.escape(part.separator).replace("\\", "\\\\").replace("'", "\\'")
            views.append(f"LATERAL VIEW explode(split({text}, '{pattern}', -1)) v{place} AS part{place}")
            parts.append(f"nullif(trim(part{place}), '')")
        else:
            parts.append(_text(in_dialect(part, "spark")))
    # concat of a missing part is missing.
    key = f"concat({', char(31), '.join(parts)})"
    return f"""SELECT rule, key, vertex FROM (
        SELECT {number} AS rule, {key} AS key, vertex
        FROM (SELECT * FROM basedb_record WHERE {in_dialect(rule.when, "spark")}) {" ".join(views)}
    ) WHERE key IS NOT NULL"""


def _predict(
    spark: Any, model: MatchModel, parameters: Parameters, records: Any, pairs: Any, terms: Any
) -> Any:
    """Splink's predictions for the pairs: vertex_l, vertex_r, match_key, match_weight, gamma_…"""
    import splink
    from splink.internals.spark.database_api import SparkAPI

    from basedb.linkage.splink_settings import to_splink

    shown = model if terms is not None else _without_frequencies(model)
    settings = to_splink(shown, parameters, link_type="dedupe_only", dialect="spark", lossy=True)
    settings |= {
        # The pairs are given.
        "blocking_rules_to_generate_predictions": [],
        # Splink gives levels only together with what they were read from.
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": False,
    }
    logging.getLogger("splink").setLevel(logging.ERROR)
    jar = "scala-udf-similarity" in spark.sparkContext.getConf().get("spark.jars", "")
    api = SparkAPI(spark_session=spark, break_lineage_method="persist", register_udfs_automatically=jar)
    linker = splink.Linker(
        api.register(records), splink.SettingsCreator.from_path_or_dict(settings), validate_settings=False
    )
    for column in shown.tf_columns():
        known = terms.where(terms.column_name == column).selectExpr(
            f"value AS `{column}`", f"frequency AS `tf_{column}`"
        )
        linker.table_management.register_term_frequency_lookup(api.register(known), column)
    blocked = pairs.selectExpr("CAST(rule AS STRING) AS match_key", "a AS join_key_l", "b AS join_key_r")
    linker.table_management.register_blocked_pairs_for_predict(api.register(blocked))
    # With a threshold, Spark would put all levels into its condition, many times over, and run out of memory.
    found = linker.inference.predict(warning_mode="never")
    return found.as_spark_dataframe()


def _described(spark: Any, model: MatchModel, predicted: Any, records: Any) -> Any:
    """Predictions in the form of `score_pairs`, below review only what must link."""
    from basedb.linkage.splink_sql import in_dialect

    predicted.createOrReplaceTempView("basedb_predicted")
    records.createOrReplaceTempView("basedb_record")
    pattern = ", ".join(f"CAST({_level(item)} AS STRING)" for item in model.comparisons)
    constraints = "".join(
        f", {in_dialect(over_records(model, item), 'spark')} AS c_{item.name}" for item in model.constraints
    )
    must = [f"c_{item.name}" for item in model.constraints if item.kind == Constraint.MUST_LINK]
    stay = " OR ".join([f"match_weight >= {model.review!r}D", *must])
    return spark.sql(
        f"""SELECT * FROM (
            SELECT p.vertex_l AS a, p.vertex_r AS b, CAST(p.match_key AS SMALLINT) AS rule,
                concat_ws(',', {pattern}) AS pattern, CAST(p.match_weight AS DOUBLE) AS match_weight{constraints}
            FROM basedb_predicted p JOIN basedb_record l ON l.vertex = p.vertex_l
            JOIN basedb_record r ON r.vertex = p.vertex_r) WHERE {stay}"""
    )


def _level(comparison: Comparison) -> str:
    """Spark SQL for the index of the level: Splink numbers levels from the last, and the missing all -1."""
    from basedb.linkage.splink_sql import in_dialect

    gamma = f"p.gamma_{comparison.name}"
    known = [index for index, level in enumerate(comparison.levels) if not level.missing]
    missing = [index for index, level in enumerate(comparison.levels) if level.missing]
    branches = [f"WHEN {gamma} = {len(known) - 1 - place} THEN {index}" for place, index in enumerate(known)]
    # No level before it held, so the first missing one that holds is the level.
    branches += [
        f"WHEN {in_dialect(comparison.levels[index].condition.sql, 'spark')} THEN {index}"
        for index in missing[:-1]
    ]
    rest = f"ELSE {missing[-1]} " if missing else ""
    return f"CASE {' '.join(branches)} {rest}END"


def _without_frequencies(model: MatchModel) -> MatchModel:
    return replace(
        model,
        comparisons=tuple(
            replace(item, levels=tuple(replace(level, tf="", tf_reference="") for level in item.levels))
            for item in model.comparisons
        ),
    )


@contextmanager
def _session(given: Any) -> Iterator[Any]:
    """The session given, the one running in this process, or a new one that is stopped afterwards."""
    from pyspark.sql import SparkSession

    running = given or SparkSession.getActiveSession()
    if running is not None:
        yield running
        return
    from splink.internals.spark.jar_location import similarity_jar_location

    # Rows about people are in it: nothing listens beyond what Spark itself needs.
    started = (
        SparkSession.builder.appName("basedb")
        .config("spark.ui.enabled", "false")
        .config("spark.jars", similarity_jar_location())
        .getOrCreate()
    )
    try:
        yield started
    finally:
        started.stop()


def _java_version() -> int:
    """The major version of the Java that Spark would start; 0 if there is none."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not java or not Path(java).exists():
        return 0
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr
    found = re.search(r'version "(?:1\.)?(\d+)', told)
    return int(found.group(1)) if found else 0


def _text(expression: str) -> str:
    return f"CAST(({expression}) AS STRING)"


def _literal(path: Path) -> str:
    return str(path).replace("'", "''")

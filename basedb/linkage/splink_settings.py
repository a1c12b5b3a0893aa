"""A match model as Splink's settings, and back.

For three uses: Splink is the oracle of our tests, its charts come with it, and its Spark backend runs
the same model past one machine. Splink names the columns of a pair ``"name_l"`` and ``"name_r"`` where
we write ``l.name`` and ``r.name``; sqlglot, which comes with Splink, rewrites one into the other.
Needs the extra ``basedb[splink]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from basedb.linkage.keys import alternatives
from basedb.linkage.model import (
    ELSE,
    AnyOf,
    BlockingRule,
    Comparison,
    Each,
    InvalidModel,
    Level,
    MatchModel,
)
from basedb.linkage.parameters import SMALLEST, Parameters
from basedb.linkage.splink_sql import (
    columns_read,
    compared_column,
    over_pair,
    over_record,
    over_splink_pair,
    split_rule,
)

_NAMES = " / "


def to_splink(
    model: MatchModel,
    parameters: Parameters,
    *,
    link_type: str = "link_only",
    unique_id: str = "vertex",
    dialect: str = "duckdb",
    lossy: bool = False,
) -> dict[str, Any]:
    """Settings for Splink 5: what `SettingsCreator.from_path_or_dict` takes, or a JSON file holds.

    dialect: that of the backend the settings are for. Splink's input tables are the model's records,
    with the columns of `prepared_columns` added. InvalidModel names what Splink cannot express
    (constraints, sole values, sorted neighbourhoods, a term frequency against a level that does not
    compare that column for equality), unless `lossy`, which leaves out the first three. Splink has no
    `max_block`: it compares blocks of any size.
    """
    parameters.check(model)
    missing = [
        *(f"constraint {item.name}" for item in model.constraints),
        *(f"sole value {item.name}" for item in model.sole_values),
        *(
            f"sorted neighbourhood {rule.name}"
            for rule in model.blocking
            if not isinstance(rule, BlockingRule)
        ),
    ]
    if missing and not lossy:
        raise InvalidModel(
            f"{model.name}：Splink 无法表达 {', '.join(missing)}；只导出评分部分请用 lossy"
            f" / Splink cannot express {', '.join(missing)}; use lossy to export the scoring alone"
        )
    return {
        "link_type": link_type,
        "unique_id_column_name": unique_id,
        "probability_two_random_records_match": parameters.prior,
        "blocking_rules_to_generate_predictions": [
            _blocking(rule, dialect) for rule in model.blocking if isinstance(rule, BlockingRule)
        ],
        "comparisons": [
            {
                "output_column_name": comparison.name,
                "comparison_description": comparison.zh or comparison.name,
                "comparison_levels": [
                    _level(comparison, index, parameters, dialect) for index in range(len(comparison.levels))
                ],
            }
            for comparison in model.comparisons
        ],
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": False,
    }


def prepared_columns(model: MatchModel) -> dict[str, str]:
    """Columns the records need besides their own: name → SQL (DuckDB) for a list of a key's alternatives."""
    found = {}
    for rule in model.blocking:
        if isinstance(rule, BlockingRule):
            for number, part in enumerate(rule.key):
                if isinstance(part, AnyOf | Each):
                    found[_prepared(rule, number)] = alternatives(part)
    return found


def from_splink(
    settings: Mapping[str, Any],
    name: str,
    *,
    prepared: Mapping[str, AnyOf | Each] | None = None,
    dialect: str = "duckdb",
) -> tuple[MatchModel, Parameters | None]:
    """The model of Splink's settings, and its parameters (None where a level has no m or u).

    name: what to call the model. prepared: which part of a key stands for a column Splink explodes.
    InvalidModel names what has no counterpart here: ``tf_minimum_u_value``, a blocking rule that is
    more than equal keys and conditions on one record, an exploded column that is not in `prepared`.
    """
    comparisons = tuple(_comparison_back(item, dialect) for item in settings["comparisons"])
    rules = settings.get("blocking_rules_to_generate_predictions", [])
    blocking = tuple(
        _blocking_back(rule, number, prepared or {}, dialect) for number, rule in enumerate(rules)
    )
    columns = dict.fromkeys(
        column
        for item in comparisons
        for level in item.levels
        for column in columns_read(level.condition.sql)
    )
    model = MatchModel(
        name=name,
        columns=tuple(columns),
        records={column: column for column in columns},
        blocking=blocking,
        comparisons=comparisons,
    )
    levels = [level for item in comparisons for level in item.levels if not level.missing]
    if any(level.m is None or level.u is None for level in levels):
        return model, None
    parameters = Parameters(
        model=name,
        prior=float(settings["probability_two_random_records_match"]),
        m={item.name: tuple(level.m or 0.0 for level in item.levels) for item in comparisons},
        u={item.name: tuple(level.u or 0.0 for level in item.levels) for item in comparisons},
    )
    parameters.check(model)
    return model, parameters


def _level(comparison: Comparison, index: int, parameters: Parameters, dialect: str) -> dict[str, Any]:
    level = comparison.levels[index]
    label = f"{level.name}{_NAMES}{level.zh}" if level.zh else level.name
    found: dict[str, Any] = {
        "sql_condition": "ELSE"
        if level.condition == ELSE
        else over_splink_pair(level.condition.sql, dialect),
        "label_for_charts": label,
    }
    if level.missing:
        return found | {"is_null_level": True}
    found["m_probability"] = max(parameters.m[comparison.name][index], SMALLEST)
    found["u_probability"] = max(parameters.u[comparison.name][index], SMALLEST)
    if level.tf and level.tf_weight:
        found["tf_adjustment_column"] = level.tf
        found["tf_adjustment_weight"] = level.tf_weight
        if level.condition == ELSE:
            raise InvalidModel(
                f"Splink 不调整最后一级的词频：{comparison.name}.{level.name}"
                f" / Splink adjusts no frequency of the last level: {comparison.name}.{level.name}"
            )
        if level.tf_reference in ("", level.name):
            found["disable_tf_exact_match_detection"] = True
        elif level.tf_reference != _exact_level(comparison, level.tf):
            raise InvalidModel(
                f"Splink 以 {level.tf} 相等的层级为词频基准，不能用 {comparison.name}.{level.tf_reference}"
                f" / Splink refers to the level where {level.tf} is equal, not to"
                f" {comparison.name}.{level.tf_reference}"
            )
    return found


def _exact_level(comparison: Comparison, column: str) -> str:
    """The level Splink takes as that of equal values of `column`: the first; empty if there is none."""
    for level in comparison.levels:
        if level.condition != ELSE and compared_column(level.condition.sql) == column.lower():
            return level.name
    return ""


def _prepared(rule: BlockingRule, number: int) -> str:
    return f"block_{rule.name}_{number}"


def _blocking(rule: BlockingRule, dialect: str) -> dict[str, Any]:
    parts, exploded = [], []
    for number, part in enumerate(rule.key):
        if isinstance(part, AnyOf | Each):
            column = _prepared(rule, number)
            exploded.append(column)
            parts.append(
                f'l."{column}" = r."{column}"' if dialect == "duckdb" else f"l.{column} = r.{column}"
            )
        else:
            left, right = (over_record(part, side, dialect) for side in ("l", "r"))
            parts.append(f"{left} = {right}")
    if rule.when != "true":
        parts += [f"({over_record(rule.when, side, dialect)})" for side in ("l", "r")]
    found: dict[str, Any] = {"blocking_rule": " AND ".join(parts)}
    if exploded:
        found["arrays_to_explode"] = exploded
    return found


def _comparison_back(item: Mapping[str, Any], dialect: str) -> Comparison:
    levels = []
    for number, given in enumerate(item["comparison_levels"]):
        levels.append(_level_back(item["output_column_name"], number, given, dialect))
    comparison = Comparison(
        item["output_column_name"], item.get("comparison_description") or "", tuple(levels)
    )
    if not any(level.tf and level.tf_reference for level in levels):
        return comparison
    settled = []
    for level in levels:
        reference = _exact_level(comparison, level.tf) if level.tf_reference else ""
        if level.tf_reference and not reference:
            raise InvalidModel(
                f"{comparison.name}.{level.name}：没有 {level.tf} 相等的层级 / no level where {level.tf} is equal"
            )
        settled.append(Level(**{**vars(level), "tf_reference": "" if reference == level.name else reference}))
    return Comparison(comparison.name, comparison.zh, tuple(settled))


def _level_back(comparison: str, number: int, given: Mapping[str, Any], dialect: str) -> Level:
    label = str(given.get("label_for_charts") or f"level_{number}")
    name, _, zh = label.partition(_NAMES)
    if given.get("tf_minimum_u_value"):
        raise InvalidModel(
            f"{comparison}.{name}：不支持 tf_minimum_u_value / tf_minimum_u_value is not supported"
        )
    condition = str(given["sql_condition"])
    tf = given.get("tf_adjustment_column") or ""
    return Level(
        name=name,
        zh=zh,
        condition=ELSE if condition.strip().upper() == "ELSE" else over_pair(condition, dialect),
        missing=bool(given.get("is_null_level", False)),
        tf=tf,
        tf_weight=float(given.get("tf_adjustment_weight", 1.0)),
        # Settled once all levels are there; any text will do until then.
        tf_reference="detect" if tf and not given.get("disable_tf_exact_match_detection") else "",
        m=given.get("m_probability"),
        u=given.get("u_probability"),
    )


def _blocking_back(
    given: Mapping[str, Any] | str, number: int, prepared: Mapping[str, AnyOf | Each], dialect: str
) -> BlockingRule:
    sql = given if isinstance(given, str) else given["blocking_rule"]
    exploded = [] if isinstance(given, str) else given.get("arrays_to_explode") or []
    unknown = sorted(set(exploded) - set(prepared))
    if unknown:
        raise InvalidModel(
            f"分块规则 {sql} 展开的列 {', '.join(unknown)} 没有对应的键，请在 prepared 中给出"
            f" / blocking rule {sql} explodes columns not in prepared: {', '.join(unknown)}"
        )
    expressions, when = split_rule(sql, dialect)
    parts: Iterable[str | AnyOf | Each] = (prepared.get(part.strip('"'), part) for part in expressions)
    return BlockingRule(name=f"rule_{number}", zh="", key=tuple(parts), when=when)

"""A version as a file, and back: our own JSON, or Splink's settings.

Term frequencies stay behind: names and telephones of a whole city are personal data, and another store
counts its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from basedb.linkage.model import InvalidModel, MatchModel
from basedb.linkage.parameters import Parameters
from basedb.linkage.versions import declaration_digest

FORMAT = "basedb.match_model"
_VERSION = 1
# What a file of Splink's settings has that ours has not.
_SPLINK_MARK = "comparisons"


def export_own(
    model: MatchModel, entity: str, parameters: Parameters, about: Mapping[str, Any]
) -> dict[str, Any]:
    """Our own document. about: where it comes from, for people."""
    return {
        "format": FORMAT,
        "format_version": _VERSION,
        "entity": entity,
        "model": model.name,
        "declaration": declaration_digest(model),
        "about": dict(about),
        "thresholds": {"auto_link": model.auto_link, "review": model.review},
        "levels": {
            item.name: [
                {"name": level.name, "zh": level.zh, "missing": level.missing} for level in item.levels
            ]
            for item in model.comparisons
        },
        "parameters": parameters.to_document(),
    }


def export_splink(model: MatchModel, parameters: Parameters, dialect: str = "duckdb") -> dict[str, Any]:
    """Splink 5 settings of the scoring: constraints, sole values and thresholds have no place in them."""
    try:
        from basedb.linkage.splink_settings import to_splink
    except ModuleNotFoundError as error:
        raise InvalidModel(
            f"缺少 {error.name}：请安装 basedb[splink] / {error.name} is missing: install basedb[splink]"
        ) from error

    return to_splink(model, parameters, dialect=dialect, lossy=True)


def import_document(model: MatchModel, document: Mapping[str, Any]) -> Parameters:
    """The parameters of a document of either kind; InvalidModel where they are not for `model`."""
    if document.get("format") == FORMAT:
        return _from_own(model, document)
    if _SPLINK_MARK in document:
        return _from_splink(model, document)
    raise InvalidModel(
        "既不是 basedb 的模型文件，也不是 Splink 的设置 / neither a basedb model nor Splink settings"
    )


def _from_own(model: MatchModel, document: Mapping[str, Any]) -> Parameters:
    if document.get("format_version") != _VERSION:
        raise InvalidModel(
            f"模型文件的格式版本 {document.get('format_version')} 不受支持 / format version not supported"
        )
    declared, found = declaration_digest(model), document.get("declaration")
    if found != declared:
        raise InvalidModel(
            f"模型文件依据的声明（{found}）与现在的声明（{declared}）不同，请用同一版本的 basedb 导出，或重新训练"
            " / made for another declaration of the model; export it with the same basedb, or train again"
        )
    parameters = Parameters.from_document(document.get("parameters", {}))
    parameters.check(model)
    return parameters


def _from_splink(model: MatchModel, document: Mapping[str, Any]) -> Parameters:
    """m, u and the prior, level by level; nothing that is compared may have been changed in Splink."""
    given = {item.get("output_column_name"): item for item in _objects(document[_SPLINK_MARK], _SPLINK_MARK)}
    m: dict[str, tuple[float, ...]] = {}
    u: dict[str, tuple[float, ...]] = {}
    ours = _our_conditions(model)
    for comparison in model.comparisons:
        item = given.pop(comparison.name, None)
        levels = [] if item is None else _objects(item.get("comparison_levels"), comparison.name)
        if len(levels) != len(comparison.levels):
            raise InvalidModel(
                f"Splink 设置中比较项 {comparison.name} 有 {len(levels)} 个等级，应有 {len(comparison.levels)} 个"
                f" / the settings have {len(levels)} levels of {comparison.name}, not {len(comparison.levels)}"
            )
        for level, found, condition in zip(comparison.levels, levels, ours[comparison.name], strict=True):
            if found.get("sql_condition") != condition:
                raise InvalidModel(
                    f"Splink 设置中 {comparison.name}.{level.name} 的条件与声明不同，只能导入参数，不能导入条件"
                    f" / the condition of {comparison.name}.{level.name} is not the declared one"
                )
        m[comparison.name] = tuple(_probability(comparison.name, found, "m") for found in levels)
        u[comparison.name] = tuple(_probability(comparison.name, found, "u") for found in levels)
    if given:
        raise InvalidModel(
            f"Splink 设置中有模型没有的比较项 {'、'.join(map(str, given))} / comparisons the model does not have"
        )
    prior = document.get("probability_two_random_records_match")
    if not isinstance(prior, int | float):
        raise InvalidModel("Splink 设置中没有先验概率 / there is no prior in the settings")
    parameters = Parameters(model.name, float(prior), m, u)
    parameters.check(model)
    return parameters


def _objects(found: Any, where: str) -> list[Mapping[str, Any]]:
    """A list of JSON objects; InvalidModel where it is anything else."""
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise InvalidModel(
            f"Splink 设置中 {where} 不是对象的列表 / {where} of the settings is no list of objects"
        )
    return found


def _our_conditions(model: MatchModel) -> dict[str, list[str]]:
    flat = {item.name: tuple(0.5 for _ in item.levels) for item in model.comparisons}
    exported = export_splink(model, Parameters(model.name, 0.5, flat, flat))
    return {
        item["output_column_name"]: [level["sql_condition"] for level in item["comparison_levels"]]
        for item in exported["comparisons"]
    }


def _probability(comparison: str, level: Mapping[str, Any], letter: str) -> float:
    if level.get("is_null_level"):
        return 0.0
    value = level.get(f"{letter}_probability")
    if not isinstance(value, int | float):
        raise InvalidModel(
            f"Splink 设置中 {comparison} 的 {level.get('label_for_charts')} 没有 {letter}，请先在 Splink 中训练"
            f" / a level of {comparison} has no {letter}; train it in Splink first"
        )
    return float(value)

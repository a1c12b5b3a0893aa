"""Match models as people read them: levels and weights, training, versions, comparisons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from basedb.cli.output import local, say, table
from basedb.linkage.model import MatchModel
from basedb.linkage.parameters import Parameters
from basedb.linkage.rescoring import Rescored
from basedb.linkage.versions import ModelVersion, VersionEntry
from etl.revision import Revised

ORIGIN = {"shipped": "自动", "trained": "训练", "imported": "导入"}
GRADE = {"auto": "自动认定 / links", "review": "待人工 / review", "none": "无证据 / no evidence"}
_DECLARED = ("level_not_seen", "little_support", "sign_reversed", "not_trained", "all_missing")
_Training = Mapping[str, Any]


def levels(model: MatchModel, parameters: Parameters, training: _Training) -> list[dict[str, Any]]:
    """Every level with m, u and match weight. declared: which of m and u are not learnt but declared."""
    rows = []
    for item in model.comparisons:
        for index, level in enumerate(item.levels):
            rows.append(
                {
                    "comparison": item.name, "comparison_zh": item.zh, "level": level.name, "level_zh": level.zh,
                    "missing": level.missing,
                    "m": None if level.missing else parameters.m[item.name][index],
                    "u": None if level.missing else parameters.u[item.name][index],
                    "weight": parameters.level_weight(item, index),
                    "term_frequency": level.tf or None,
                    "declared": "" if level.missing else _declared(training, item.name, level.name),
                }
            )  # fmt: skip
    return rows


def weight_changes(model: MatchModel, one: ModelVersion, other: ModelVersion) -> list[dict[str, Any]]:
    """The weights of every level in two versions."""
    return [
        {
            "comparison": item.name, "level": level.name, "level_zh": level.zh,
            "before": one.parameters.level_weight(item, index),
            "after": other.parameters.level_weight(item, index),
        }
        for item in model.comparisons
        for index, level in enumerate(item.levels)
        if not level.missing
    ]  # fmt: skip


def entry(version: VersionEntry) -> dict[str, Any]:
    """A version as JSON has it, without its parameters."""
    names = ("version", "is_active", "origin", "declaration", "made_by", "made_at", "reason", "fits")
    kept = {name: getattr(version, name) for name in names}
    return kept | {"frequencies": version.document.get("frequencies", {})}


def revised(found: Revised | None) -> dict[str, Any] | None:
    """What scoring again changed, as JSON has it."""
    if found is None:
        return None
    return {
        "run_id": found.run_id, "merged": [list(pair) for pair in found.merged], "fresh": list(found.fresh),
        "moved": found.moved,
    }  # fmt: skip


def tell_versions(model: MatchModel, versions: Sequence[VersionEntry], active: int, zone: ZoneInfo) -> None:
    """The list of versions, what is declared among them."""
    rows: list[Sequence[Any]] = [
        (
            _mark(active == 0),
            "0",
            "声明",
            "",
            "",
            "领域声明的参数，无词频 / as declared, no frequencies",
            "是",
        )
    ]
    rows += [
        (
            _mark(item.version == active), str(item.version), ORIGIN.get(item.origin, item.origin), item.made_by,
            local(item.made_at, zone), item.reason, item.fits,
        )
        for item in versions
    ]  # fmt: skip
    table(
        f"匹配模型 {model.name} 的版本 / versions of the match model",
        ["启用", "版本", "来历", "建立人", "时间", "理由", "适用"],
        rows,
        right=["版本"],
    )
    if any(not item.fits for item in versions):
        say("不适用：依据的是另一套模型声明 / made for another declaration of the model", "dim")


def tell_version(model: MatchModel, found: ModelVersion, kept: VersionEntry | None, zone: ZoneInfo) -> None:
    """One version in full."""
    if kept is None:
        say(f"第 0 版：{model.name} 的声明，无词频 / as declared, without term frequencies", "bold")
    else:
        state = "启用中 / in use" if kept.is_active else "未启用 / not in use"
        say(
            f"第 {kept.version} 版（{ORIGIN.get(kept.origin, kept.origin)}，{kept.made_by}，"
            f"{local(kept.made_at, zone):%Y-%m-%d %H:%M}），{state}：{kept.reason}",
            "bold",
        )
    training = {} if kept is None else kept.document.get("training", {})
    tell_training(model, found.parameters, training)
    if kept is not None and (counted := kept.document.get("frequencies")):
        told = "、".join(f"{name} {number:,}" for name, number in counted.items())
        say(f"冻结的词频 / frozen term frequencies: {told}")


def tell_training(model: MatchModel, parameters: Parameters, training: _Training) -> None:
    """Prior, levels, and what training says of itself."""
    say(
        f"先验 / prior: {parameters.prior:.3g}（任取两条记录，{1 / parameters.prior:,.0f} 对中有一对是同一实体），"
        f"权重 {parameters.prior_weight:+.2f}；自动认定 ≥ {model.auto_link:g}，待人工 ≥ {model.review:g}"
    )
    rows, last = [], ""
    for row in levels(model, parameters, training):
        name = f"{row['comparison_zh']} {row['comparison']}"
        numbers = [_share(row["m"]), _share(row["u"]), f"{row['weight']:+.2f}"]
        marks = " ".join(filter(None, ["词频" if row["term_frequency"] else "", row["declared"]]))
        rows.append([name if name != last else "", f"{row['level_zh']} {row['level']}", *numbers, marks])
        last = name
    table("各等级 / levels", ["比较项", "等级", "m", "u", "权重", "注"], rows, right=["m", "u", "权重"])
    say(
        "m、u：匹配、不匹配的记录对中出现该等级的概率；权重 = log2(m/u)。词频：按取值的频率再作调整。"
        "m声明、u声明：训练未能估计，取声明值 / a weight is log2(m/u); 词频 is adjusted by term frequency",
        "dim",
    )  # fmt: skip
    _tell_passes(training)
    _tell_remarks(training)


def tell_comparison(
    model: MatchModel, one: ModelVersion, other: ModelVersion, rescored: Rescored | None
) -> None:
    """Two versions side by side."""
    names = (f"第 {one.version} 版", f"第 {other.version} 版")
    rows: list[Sequence[Any]] = [
        (
            "先验", "prior", f"{one.parameters.prior_weight:+.2f}", f"{other.parameters.prior_weight:+.2f}",
            f"{other.parameters.prior_weight - one.parameters.prior_weight:+.2f}",
        )
    ]  # fmt: skip
    for row in weight_changes(model, one, other):
        change = row["after"] - row["before"]
        rows.append(
            (row["comparison"], f"{row['level_zh']} {row['level']}", f"{row['before']:+.2f}",
             f"{row['after']:+.2f}", f"{change:+.2f}" if abs(change) >= 0.005 else "")
        )  # fmt: skip
    table("权重 / match weights", ["比较项", "等级", *names, "变化"], rows, right=[*names, "变化"])
    if rescored is None:
        return
    say(
        f"全部记录重新比较：{rescored.pairs:,} 对有证据，{rescored.unchanged:,} 对等级不变"
        f" / {rescored.pairs:,} pairs with evidence in either, {rescored.unchanged:,} of the same grade",
        "bold",
    )
    table(
        "等级改变的证据 / evidence of another grade",
        [*names, "对数"],
        [(GRADE[item.before], GRADE[item.after], item.pairs) for item in rescored.changes],
        right=["对数"],
    )
    if rescored.sample:
        table(
            "举例（basedb explain pair <提及> <提及>）/ examples",
            ["提及", "提及", *names],
            [
                (str(item.a), str(item.b), _graded(item.before, item.weight_before),
                 _graded(item.after, item.weight_after))
                for item in rescored.sample
            ],
        )  # fmt: skip


def _tell_passes(training: _Training) -> None:
    told = [f"{training['records']:,} 条记录 / records"] if "records" in training else []
    prior = training.get("prior") or {}
    if prior.get("matches"):
        told.append(
            f"先验取自号码规则认定的 {prior['matches']:,} 对，占全部匹配约 {prior['recall']:.0%}"
            f" / prior from {prior['matches']:,} pairs of the exact rule"
        )
    if labels := training.get("labels"):
        told.append(
            f"m 取自标注：同一 {labels['same']:,} 对，不同 {labels['different']:,} 对 / m from labels"
        )
    if told:
        say("；".join(told))
    if training.get("passes"):
        table(
            "训练 / passes of expectation maximisation",
            ["分块规则", "记录对", "其中匹配", "迭代", "收敛"],
            [
                (item["rule"], item["pairs"], f"{item['share']:.1%}", item["iterations"], item["converged"])
                for item in training["passes"]
            ],
            right=["记录对", "其中匹配", "迭代"],
        )
    if training.get("correlations"):
        table(
            "相关的比较项：权重相加会高估证据 / comparisons that depend on each other",
            ["在", "比较项", "比较项", "多算（比特）", "出现", "独立时应为"],
            [
                (
                    "匹配" if item["among"] == "matches" else "不匹配",
                    f"{item['left']}.{item['left_level']}", f"{item['right']}.{item['right_level']}",
                    float(item["excess"]), float(item["observed"]), float(item["expected"]),
                )
                for item in training["correlations"]
            ],
            right=["多算（比特）", "出现", "独立时应为"],
        )  # fmt: skip


def _tell_remarks(training: _Training) -> None:
    remarks = training.get("remarks", [])
    unseen = [item for item in remarks if item["code"] == "level_not_seen"]
    for item in remarks:
        if item["code"] != "level_not_seen":
            say(f"注意：{item['zh']} / {item['en']}", "yellow")
    if unseen:
        say(
            f"另有 {len(unseen)} 个 m 或 u 在训练中没有出现，取声明值（表中已注）"
            f" / {len(unseen)} values of m or u were never seen and are as declared",
            "dim",
        )
    if "seconds" in training:
        say(
            "用时 / seconds: "
            + "，".join(f"{name} {value:g}" for name, value in training["seconds"].items()),
            "dim",
        )


def _declared(training: _Training, comparison: str, level: str) -> str:
    """Which of m and u of a level are declared although there was training: ``m声明 u声明``."""
    letters: set[str] = set()
    for item in training.get("remarks", []):
        about = item["comparison"] == comparison and item["level"] in ("", level)
        if about and item["code"] in _DECLARED:
            letters |= (
                {item["letter"]}
                if item.get("letter")
                else {"m"}
                if item["code"] == "not_trained"
                else {"m", "u"}
            )
    return " ".join(f"{letter}声明" for letter in sorted(letters))


def _mark(active: bool) -> str:
    return "●" if active else ""


def _share(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}" if value >= 0.001 else f"{value:.2g}"


def _graded(grade: str, weight: float | None) -> str:
    return GRADE[grade] if weight is None else f"{weight:+.1f} {GRADE[grade]}"

"""Whether a figure is what others say it is, and if not, what went wrong.

Evidence speaks for or against every value: an identity twice as loudly as what is merely usual. A figure
is doubted when one of the repairs agrees clearly better with the evidence than the printed value does; or
when several identities contradict it and none agrees.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from basedb.findings import Severity, define
from macroeconomy.checks.context import Context, reference, wide
from macroeconomy.checks.evidence import GROWTHS, gather
from macroeconomy.checks.repairs import SIGN, TRANSPOSED, candidates

INCONSISTENT = define(
    "macro.inconsistent",
    Severity.WARNING,
    "与其他数据明显不符，请核实",
    "the figure contradicts several others; please verify",
)

#: How much better a repair must agree than the printed value, pass by pass: the clear cases first, because
#: a wrong figure makes its neighbours look wrong until it is known.
_PASSES = (8, 6, 4, 3)
_LEAST_FOR_DIGITS = 4
#: Transposed digits explain a difference closely or not at all: up to this share of what they move.
_CLOSELY = 0.2
#: A rate that merely turned is no misplaced point: it must be this many tolerances off.
_GROSSLY = 2.5
COLUMNS = ["observation_id", "code", "expected", "evidence"]


def judge(context: Context, source: str) -> pd.DataFrame:
    """Doubted prints of a load: observation_id, code, expected (indicator's unit), evidence (kinds)."""
    found = [_judge_status(context, source, status) for status in context.new["status"].unique()]
    filled = [part for part in found if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=COLUMNS)


def _judge_status(context: Context, source: str, status: str) -> pd.DataFrame:
    prints = context.new[context.new["status"] == status]
    every = context.every
    every = every[every["indicator"].isin(prints["indicator"])]
    evidence = gather(prints, wide(reference(every, source, status)), every)
    doubted: list[pd.DataFrame] = []
    for least in _PASSES:
        repaired = _repairs(prints, evidence, _PASSES[-1])
        repaired = repaired[(repaired["gain"] >= least) & ~repaired["observation_id"].isin(_ids(doubted))]
        repaired = _one_per_sum(repaired, prints)
        if len(repaired):
            doubted.append(repaired[COLUMNS])
            every = _corrected(every, repaired)
            evidence = gather(prints, wide(reference(every, source, status)), every)
        elif not doubted and least != _PASSES[-1] and not _misses(prints, evidence):
            break
    rest = prints[~prints["observation_id"].isin(_ids(doubted))]
    doubted.append(_contradicted(rest, evidence))
    return pd.concat([part for part in doubted if len(part)] or [pd.DataFrame(columns=COLUMNS)])


def _one_per_sum(repaired: pd.DataFrame, prints: pd.DataFrame) -> pd.DataFrame:
    """Where only a sum over divisions is broken, one member broke it: the one whose repair fits best."""
    sums = prints.set_index("observation_id")[["indicator", "frequency", "measure", "t"]]
    placed = repaired.join(sums, on="observation_id").sort_values("misfit", kind="stable")
    alone = placed["evidence"] == "divisions"
    spare = placed[alone].duplicated(["indicator", "frequency", "measure", "t"])
    return repaired.drop(index=spare.index[spare])


def _misses(prints: pd.DataFrame, evidence: pd.DataFrame) -> bool:
    return len(_against(prints, evidence)) > 0


def _ids(parts: list[pd.DataFrame]) -> set[int]:
    return {int(number) for part in parts for number in part["observation_id"]}


def _corrected(every: pd.DataFrame, repaired: pd.DataFrame) -> pd.DataFrame:
    expected = every["observation_id"].map(repaired.set_index("observation_id")["expected"])
    return every.assign(value=expected.fillna(every["value"]))


def _scores(values: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """For rows (observation_id, candidate, blur, moved): how well they agree with the evidence.

    score: weighted pieces that agree less those that do not; misfit: mean distance in tolerances;
    exact_hits: identities the candidate meets closely, as measured by how far it moved from the print.
    """
    pairs = values.reset_index(names="row").merge(evidence, on="observation_id")
    off = (pairs["candidate"] - pairs["predicted"]).abs()
    fits = off <= pairs["tolerance"] + pairs["blur"]
    near = off <= np.maximum(_CLOSELY * pairs["moved"], pairs["blur"] * 1.1)
    was_off = (pairs["printed"] - pairs["predicted"]).abs() > pairs["tolerance"]
    grossly = (pairs["printed"] - pairs["predicted"]).abs() > _GROSSLY * pairs["tolerance"]
    summed = pd.DataFrame(
        {
            "row": pairs["row"],
            "score": np.where(pairs["tight"], 2, 1) * np.where(fits, 1, -1),
            "misfit": off / pairs["tolerance"],
            "tight_misses": pairs["tight"] & ~fits,
            "exact_hits": pairs["exact"] & was_off & near & fits,
            "cured": was_off & fits & (pairs["exact"] | grossly | ~pairs["tight"]),
            "halved": was_off & (off <= 0.6 * pairs["tolerance"]),
        }
    )
    by_row = summed.groupby("row")
    total = by_row[["score", "tight_misses", "exact_hits", "cured", "halved"]].sum()
    return total.assign(misfit=by_row["misfit"].mean()).reindex(values.index).fillna(0)


def _repairs(prints: pd.DataFrame, evidence: pd.DataFrame, least: int) -> pd.DataFrame:
    """The best repair of every print that agrees better than the printed value by `least`."""
    doubtful = _against(prints, evidence)["observation_id"].unique()
    suspects = prints[prints["observation_id"].isin(doubtful)]
    if suspects.empty:
        return pd.DataFrame(columns=[*COLUMNS, "gain", "misfit"])
    told = evidence[evidence["observation_id"].isin(doubtful)]
    printed = suspects[["observation_id", "value"]].rename(columns={"value": "candidate"})
    printed = printed.assign(blur=0.0, moved=0.0, printed=printed["candidate"]).reset_index(drop=True)
    own = printed.join(_scores(printed, told)).set_index("observation_id")
    tried = candidates(suspects)
    tried["printed"] = tried["observation_id"].map(own["printed"])
    tried["moved"] = (tried["candidate"] - tried["printed"]).abs()
    tried = tried.join(_scores(tried, told))
    tried["gain"] = tried["score"] - tried["observation_id"].map(own["score"])
    digits = tried["code"] == TRANSPOSED
    # Growth has few digits, and scope moves it: one identity may be met by chance.
    measure = tried["observation_id"].map(suspects.set_index("observation_id")["measure"])
    hits = np.where(measure.isin(GROWTHS), 2, 1)
    sound = np.where(
        digits,
        (tried["tight_misses"] == 0) & (tried["exact_hits"] >= hits) & (tried["gain"] >= _LEAST_FOR_DIGITS),
        (tried["cured"] > 0) | (tried["code"] == SIGN) & (tried["halved"] > 0),
    )
    better = tried[(tried["gain"] >= least) & (tried["score"] > 0) & sound.astype(bool)]
    chosen = better.sort_values(
        ["observation_id", "gain", "misfit"], ascending=[True, False, True], kind="stable"
    ).drop_duplicates("observation_id")
    kinds = _kinds_against(prints, told)
    return pd.DataFrame(
        {
            "observation_id": chosen["observation_id"].to_numpy(),
            "code": chosen["code"].to_numpy(),
            "expected": chosen["candidate"].to_numpy(),
            "evidence": chosen["observation_id"].map(kinds).to_numpy(),
            "gain": chosen["gain"].to_numpy(),
            "misfit": chosen["misfit"].to_numpy(),
        }
    )


def _against(prints: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    value = evidence["observation_id"].map(prints.set_index("observation_id")["value"])
    return evidence[(value - evidence["predicted"]).abs() > evidence["tolerance"]]


def _kinds_against(prints: pd.DataFrame, evidence: pd.DataFrame) -> pd.Series:
    against = _against(prints, evidence)
    return against.groupby("observation_id")["kind"].agg(lambda kinds: ", ".join(sorted(set(kinds))))


def _contradicted(prints: pd.DataFrame, evidence: pd.DataFrame) -> pd.DataFrame:
    """Prints that two kinds of identities contradict and none supports."""
    own = evidence[evidence["observation_id"].isin(prints["observation_id"]) & evidence["tight"].astype(bool)]
    against = _against(prints, own)
    total = own.groupby("observation_id").size()
    identities = against[against["exact"].astype(bool)]
    missed = pd.DataFrame(
        {
            "size": against.groupby("observation_id").size(),
            "nunique": identities.groupby("observation_id")["kind"].nunique(),
        }
    )
    doubtful = missed[(missed["nunique"] >= 2) & (missed["size"] == total.reindex(missed.index))].index
    expected = against.groupby("observation_id")["predicted"].median()
    kinds = _kinds_against(prints, own)
    return pd.DataFrame(
        {
            "observation_id": doubtful.to_numpy(),
            "code": INCONSISTENT,
            "expected": expected.reindex(doubtful).to_numpy(),
            "evidence": kinds.reindex(doubtful).to_numpy(),
        }
    )

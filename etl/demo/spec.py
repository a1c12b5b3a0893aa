"""The city and the tables of words, read from data files."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

# Where a city lies whose specification does not say.
_SOMEWHERE = (114.0, 33.6)


@dataclass(frozen=True)
class Town:
    """A street office, town or township of a county."""

    code: str
    name: str
    weight: int

    @property
    def urban(self) -> bool:
        """Street offices are urban; so are county seats, told by their weight."""
        return self.name.endswith("街道") or self.weight >= 30


@dataclass(frozen=True)
class Origin:
    """The division code a birth before some year was numbered under."""

    until: int
    code: int
    label: str


@dataclass(frozen=True)
class County:
    """A county or district of the city."""

    code: int
    name: str
    weight: int
    history: tuple[Origin, ...]
    towns: tuple[Town, ...]


@dataclass(frozen=True)
class City:
    """What a city specification says."""

    name: str
    province: str
    code: int
    counties: tuple[County, ...]
    centre: tuple[float, float]  # longitude, latitude


def read_city(source: str | Path = "luohe") -> City:
    """A specification shipped here, by name, or one in a file of the site's own."""
    if isinstance(source, Path) or str(source).endswith((".yml", ".yaml")):
        raw = yaml.safe_load(Path(source).read_text(encoding="utf-8"))
    else:
        raw = _yaml(f"cities/{source}.yml")
    longitude, latitude = raw.get("centre", _SOMEWHERE)
    return City(
        name=raw["name"],
        province=raw["province"],
        code=int(raw["code"]),
        counties=tuple(
            County(
                code=int(c["code"]),
                name=c["name"],
                weight=int(c["weight"]),
                history=tuple(Origin(int(o["until"]), int(o["code"]), o["label"]) for o in c["history"]),
                towns=tuple(Town(t["code"], t["name"], int(t["weight"])) for t in c["towns"]),
            )
            for c in raw["counties"]
        ),
        centre=(float(longitude), float(latitude)),
    )


@cache
def wording() -> dict[str, Any]:
    """Words for places and employers; lists are written as one text."""
    return {k: v.split() if isinstance(v, str) else v for k, v in _yaml("wording.yml").items()}


@cache
def names() -> dict[str, Any]:
    """The tables of names."""
    return dict(_yaml("names.yml"))


@cache
def outside_counties() -> tuple[list[int], list[str]]:
    """Codes and full names of counties that newcomers come from."""
    rows = _rows("counties.csv")
    return [int(r["code"]) for r in rows], [r["name"] for r in rows]


@cache
def same_sound() -> dict[str, str]:
    """Characters that sound like a character."""
    return {r["character"]: r["same_sound"] for r in _rows("characters.csv") if r["same_sound"]}


@cache
def traditional() -> dict[str, str]:
    """The traditional form of a character that has another."""
    return {r["character"]: r["traditional"] for r in _rows("characters.csv") if r["traditional"]}


@cache
def rare() -> dict[str, tuple[str, str]]:
    """Rare characters with their pinyin and a look-alike."""
    return {r["character"]: (r["pinyin"], r["look_alike"]) for r in _rows("rare.csv")}


def _text(name: str) -> str:
    return files("etl.demo.data").joinpath(name).read_text(encoding="utf-8")


def _yaml(name: str) -> Any:
    return yaml.safe_load(_text(name))


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(_text(name))))

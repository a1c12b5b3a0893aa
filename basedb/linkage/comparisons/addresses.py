"""Addresses: any of one record's against any of the other's.

A person has a registered and a current address, and departments fill in one for the other. The columns
are made once per record from the address key of `basedb.standards.addresses`
(``county|town|village|road|number|estate|block|unit|room``), so that a pair is compared by equalities:
see `address_columns`. One wording has road and number, another the estate, a third one both; either is
enough. A county is left out more often than not, and so is the town of a village: one that is missing contradicts
nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from basedb.linkage.model import ELSE, Comparison, Condition, Level

_KEY = ("county", "town", "village", "road", "number", "estate", "block", "unit", "room")


def address_columns(key: str, prefix: str) -> dict[str, str]:
    """SQL for the columns a comparison reads, from column `key`: for `MatchModel.records`.

    ``<prefix>_county``; ``_town``; ``_plate`` (road or village, and number); ``_by_road`` (whether it is a road's);
    ``_estate``; ``_building`` (block, or '' where a plate is a house); ``_home`` (block, unit and room, if a room is
    given); ``_village``.
    """
    part = {name: f"split_part({key}, '|', {place})" for place, name in enumerate(_KEY, start=1)}
    found = {
        "county": f"CASE WHEN {part['county']} <> '' THEN {part['county']} END",
        "town": f"CASE WHEN {part['town']} <> '' THEN {part['town']} END",
        "plate": f"CASE WHEN {part['number']} = '' THEN NULL"
        f" WHEN {part['road']} <> '' THEN {part['road']} || '|' || {part['number']}"
        f" WHEN {part['village']} <> '' THEN {part['village']} || '|' || {part['number']} END",
        "by_road": f"{part['road']} <> ''",
        "estate": f"CASE WHEN {part['estate']} <> '' THEN {part['estate']} END",
        # A plate without an estate is a house; a village group is no building.
        "building": f"CASE WHEN {part['number']} = '' AND right({part['block']}, 1) = '组' THEN NULL"
        f" WHEN {part['block']} <> '' THEN {part['block']}"
        f" WHEN {part['estate']} = '' AND {part['number']} <> '' THEN '' END",
        "home": f"CASE WHEN {part['room']} <> '' THEN"
        f" {part['block']} || '|' || {part['unit']} || '|' || {part['room']} END",
        "village": f"CASE WHEN {part['village']} <> '' THEN {part['village']} END",
    }
    return {f"{prefix}_{name}": expression for name, expression in found.items()}


def address(prefixes: Sequence[str], called: str = "address") -> Comparison:
    """Compare the addresses whose columns have these prefixes (``("registered", "current")``).

    Levels: missing (a record has no address that reaches a place), home (the same room), building, site
    (the same road and number, or estate), village, county, different.
    """
    pairs = list(product(prefixes, repeat=2))

    def any_pair(*parts: str) -> Condition:
        """Some address of one agrees in all parts with some address of the other."""
        return Condition(" OR ".join(f"({_agree(one, other, parts)})" for one, other in pairs))

    return Comparison(
        called,
        "地址",
        (
            Level("missing", "缺失", _missing(prefixes), missing=True),
            Level("home", "同一户室", any_pair("home", "site"), m=0.55, u=8e-6),
            Level("building", "同一楼栋或院落", any_pair("building", "site"), m=0.11, u=8e-5),
            Level("site", "同一门牌或小区", any_pair("site"), m=0.08, u=9e-4),
            Level("village", "同一村", any_pair("village"), m=0.07, u=0.002),
            Level("county", "同一县区", any_pair("county"), m=0.13, u=0.3),
            Level("different", "不同", ELSE, m=0.06, u=0.697012),
        ),
    )


def _missing(prefixes: Sequence[str]) -> Condition:
    """Nothing is known of any address of one of the records."""

    def nothing(side: str) -> str:
        return " AND ".join(
            f"{side}.{prefix}_{part} IS NULL"
            for prefix in prefixes
            for part in ("county", "plate", "estate", "village")
        )

    return Condition(f"({nothing('l')}) OR ({nothing('r')})")


def _agree(one: str, other: str, parts: Sequence[str]) -> str:
    """Prefix `one` of ``l`` and prefix `other` of ``r`` agree in all parts; the cheapest is asked first."""
    conditions = []
    for name in parts:
        if name == "site":
            # Counties have one road of a name, but several villages.
            plate = f"l.{one}_plate = r.{other}_plate AND (l.{one}_by_road OR {_fits('town', one, other)})"
            estate = f"l.{one}_estate = r.{other}_estate"
            conditions.append(f"({plate} OR {estate}) AND {_fits('county', one, other)}")
        elif name == "village":
            village = f"l.{one}_village = r.{other}_village AND {_fits('town', one, other)}"
            conditions.append(f"{village} AND {_fits('county', one, other)}")
        else:
            conditions.append(f"l.{one}_{name} = r.{other}_{name}")
    return " AND ".join(conditions)


def _fits(name: str, one: str, other: str) -> str:
    return f"coalesce(l.{one}_{name} = r.{other}_{name}, true)"

"""Addresses as a column: each is cut into a head and a tail, and every distinct head and tail is read once.

People live in many rooms of few buildings, so a million addresses have some thousands of heads (down to the
estate's name) and some thousands of tails (building, unit, room).
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, Standardized, define
from basedb.standards import divisions
from basedb.standards.addresses.head import NOTHING, Head, as_estate, read_head
from basedb.standards.addresses.tail import PATTERN, Tail, read_tail
from basedb.standards.columnar import TEXT, Findings, Found, encode, frame, take, to_arrow, transpose
from basedb.standards.text import clean, fold_han

FOLDED = define(
    "address.folded", Severity.INFO, "地址含全角字符，已折叠", "full-width characters were folded"
)
BLANKS = define("address.blanks", Severity.INFO, "地址含空格，已去除", "blanks were removed")
TRADITIONAL = define(
    "address.traditional", Severity.INFO, "地址含繁体字，已转为简体", "traditional characters were simplified"
)
MISSING = define("address.missing", Severity.WARNING, "地址为占位值", "a placeholder stands for the address")
INCOMPLETE = define(
    "address.incomplete",
    Severity.INFO,
    "地址不到门牌或楼栋",
    "the address does not reach a plate or building",
)
UNPARSED = define(
    "address.unparsed", Severity.WARNING, "地址无法解析", "nothing of the address was recognized"
)
UNKNOWN_DIVISION = define(
    "address.division_unknown",
    Severity.INFO,
    "县级名称不在区划表中",
    "the county is not in the division list",
)
AMBIGUOUS_DIVISION = define(
    "address.division_ambiguous", Severity.INFO, "县级名称对应多个区划", "several counties have this name"
)
ABOLISHED_DIVISION = define(
    "address.division_abolished",
    Severity.INFO,
    "县级区划已撤销，建议值为承接的区划代码",
    "the county no longer exists; the suggestion is the code that took over",
)

PARTS = (
    "province", "city", "county", "division_code", "town", "village", "road", "number", "estate", "block",
    "unit", "room",
)  # fmt: skip
_SPLIT = rf"^(?P<head>.*?)(?P<tail>{PATTERN})$"
_BUILDINGS = "楼|栋|幢|座|单元|室|-"
_TRADITIONAL_TAIL = str.maketrans("號樓單戶棟層組門", "号楼单户栋层组门")
_NOTHING = r"^(?:-+|/|无|暂无|没有|不详|地址不详|未知|空|NULL|NONE|NAN|N/A|NA|[*?]+|0+)$"
_UNTIDY = r"[^0-9A-Z#\-\x{4e00}-\x{9fff}]|[號樓單戶棟層組門]|--"
_SPACES = r"(?:\s|\x{3000}|\x{a0}|\x{200b}|\x{feff})"
_BLANK_IN_NUMBERS = re.compile(r"(?<=[0-9A-Z])\s+(?=[0-9A-Z])")
_DASHES = re.compile(r"[‐‑‒–—―−_~]+|-{2,}")
_PUNCTUATION = re.compile(r"[\s,，.。;；:：、·'\"“”‘’/\\|!?*]+")


def parse(series: pd.Series, home: str = "") -> Standardized:
    """Read a column of addresses.

    home: the code prefix of the site's own division (such as '4111'), preferred where several counties
    share a name. Columns: `address`, cleaned; PARTS, numbers as digits without their words, `number` with
    附 (5附1), `block` also for a village group (3组); `address_key`, which is equal for two wordings of one
    address: the county and what is written below town and village if there is a road or estate, and town
    and village otherwise. The key is NA if the address does not reach a plate, an estate or a building.
    """
    values, codes = encode(to_arrow(series))
    findings = Findings()
    cleaned = _clean(values, codes, findings)
    split = pc.extract_regex(pc.fill_null(cleaned, ""), _SPLIT)
    heads, head_codes = encode(pc.struct_field(split, [0]))
    tails, tail_codes = encode(pc.struct_field(split, [1]))
    simple = [fold_han(text) for text in heads.to_pylist()]
    read, head_codes = _choose([read_head(text, home) for text in simple], head_codes, tails, tail_codes)
    row_heads = np.where(codes >= 0, head_codes[np.maximum(codes, 0)], -1) if len(head_codes) else codes
    findings.add_distinct(row_heads, [_head_findings(head) for head in read])
    columns = {"address": cleaned, **_parts(read, head_codes, tails.to_pylist(), tail_codes)}
    _simplify(columns, heads, simple, split, codes, findings)
    columns["address_key"] = _key(columns)
    _judge(columns, codes, findings)
    taken = {name: take(columns[name], codes) for name in ("address", *PARTS, "address_key")}
    return Standardized(frame(taken, series.index), findings.frame())


def _rows(mask: pa.Array | pa.ChunkedArray, codes: np.ndarray) -> np.ndarray:
    """Rows whose distinct value the mask marks."""
    marked = np.asarray(pc.fill_null(mask, False))
    return np.flatnonzero((codes >= 0) & marked[np.maximum(codes, 0)]) if len(marked) else codes[:0]


def _clean(values: pa.Array, codes: np.ndarray, findings: Findings) -> pa.Array:
    """Half-width, capitals, no blanks or punctuation; placeholders and empty text become null."""
    folded = pc.utf8_normalize(values, form="NFKC")
    findings.add(_rows(pc.not_equal(folded, values), codes), FOLDED)
    blanks = pc.match_substring_regex(values, _SPACES)
    folded = pc.ascii_upper(folded)
    untidy = pc.match_substring_regex(folded, _UNTIDY)
    if pc.any(untidy).as_py():
        tidied = pa.array([_tidy(text) for text in folded.filter(untidy).to_pylist()], TEXT)
        folded = pc.replace_with_mask(folded, untidy, tidied)
    findings.add(_rows(pc.and_(blanks, pc.not_equal(folded, "")), codes), BLANKS)
    missing = pc.match_substring_regex(folded, _NOTHING)
    findings.add(_rows(missing, codes), MISSING)
    return pc.if_else(pc.or_(missing, pc.equal(folded, "")), pa.scalar(None, TEXT), folded)


def _tidy(text: str) -> str:
    """Blanks between numbers become a hyphen, other blanks and punctuation go."""
    text = _DASHES.sub("-", _BLANK_IN_NUMBERS.sub("-", clean(text)))
    return _PUNCTUATION.sub("", text).strip("-").translate(_TRADITIONAL_TAIL)


def _choose(
    heads: list[Head], head_codes: np.ndarray, tails: pa.Array, tail_codes: np.ndarray
) -> tuple[list[Head], np.ndarray]:
    """Read a new village with buildings in it as an estate."""
    others = [as_estate(head) for head in heads]
    doubtful = np.array([other is not head for head, other in zip(heads, others, strict=True)], dtype=bool)
    if not doubtful.any():
        return heads, head_codes
    buildings = np.asarray(pc.match_substring_regex(tails, _BUILDINGS))[tail_codes]
    return [*heads, *others], np.where(doubtful[head_codes] & buildings, head_codes + len(heads), head_codes)


def _parts(
    heads: list[Head], head_codes: np.ndarray, tails: list[str], tail_codes: np.ndarray
) -> dict[str, pa.Array]:
    """Parts of every distinct address; a tail is read once for each meaning its first number can have."""
    kinds = NOTHING + 1
    ends = np.array([head.ends_with for head in heads], dtype=np.int64)
    pairs = tail_codes * kinds + (ends[head_codes] if len(heads) else 0)
    used = np.zeros(len(tails) * kinds, dtype=bool)
    used[pairs] = True
    wanted = np.flatnonzero(used)
    places = np.cumsum(used)[pairs] - 1 if len(pairs) else pairs
    read = [read_tail(tails[pair // kinds], int(pair % kinds)) for pair in wanted]
    of_head = {name: take(array, head_codes) for name, array in _head_table(heads).items()}
    of_tail = {name: take(array, places) for name, array in _tail_table(read).items()}
    extra = pc.fill_null(pc.starts_with(of_tail["number"], "附"), False)
    joined = pc.binary_join_element_wise(of_head["number"], of_tail["number"], pa.scalar("", TEXT))
    number = pc.coalesce(pc.if_else(extra, joined, of_head["number"]), of_tail["number"])
    group = pc.coalesce(of_head.pop("group"), of_tail["group"])
    grouped = pc.binary_join_element_wise(group, pa.scalar("组", TEXT), pa.scalar("", TEXT))
    block = pc.coalesce(of_tail["block"], grouped)
    return {**of_head, "number": number, "block": block, "unit": of_tail["unit"], "room": of_tail["room"]}


def _head_table(heads: list[Head]) -> dict[str, pa.Array]:
    rows = [
        (
            h.place.province, h.place.city, h.place.county, h.place.code or None, h.town, h.village, h.road,
            h.number, h.estate, h.group,
        )
        for h in heads
    ]  # fmt: skip
    return transpose(rows, dict.fromkeys((*PARTS[:9], "group"), TEXT))


def _tail_table(tails: list[Tail]) -> dict[str, pa.Array]:
    rows = [(t.number, t.group, t.block, t.unit, t.room) for t in tails]
    return transpose(rows, dict.fromkeys(("number", "group", "block", "unit", "room"), TEXT))


def _head_findings(head: Head) -> list[Found]:
    place = head.place
    if place.ambiguous:
        return [(AMBIGUOUS_DIVISION, None)]
    if not place.known:
        return [(UNKNOWN_DIVISION, None)]
    if place.abolished:
        return [(ABOLISHED_DIVISION, " ".join(divisions.successors(place.code)) or None)]
    return []


def _simplify(
    columns: dict[str, pa.Array],
    heads: pa.Array,
    simple: list[str],
    split: pa.Array,
    codes: np.ndarray,
    findings: Findings,
) -> None:
    """Write the address itself with simplified characters where its head had others."""
    changed = [old != new for old, new in zip(heads.to_pylist(), simple, strict=True)]
    if not any(changed):
        return
    head = pc.struct_field(split, [0])
    places = pc.index_in(head, heads)
    mask = pa.array(changed).take(places)
    whole = pc.binary_join_element_wise(
        pa.array(simple, TEXT).take(places), pc.struct_field(split, [1]), pa.scalar("", TEXT)
    )
    columns["address"] = pc.if_else(mask, whole, columns["address"])
    findings.add(_rows(mask, codes), TRADITIONAL)


def _key(columns: dict[str, pa.Array]) -> pa.Array:
    """What makes two wordings one address, or null when that is too little."""
    empty = pa.scalar("", TEXT)
    parts = {name: pc.fill_null(columns[name], "") for name in PARTS}
    exact = pc.or_(pc.not_equal(parts["road"], ""), pc.not_equal(parts["estate"], ""))
    above = pc.match_substring_regex(parts["division_code"], "^$|00$")
    county = pc.if_else(above, parts["county"], parts["division_code"])
    town = pc.if_else(exact, empty, parts["town"])
    village = pc.if_else(exact, empty, parts["village"])
    estate = pc.replace_substring_regex(parts["estate"], "小区$", "")
    fields = [county, town, village, parts["road"], parts["number"], estate]
    key = pc.binary_join_element_wise(
        *fields, parts["block"], parts["unit"], parts["room"], pa.scalar("|", TEXT)
    )
    return pc.if_else(_reaches_a_place(columns), key, pa.scalar(None, TEXT))


def _reaches_a_place(columns: dict[str, pa.Array]) -> pa.Array:
    valid = [pc.is_valid(columns[name]) for name in ("number", "estate", "block", "room")]
    return pc.or_(pc.or_(valid[0], valid[1]), pc.or_(valid[2], valid[3]))


def _judge(columns: dict[str, pa.Array], codes: np.ndarray, findings: Findings) -> None:
    present = pc.is_valid(columns["address"])
    short = pc.and_(present, pc.invert(_reaches_a_place(columns)))
    named = [pc.is_valid(columns[name]) for name in PARTS]
    anything = named[0]
    for one in named[1:]:
        anything = pc.or_(anything, one)
    findings.add(_rows(pc.and_(short, anything), codes), INCOMPLETE)
    findings.add(_rows(pc.and_(present, pc.invert(anything)), codes), UNPARSED)

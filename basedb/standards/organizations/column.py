"""Names of organisations as a column: cleaned and folded all at once, each distinct name read once."""

from __future__ import annotations

import re
from functools import lru_cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, Standardized, define
from basedb.standards import pinyin
from basedb.standards.columnar import TEXT, Findings, encode, frame, take, to_arrow
from basedb.standards.organizations.parts import Reader
from basedb.standards.text import clean, fold_table

FOLDED = define(
    "org_name.folded",
    Severity.INFO,
    "名称含全角、兼容或不可见字符，已折叠",
    "compatibility characters were folded",
)
BLANK = define("org_name.blank", Severity.INFO, "名称含空格，已去除", "blanks were removed")
MISSING = define("org_name.missing", Severity.WARNING, "名称为占位值", "a placeholder stands for the name")
INCOMPLETE = define(
    "org_name.incomplete", Severity.WARNING, "名称只有一个字", "the name is a single character"
)

PARTS = ("division", "trade_name", "industry", "legal_form", "branch", "marks", "name_core")
_NO_PARTS = (None,) * len(PARTS)
_PLAIN = r"^[0-9A-Za-z\x{4e00}-\x{9fff}（）]*$"
_NOTHING = re.compile(
    r"^(?:[-—/*?.0]+|无|暂无|没有|不详|未知|空|无单位|待定|NULL|NONE|NAN|N/A|NA|TEST|测试)$", re.I
)
_LONGEST_PLACEHOLDER = 4
_SPACES = re.compile(r"(?<![A-Za-z])\s+|\s+(?![A-Za-z])")
# Brackets written for the round ones of a name; 《》 are left standing, they belong to names of newspapers.
_WRITTEN = str.maketrans("【〔[{「『〖〘〚⟨❨❲⸨<⦅⦃⦗⟦❪❴", "(" * 20) | str.maketrans(
    "】〕]}」』〗〙〛⟩❩❳⸩>⦆⦄⦘⟧❫❵", ")" * 20
)
_BRACKETS = ("（〈《", "）〉》")
_NO_NAME = re.compile(r"[^\w()\n]+|_+")


def organization_name(series: pd.Series, home: str = "") -> Standardized:
    """Read a column of organisations' names.

    home: the code prefix of the site (such as '4111'), preferred where several divisions share a name.
    Columns: `name` cleaned, with full-width brackets; `name_folded` for comparison (simplified, no brackets
    or punctuation, 有限责任公司 as 有限公司); PARTS, as in `parts.Parts`: the division as the digits of its
    code, numbers as digits; `core_pinyin`, toneless. What says there is no name becomes NA.
    """
    values, codes = encode(to_arrow(series))
    findings = Findings()
    names = _clean(values, codes, findings)
    # All at once is a tenth of the work of one name after the other.
    joined = "\n".join(name or "" for name in names)
    points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
    folded = _NO_NAME.sub("", _folding()[points].tobytes().decode("utf-32-le").upper())
    whole = folded.replace("(", "").replace(")", "")
    whole = whole.replace("有限责任公司", "有限公司").replace("股份公司", "股份有限公司")
    columns = {
        "name": _texts(_full_width(joined), len(names)),
        "name_folded": _texts(whole, len(names)),
        **_parts(folded.split("\n") if names else [], home),
    }
    columns["core_pinyin"] = pinyin.of_column(columns["name_core"])
    taken = {name: take(array, codes) for name, array in columns.items()}
    return Standardized(frame(taken, series.index), findings.frame())


def _clean(values: pa.Array, codes: np.ndarray, findings: Findings) -> list[str | None]:
    """The distinct names without blanks and odd characters; None where there is no name."""
    names: list[str | None] = values.to_pylist()
    plain = np.asarray(pc.match_substring_regex(values, _PLAIN)).tolist()
    marked = {code: np.zeros(len(names), dtype=bool) for code in (FOLDED, BLANK, MISSING, INCOMPLETE)}
    for place in [place for place, is_plain in enumerate(plain) if not is_plain]:
        given = str(names[place])
        tidy = clean(given).translate(_WRITTEN)
        marked[BLANK][place] = bool(tidy) and _SPACES.search(given) is not None
        squeezed = "".join(given.split()).replace("（", "(").replace("）", ")")
        marked[FOLDED][place] = squeezed != "".join(tidy.split())
        names[place] = _SPACES.sub("", tidy)
    for place, name in enumerate(names):
        if name and (len(name) <= _LONGEST_PLACEHOLDER or not plain[place]):
            nothing = _NOTHING.match(name) is not None
            if not nothing and len(name) > 1:
                continue
            marked[MISSING if nothing else INCOMPLETE][place] = True
            names[place] = None if nothing else name
    shown = pa.array([name and _full_width(name) for name in names], TEXT)
    for code, mask in marked.items():
        if mask.any():
            rows = np.flatnonzero((codes >= 0) & mask[np.maximum(codes, 0)])
            findings.add(rows, code, take(shown, codes[rows]) if code in (FOLDED, BLANK) else None)
    return names


def _parts(texts: list[str], home: str) -> dict[str, pa.Array]:
    """The parts of every name, column by column: a tuple kept per name would cost a fifth more."""
    read = Reader(home).read
    found: list[list[str | None]] = [[] for _ in PARTS]
    division, trade_name, industry, legal_form, branch, marks, core = (values.append for values in found)
    for text in texts:
        parts = read(text) if text else _NO_PARTS
        division(parts[0])
        trade_name(parts[1])
        industry(parts[2])
        legal_form(parts[3])
        branch(parts[4])
        marks(parts[5])
        core(parts[6])
    return {name: pa.array(values, TEXT) for name, values in zip(PARTS, found, strict=True)}


@lru_cache(maxsize=1)
def _folding() -> np.ndarray:
    """For each code point the one it folds to: simplified characters, brackets of one kind."""
    table = fold_table().astype("<u4")
    for characters, bracket in zip(_BRACKETS, "()", strict=True):
        table[[ord(c) for c in characters]] = ord(bracket)
    return table


def _full_width(text: str) -> str:
    return text.replace("(", "（").replace(")", "）")


def _texts(joined: str, count: int) -> pa.Array:
    """The lines of a text, null where a line is empty."""
    return pa.array([text or None for text in joined.split("\n")] if count else [], TEXT)

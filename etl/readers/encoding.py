"""Is a text in the encoding its contract declares?

UTF-8 bytes often decode "successfully" as GB18030, and the other way round they fail only here and
there; so strict validity is weighed together with how plausible the decoded Chinese is.
"""

from __future__ import annotations

import codecs
import re
from functools import cache
from pathlib import Path

from etl.readers import codes
from etl.readers.result import ReadRefusal

_GB_LABELS = frozenset({"gb2312", "gbk", "gb18030", "cp936", "936", "euc_cn", "hz"})
_NON_ASCII = re.compile(rb"[\x80-\xff]")
#: Cells made only of ASCII and of the three-byte UTF-8 sequences of common Chinese characters.
UTF8_CELL = rb"^(?:[\x00-\x7f]*[\xe4-\xe9][\x80-\xbf]{2}){2,}[\x00-\x7f]*$"
_UTF8_CELL = re.compile(UTF8_CELL)
_UTF8_WORD = re.compile(rb"(?:^|[\x00-\x7f])(?:[\xe4-\xe9][\x80-\xbf]{2}){2}")


def codec(label: str, path: Path) -> str:
    """The Python codec to decode with: everything of the GB family as gb18030, UTF-8 without its mark."""
    try:
        name = codecs.lookup(label.strip()).name.replace("-", "_")
    except LookupError as error:
        raise ReadRefusal(
            path, codes.UNSUPPORTED, f"约定的编码“{label}”不存在", f"there is no encoding named {label}"
        ) from error
    if name in _GB_LABELS:
        return "gb18030"
    return "utf-8" if name in ("utf_8", "utf_8_sig", "ascii") else name


def plausibility(text: str) -> float:
    """The share of everyday characters among the non-ASCII letters, 0 to 1; 0.5 when there are none."""
    letters = [char for char in text if char > "\x7f" and _tells(char)]
    if not letters:
        return 0.5
    everyday = _everyday()
    return sum(char in everyday for char in letters) / len(letters)


def _tells(char: str) -> bool:
    """Letters tell, full-width forms and punctuation do not; misread text is full of private-use characters."""
    return (char.isalpha() and char < "\uff00") or "\ue000" <= char <= "\uf8ff" or char == "\ufffd"


def check_encoding(sample: bytes, encoding: str, path: Path) -> None:
    """Refuse a file whose first bytes speak against its declared encoding.

    sample: the beginning of the file, cut after a whole line. encoding: as `codec` returns it.
    """
    if is_stray_mark(sample):
        sample = sample[len(codecs.BOM_UTF8) :]
    marked = _byte_order_mark(sample)
    if marked and marked != encoding and not encoding.startswith(marked):
        raise _wrong(path, encoding, marked)
    if marked or not _NON_ASCII.search(sample):
        return
    if encoding == "utf-8":
        _check_declared_utf8(sample, path)
    elif encoding == "gb18030":
        as_gb = sample.decode("gb18030", "ignore")
        as_utf8 = _decoded(sample, "utf-8")
        damaged = as_utf8 is None and plausibility(as_gb) < 0.4
        if damaged:
            as_utf8 = sample.decode("utf-8", "ignore")
        if as_utf8 is not None and plausibility(as_utf8) > (0.8 if damaged else plausibility(as_gb)):
            raise _wrong(path, encoding, "utf-8")


def is_stray_mark(sample: bytes) -> bool:
    """Whether a text begins with UTF-8's byte order mark and goes on in another encoding (GBK, as a rule)."""
    rest = sample.removeprefix(codecs.BOM_UTF8)
    return rest != sample and _decoded(rest, "utf-8") is None and plausibility(_lenient(rest)) > 0.5


def _lenient(raw: bytes) -> str:
    return raw.decode("gb18030", "ignore")


def is_utf8_cell(raw: bytes) -> bool:
    """Whether a cell of a GB18030 file was written in UTF-8: it reads well so, and badly as declared."""
    if not _UTF8_CELL.match(raw):
        return False
    as_utf8, as_gb = _decoded(raw, "utf-8"), _decoded(raw, "gb18030")
    return (
        as_utf8 is not None and plausibility(as_utf8) > 0.7 and (as_gb is None or plausibility(as_gb) < 0.5)
    )


def may_hold_utf8_cell(line: bytes) -> bool:
    """Whether `is_utf8_cell` is worth asking of a line's cells."""
    return _UTF8_WORD.search(line) is not None


def is_other_encoding(raw: bytes, declared: str) -> bool:
    """Whether a record that does not decode as declared reads well as UTF-8, or as GB18030."""
    other = _decoded(raw, "gb18030" if declared == "utf-8" else "utf-8")
    return other is not None and plausibility(other) > 0.7


def _check_declared_utf8(sample: bytes, path: Path) -> None:
    text = _decoded(sample, "utf-8")
    if text is None:
        lines = [line for line in sample.splitlines() if _NON_ASCII.search(line)]
        bad = [line for line in lines if _decoded(line, "utf-8") is None]
        readable = [
            line for line in bad if (as_gb := _decoded(line, "gb18030")) and plausibility(as_gb) > 0.5
        ]
        if len(readable) * 2 > len(lines):
            raise _wrong(path, "utf-8", "gb18030")
        return
    if plausibility(text) < 0.4:
        # UTF-8 that was once decoded as GBK and saved again.
        twice = text.encode("gb18030", "ignore").decode("utf-8", "ignore")
        if plausibility(twice) > 0.8:
            raise ReadRefusal(
                path,
                codes.WRONG_ENCODING,
                "文件曾把 UTF-8 误作 GBK 另存（双重编码），请从源系统重新导出",
                "the file is doubly encoded: UTF-8 was read as GBK and saved again; export it anew",
            )


def _wrong(path: Path, declared: str, actual: str) -> ReadRefusal:
    return ReadRefusal(
        path,
        codes.WRONG_ENCODING,
        f"约定编码为 {declared}，文件实为 {actual}；请按约定重新导出，或修改约定的 encoding",
        f"declared {declared}, but the file is {actual}; export it as declared or change the contract",
    )


def _byte_order_mark(sample: bytes) -> str | None:
    if sample.startswith(codecs.BOM_UTF8):
        return "utf-8"
    return "utf_16" if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else None


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


@cache
def _everyday() -> frozenset[str]:
    """The 3,755 characters of GB 2312 level 1."""
    cells = (bytes((lead, trail)) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF))
    return frozenset("".join(cell.decode("gb2312", "ignore") for cell in cells))

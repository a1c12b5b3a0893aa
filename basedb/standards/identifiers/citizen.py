"""Citizen IDs and what stands in their column: GB 11643-1999, residence permits, permanent residence cards.

The common case, 18 clean characters, is read as columns of bytes; only the odd values go one by one through
`citizen_text`, and what that can bring to 18 characters joins the others. The kind of a number follows from
its form, never from a check digit that happens to fit.
"""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, Standardized, define
from basedb.standards import divisions
from basedb.standards.calendar import civil_days, real_dates
from basedb.standards.columnar import TEXT, Findings, encode, frame, take, to_arrow
from basedb.standards.identifiers.check_digits import CITIZEN_CHECKS, CITIZEN_WEIGHTS
from basedb.standards.identifiers.citizen_pattern import patterns
from basedb.standards.identifiers.citizen_text import LOWER_CASE, read_odd

CHECK_DIGIT = define(
    "id_number.check_digit",
    Severity.WARNING,
    "公民身份号码校验码错误",
    "the check digit of the ID number is wrong",
)
BIRTH_DATE = define(
    "id_number.birth_date",
    Severity.WARNING,
    "公民身份号码中的出生日期不存在",
    "the ID number holds no real date",
)
BIRTH_FUTURE = define(
    "id_number.birth_date_future",
    Severity.WARNING,
    "公民身份号码中的出生日期晚于数据日期",
    "the birth date in the ID number lies in the future",
)
ADDRESS_CODE = define(
    "id_number.address_code",
    Severity.INFO,
    "公民身份号码的地址码在出生年份以后未曾使用",
    "the address code of the ID number was not in force since the year of birth",
)
EXCEL_ZEROS = define(
    "id_number.excel_zeros",
    Severity.WARNING,
    "末三位为000且校验码错误，疑被电子表格截断",
    "ends in 000 and fails its check: cut to 15 significant digits by a spreadsheet",
)
ENDS_IN_ZEROS = define(
    "id_number.ends_in_000",
    Severity.INFO,
    "末三位为000，校验通过，但可能经电子表格截断",
    "ends in 000 and passes its check, but may have been cut by a spreadsheet",
)

KINDS = ("citizen", "citizen15", "residence_permit", "permanent_residence", "other", "damaged")
CITIZEN, CITIZEN15, RESIDENCE_PERMIT, PERMANENT_RESIDENCE, OTHER, DAMAGED = range(6)
_RESIDENCE_PREFIXES = (81, 82, 83)  # Hong Kong, Macao, Taiwan; four zeros follow
_WEIGHTS = np.array(CITIZEN_WEIGHTS, dtype=np.int32)
_CHECKS = np.frombuffer(CITIZEN_CHECKS.encode(), dtype=np.uint8)
_ZERO, _X, _LOWER_X = 48, 88, 120


def citizen_id(series: pd.Series, latest: datetime.date | None = None) -> Standardized:
    """Read a column of ID numbers.

    series: text; anything a department writes there. latest: the day of the data; a birth after it is bad.
    Columns: `id_number` canonical (18 characters, upper case), or the cleaned text where that is impossible;
    `id_kind` one of KINDS; `id_valid`; `id_alternative` the number with the other century, for a 15-digit
    one; `id_pattern` the 18 places with * for lost ones, where digits are or may be lost; `id_birth_date`;
    `id_sex` '1' or '2'. Numbers that are not checked (passports) are never `id_valid`.
    """
    array = to_arrow(series)
    count = len(array)
    findings = Findings()
    kind = np.full(count, -1, dtype=np.int8)
    clean = _looks_clean(array)
    numbers, alternatives = array, pa.nulls(count, TEXT)

    odd_rows = np.flatnonzero(~clean & np.asarray(pc.is_valid(array)))
    if len(odd_rows):
        values, codes = encode(array.take(pa.array(odd_rows)))
        odd = [read_odd(value) for value in values.to_pylist()]
        spread = np.full(count, -1, dtype=np.int64)
        spread[odd_rows] = codes
        findings.add_distinct(spread, [one.findings for one in odd])
        mask = pa.array(~clean)
        numbers = pc.replace_with_mask(
            array, mask, _fill(pa.array([one.text for one in odd], TEXT), spread, ~clean)
        )
        alternatives = take(pa.array([one.alternative for one in odd], TEXT), spread)
        kind[odd_rows] = np.array([KINDS.index(one.kind) if one.kind else -1 for one in odd], dtype=np.int8)[
            codes
        ]
        clean[odd_rows] = np.array([one.is_18 for one in odd], dtype=bool)[codes]

    rows = np.flatnonzero(clean)
    read = _Numbers(numbers, rows)
    lower = read.lower_x
    if lower.any():
        findings.add(rows[lower], LOWER_CASE)
        mask_rows = np.zeros(count, dtype=bool)
        mask_rows[rows[lower]] = True
        numbers = pc.replace_with_mask(
            numbers, pa.array(mask_rows), pc.utf8_upper(numbers.filter(pa.array(mask_rows)))
        )

    found = kind[rows]
    address = read.address
    found = np.where(found >= 0, found, CITIZEN)
    found = np.where(
        (found == CITIZEN) & np.isin(address // 10000, _RESIDENCE_PREFIXES), RESIDENCE_PERMIT, found
    )
    found = np.where((found == CITIZEN) & (address >= 900000), PERMANENT_RESIDENCE, found).astype(np.int8)
    real = read.date_is_real
    days = civil_days(read.year, read.month, read.day)
    future = (
        real & (days > (latest - datetime.date(1970, 1, 1)).days) if latest else np.zeros(len(rows), bool)
    )
    zeros = read.ends_in_zeros & (found != CITIZEN15)
    cut = zeros & ~read.check_fits & (found != DAMAGED)
    known_damage = found == DAMAGED
    found[cut] = DAMAGED
    valid = read.check_fits & real & ~future & (found != DAMAGED)
    judged = ~known_damage
    findings.add(rows[judged & ~read.check_fits & ~cut], CHECK_DIGIT)
    findings.add(rows[cut], EXCEL_ZEROS)
    findings.add(rows[judged & zeros & read.check_fits], ENDS_IN_ZEROS)
    findings.add(rows[judged & ~real], BIRTH_DATE)
    findings.add(rows[judged & future], BIRTH_FUTURE)
    domestic = (found == CITIZEN) | (found == CITIZEN15)
    unknown = domestic & (divisions.last_years()[address] < read.year)
    unknown |= (found == RESIDENCE_PERMIT) & (address % 10000 != 0)
    findings.add(rows[unknown], ADDRESS_CODE)

    kind[rows] = found
    id_valid = np.zeros(count, dtype=bool)
    id_valid[rows] = valid
    birth, has_birth = np.zeros(count, dtype=np.int32), np.zeros(count, dtype=bool)
    birth[rows], has_birth[rows] = days, real
    sex = np.full(count, -1, dtype=np.int64)
    sex[rows] = np.where(found == DAMAGED, -1, read.sex)
    lost = np.zeros(count, dtype=bool)
    lost[rows[zeros | known_damage]] = True
    columns = {
        "id_number": numbers,
        "id_kind": take(pa.array(KINDS, TEXT), kind.astype(np.int64)),
        "id_valid": pa.array(id_valid),
        "id_alternative": alternatives,
        "id_pattern": patterns(numbers, lost, (kind == DAMAGED) & ~lost),
        "id_birth_date": pa.array(birth, mask=~has_birth).cast(pa.date32()),
        "id_sex": take(pa.array(["1", "2"], TEXT), sex),
    }
    return Standardized(frame(columns, series.index), findings.frame())


def _fill(values: pa.Array, spread: np.ndarray, mask: np.ndarray) -> pa.Array:
    """The replacement for each masked row, null where the input was null."""
    return take(values, spread[mask])


def _looks_clean(array: pa.Array) -> np.ndarray:
    """Rows holding exactly 17 digits and a digit, X or x; 111111… and 123456… are left for a closer look."""
    offsets, data = _buffers(array)
    candidates = np.flatnonzero(np.diff(offsets) == 18)
    good = np.ones(len(candidates), dtype=bool)
    starts = offsets[candidates]
    for place in range(17):
        good &= data[starts + place] - np.uint8(_ZERO) < 10
    good &= (data[starts] != data[starts + 1]) | (data[starts + 1] != data[starts + 2])
    good &= (data[starts] != 49) | (data[starts + 1] != 50) | (data[starts + 2] != 51)
    last = data[starts + 17]
    good &= (last - np.uint8(_ZERO) < 10) | (last == _X) | (last == _LOWER_X)
    clean = np.zeros(len(array), dtype=bool)
    clean[candidates[good]] = True
    return clean


def _buffers(array: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and bytes of a large_string array; a null has no bytes worth reading."""
    _, offsets, data = array.buffers()
    positions = np.frombuffer(offsets, dtype=np.int64)[array.offset : array.offset + len(array) + 1]
    if array.null_count:
        nulls = np.asarray(pc.is_null(array))
        if np.any(np.diff(positions)[nulls]):
            return _buffers(pc.fill_null(array, ""))
    empty = np.zeros(0, dtype=np.uint8)
    return positions, empty if data is None else np.frombuffer(data, dtype=np.uint8)


class _Numbers:
    """18-character numbers as columns: what can be read from their digits."""

    def __init__(self, array: pa.Array, rows: np.ndarray) -> None:
        offsets, data = _buffers(array)
        starts = offsets[:-1][rows]
        digits = [(data[starts + place] - np.uint8(_ZERO)).astype(np.int32) for place in range(17)]
        last = data[starts + 17] if len(rows) else np.zeros(0, dtype=np.uint8)
        self.lower_x = last == _LOWER_X
        last = np.where(self.lower_x, np.uint8(_X), last)
        total = np.zeros(len(rows), dtype=np.int32)
        for digit, weight in zip(digits, _WEIGHTS, strict=True):
            total += digit * weight
        self.check_fits = _CHECKS[total % 11] == last
        self.address = _number(digits[0:6])
        self.year = _number(digits[6:10])
        self.month = _number(digits[10:12])
        self.day = _number(digits[12:14])
        self.date_is_real = real_dates(self.year, self.month, self.day) & (self.year >= 1800)
        self.sex = 1 - (digits[16] & 1)
        self.ends_in_zeros = (digits[15] == 0) & (digits[16] == 0) & (last == _ZERO)


def _number(digits: list[np.ndarray]) -> np.ndarray:
    value = digits[0].copy()
    for digit in digits[1:]:
        value *= 10
        value += digit
    return value

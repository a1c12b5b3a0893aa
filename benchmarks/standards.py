"""How many values per second of one core each column function reads, beside one NFKC pass over the column.

Run: python -m benchmarks.standards [rows]. Columns are generated with the repetition that departments'
columns have: ID numbers all different, about three people to an address, the commonest names borne by many.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Standardized
from basedb.standards import addresses, codes, dates, divisions, identifiers, names, organizations, phones
from basedb.standards.columnar import to_arrow
from basedb.standards.identifiers.check_digits import CITIZEN_CHECKS, CITIZEN_WEIGHTS

ODD_SHARE = 0.05
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂鹏华红梅建国志文玉婷雪晓东海燕春生浩宇欣怡梓涵子轩一诺"
)
_SURNAMES = [
    "王",
    "李",
    "张",
    "刘",
    "陈",
    "杨",
    "黄",
    "赵",
    "吴",
    "周",
    "徐",
    "孙",
    "马",
    "朱",
    "胡",
    "单",
    "欧阳",
]


def citizen_ids(rng: np.random.Generator, rows: int) -> pd.Series:
    """Different numbers of living people; some 15-digit, lower-case, quoted, blank or wrong."""
    county = np.array(
        [int(d.code) for d in divisions.records() if d.level == "county" and d.valid_to == 9999]
    )
    born = pd.Timestamp("1935-01-01") + pd.to_timedelta(rng.integers(0, 33000, rows), unit="D")
    date = born.year.to_numpy() * 10000 + born.month.to_numpy() * 100 + born.day.to_numpy()
    body = (rng.choice(county, rows) * 10**8 + date) * 1000 + rng.integers(0, 1000, rows)
    total = sum(body // 10 ** (16 - i) % 10 * weight for i, weight in enumerate(CITIZEN_WEIGHTS))
    checks = np.array(list(CITIZEN_CHECKS))[total % 11]
    numbers = np.char.add(body.astype("U17"), checks).astype(object)
    odd = rng.choice(rows, int(rows * ODD_SHARE), replace=False)
    for kind, places in enumerate(np.array_split(odd, 5)):
        for place in places:
            number = numbers[place]
            numbers[place] = (
                number[:6] + number[8:17], number.lower(), "'" + number, number[:6] + " " + number[6:],
                number[:17] + "5",
            )[kind]  # fmt: skip
    return pd.Series(numbers, dtype="string[pyarrow]")


def person_names(rng: np.random.Generator, rows: int) -> pd.Series:
    """Names of two and three characters with the skew of real ones; some with blanks, dots, traditional."""
    given = np.array(list(_GIVEN))
    weight = 1 / np.arange(1, len(given) + 1)
    weight /= weight.sum()
    skew = 1 / np.arange(1, len(_SURNAMES) + 1)
    family = rng.choice(_SURNAMES, rows, p=skew / skew.sum())
    second = np.where(rng.random(rows) < 0.8, rng.choice(given, rows, p=weight), "")
    name = np.char.add(np.char.add(family, rng.choice(given, rows, p=weight)), second).astype(object)
    rare = rng.random(rows) < 0.1
    name[rare] = [
        n + chr(0x4E00 + c) for n, c in zip(name[rare], rng.integers(0, 9000, rare.sum()), strict=True)
    ]
    for place in rng.choice(rows, int(rows * 0.02), replace=False):
        name[place] = name[place][0] + " " + name[place][1:]
    for place in rng.choice(rows, int(rows * 0.01), replace=False):
        name[place] = "阿依" + name[place] + "•买买提"
    return pd.Series(name, dtype="string[pyarrow]")


def resident_addresses(rng: np.random.Generator, rows: int) -> pd.Series:
    """Three people to an address; addresses of an estate differ in building, unit and room only."""
    homes = max(rows // 3, 1)
    estates = max(rows // 1500, 1)
    estate = [
        f"河南省漯河市源汇区马路街街道{i % 40}和社区祁山{'东西南北'[i % 4]}路{i % 90 + 1}号"
        + f"{_GIVEN[i % 40]}{_GIVEN[i // 40 % 40]}花园"
        for i in range(estates)
    ]
    home = [
        f"{estate[e]}{b}号楼{u}单元{f}{r:02d}室"
        for e, b, u, f, r in zip(
            rng.integers(0, estates, homes), rng.integers(1, 16, homes), rng.integers(1, 4, homes),
            rng.integers(1, 34, homes), rng.integers(1, 5, homes), strict=True,
        )
    ]  # fmt: skip
    picked = np.array(home, dtype=object)[np.sort(rng.integers(0, homes, rows))]
    return pd.Series(picked, dtype="string[pyarrow]")


def birth_dates(rng: np.random.Generator, rows: int) -> pd.Series:
    """Birth dates in three forms."""
    day = pd.Timestamp("1935-01-01") + pd.to_timedelta(rng.integers(0, 33000, rows), unit="D")
    form = rng.integers(0, 10, rows)
    text = day.strftime("%Y%m%d").to_numpy(object)
    text[form == 0] = day[form == 0].strftime("%Y-%m-%d")
    text[form == 1] = day[form == 1].strftime("%Y/%m/%d")
    return pd.Series(text, dtype="string[pyarrow]")


def timestamps(rng: np.random.Generator, rows: int) -> pd.Series:
    """Update times, nearly all different."""
    when = pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 350_000_000, rows), unit="s")
    return pd.Series(when.strftime("%Y%m%d%H%M%S"), dtype="string[pyarrow]")


def phone_numbers(rng: np.random.Generator, rows: int) -> pd.Series:
    """Mobile numbers, nearly all different, and some landlines with hyphens."""
    text = (13_000_000_000 + rng.integers(0, 6_999_999_999, rows)).astype("U11").astype(object)
    for place in rng.choice(rows, rows // 50, replace=False):
        text[place] = "0395-" + text[place][4:]
    return pd.Series(text, dtype="string[pyarrow]")


def credit_codes(rng: np.random.Generator, rows: int) -> pd.Series:
    """Credit codes as people's employers: twenty people to one."""
    firms = []
    for body in rng.integers(0, 31**8, max(rows // 20, 1)):
        inner = "".join(identifiers.check_digits.CREDIT_ALPHABET[int(body) // 31**i % 31] for i in range(8))
        code = "91411102" + inner + identifiers.organization_check_digit(inner)
        firms.append(code + identifiers.credit_check_digit(code))
    return pd.Series(rng.choice(np.array(firms, dtype=object), rows), dtype="string[pyarrow]")


def organization_names(rng: np.random.Generator, rows: int) -> pd.Series:
    """Names of firms and shops, nearly all different, one in sixteen of a branch."""
    given = np.array(list(_GIVEN))
    parts = [
        rng.choice(
            ["漯河市", "河南省漯河市", "漯河市源汇区", "临颍县", "河南", "漯河", "郑州市金水区", ""], rows
        ),
        *(rng.choice(given, rows) for _ in range(3)),
        rng.choice(["商贸", "建筑工程", "食品", "信息技术", "农业发展", "餐饮管理", "大药房", "物流"], rows),
        rng.choice(["有限公司", "有限责任公司", "股份有限公司", "专业合作社", "店", "超市", "经营部"], rows),
        rng.choice(["", "第二分公司"], rows, p=[15 / 16, 1 / 16]),
    ]
    text = parts[0]
    for part in parts[1:]:
        text = np.char.add(text, part)
    return pd.Series(text.astype(object), dtype="string[pyarrow]")


def labels(rng: np.random.Generator, rows: int) -> pd.Series:
    """Ethnic groups, nearly all of them one."""
    return pd.Series(rng.choice(["汉族", "汉", "回族", "01", "维吾尔族"], rows), dtype="string[pyarrow]")


CASES: list[
    tuple[str, Callable[[pd.Series], Standardized], Callable[[np.random.Generator, int], pd.Series], int]
] = [
    ("identifiers.citizen_id", identifiers.citizen_id, citizen_ids, 1_000_000),
    ("names.person_name", names.person_name, person_names, 300_000),
    ("addresses.parse", addresses.parse, resident_addresses, 100_000),
    ("dates.parse_date", dates.parse_date, birth_dates, 0),
    ("dates.parse_timestamp", dates.parse_timestamp, timestamps, 0),
    ("phones.phone", phones.phone, phone_numbers, 0),
    ("identifiers.credit_code", identifiers.credit_code, credit_codes, 0),
    ("organizations.organization_name", organizations.organization_name, organization_names, 100_000),
    ("codes.lookup", lambda series: codes.lookup("ethnic_group", series), labels, 0),
]


def _best(function: Callable[[], object], repeats: int = 3) -> float:
    times = []
    for _ in range(repeats):
        start = time.process_time()
        function()
        times.append(time.process_time() - start)
    return min(times)


def main(rows: int = 1_000_000) -> None:
    """Measure every column function on one core and print a table."""
    pa.set_cpu_count(1)
    rng = np.random.default_rng(20261101)
    print(f"{'function':34}{'rows/s':>12}{'NFKC rows/s':>14}{'ratio':>8}{'distinct':>10}{'target':>12}")
    for name, function, generate, target in CASES:
        series = generate(rng, rows)
        function(series.head(1000))
        array = to_arrow(series)
        took = _best(lambda function=function, series=series: function(series))
        trivial = _best(lambda array=array: pc.utf8_normalize(array, form="NFKC"))
        distinct = series.nunique() / rows
        print(
            f"{name:34}{rows / took:>12,.0f}{rows / trivial:>14,.0f}{took / trivial:>8.1f}{distinct:>10.0%}"
            f"{target or '':>12}"
        )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2]))

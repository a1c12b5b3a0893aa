"""The people of the city as columns: the truth the extracts are made from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from etl.demo.columns import NEVER
from etl.demo.draws import Ints

NOBODY = -1

# kinds of identity document
NO_NUMBER, CITIZEN, HONG_KONG, TAIWAN, PASSPORT, PERMANENT = range(6)
# marital status
SINGLE, MARRIED, WIDOWED, DIVORCED = range(4)
MARITAL = ["未婚", "已婚", "丧偶", "离婚"]
# relation to the head of the household
RELATIONS = [
    "户主",
    "夫",
    "妻",
    "长子",
    "次子",
    "三子",
    "长女",
    "次女",
    "三女",
    "父亲",
    "母亲",
    "公公",
    "婆婆",
    "子",
    "女",
    "儿媳",
    "孙子",
    "孙女",
    "集体户成员",
]
RELATION = {name: i for i, name in enumerate(RELATIONS)}
ETHNIC = [
    "汉族",
    "回族",
    "维吾尔族",
    "满族",
    "蒙古族",
    "壮族",
    "藏族",
    "土家族",
    "哈萨克族",
    "朝鲜族",
    "苗族",
]
ETHNIC_CODES = ["01", "03", "05", "11", "02", "08", "04", "15", "17", "10", "06"]
EDUCATION = [
    "学龄前",
    "文盲或半文盲",
    "小学",
    "初级中学",
    "普通高级中学",
    "中等专业学校",
    "大学专科",
    "大学本科",
    "研究生",
]


@dataclass
class People:
    """One position per person; nobody is ever removed."""

    sex: NDArray[np.int8]
    birth: Ints  # days since 1970
    ethnic: NDArray[np.int8]
    first: Ints  # name: two words of the pool and how they are joined
    separator: NDArray[np.int8]
    second: Ints
    former: Ints  # former second word; -1 none
    document: NDArray[np.int8]
    number: Ints  # first 17 digits; for a passport its digits
    old_number: Ints  # before correction; 0 none
    second_number: Ints  # of a second registration; 0 none
    shares: Ints  # the other bearer of the same number
    father: Ints
    mother: Ints
    spouse: Ints
    twin: Ints
    household: Ints  # 户号
    relation: NDArray[np.int8]
    marital: NDArray[np.int8]
    married: Ints  # day of the last marriage
    education: NDArray[np.int8]
    born_at: Ints  # position in the labels of origins
    native: Ints
    home: Ints
    register: Ints  # home of the household register
    moved_in: Ints  # day
    phone: Ints  # 0 none
    employer: Ints  # -1 none
    school: Ints
    died: Ints  # day; NEVER while alive
    left: Ints  # day of leaving the city
    registered: NDArray[np.bool_]  # has a row with the police
    entered: NDArray[np.int16]  # night of the first appearance
    entry: NDArray[np.int8]  # base, arrival, birth

    def __len__(self) -> int:
        return len(self.sex)

    @classmethod
    def blank(cls, size: int) -> People:
        """People about whom nothing is known yet."""
        defaults = {
            "former": NOBODY,
            "shares": NOBODY,
            "father": NOBODY,
            "mother": NOBODY,
            "spouse": NOBODY,
            "twin": NOBODY,
            "employer": NOBODY,
            "school": NOBODY,
            "married": NEVER,
            "moved_in": NEVER,
            "died": NEVER,
            "left": NEVER,
        }
        small = {"sex", "ethnic", "separator", "document", "relation", "marital", "education", "entry"}
        kinds = {**dict.fromkeys(small, np.int8), "entered": np.int16, "registered": np.bool_}
        columns: dict[str, Any] = {
            f.name: np.full(size, defaults.get(f.name, 0), dtype=kinds.get(f.name, np.int64))
            for f in fields(cls)
        }
        return cls(**columns)

    def extend(self, others: People) -> Ints:
        """Append people; their positions."""
        start = len(self)
        for f in fields(self):
            setattr(self, f.name, np.concatenate([getattr(self, f.name), getattr(others, f.name)]))
        return np.arange(start, len(self))

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Who is alive."""
        return np.asarray(self.died == NEVER)

    @property
    def present(self) -> NDArray[np.bool_]:
        """Who is alive and in the city."""
        return np.asarray(self.alive & (self.left == NEVER))

    def age(self, day: int) -> Ints:
        """Completed years, near enough."""
        return np.asarray((day - self.birth) * 400 // 146_097)

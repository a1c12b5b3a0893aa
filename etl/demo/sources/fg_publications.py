"""双公示: licences and penalties as they are published; CSV in UTF-8, what was new every night."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from etl.demo.columns import Column, choose, constant, dashed_date, join, lookup, number, separated
from etl.demo.delivery import DELTA, Extract
from etl.demo.draws import Ints
from etl.demo.firms import ACTIVE, missing, wrong
from etl.demo.lines import bytes_of, encode
from etl.demo.noise import Noise
from etl.demo.organisations import BUREAU, SHOP
from etl.demo.sources.base import Night, OfOrganisations, name_text, person_ids

_AUTHORITIES = ["市场监督管理局", "生态环境局", "消防救援支队", "住房和城乡建设局"]
_LICENCES = ["食品经营许可证", "排污许可证", "公众聚集场所消防安全检查合格证", "建筑业企业资质证书"]
_VIOLATIONS = ["未按规定公示价格", "未按规定排放污染物", "消防设施未保持完好有效", "未取得施工许可证擅自施工"]
_YEAR = 365
_FIVE_YEARS = 1826


class _Publications(OfOrganisations, ABC):
    """What licences and penalties share: whom they are about, by whom they were decided, and when."""

    name: ClassVar[str]
    department = "发展和改革委员会"
    header: ClassVar[str]
    one_in: ClassVar[int]

    def deliver(self, night: Night) -> Extract | None:
        firms, w = self._c.firms, self._c.world
        firms.advance(night.number, night.day)
        private = np.flatnonzero((w.organisations.kind < BUREAU) & (firms.status == ACTIVE))
        new = self._c.some(len(private), 40 * self.one_in)
        some = new if night.number else max(1, len(private) // self.one_in)
        of = w.draws.sample(f"{self.name}.{night.number}", private, min(some, len(private)))
        if not len(of):
            return None
        noise = Noise(w.draws, self.name, self._c.level, of)
        person = noise.hit("person")
        who = firms.representative[of]
        ago = 1 + w.draws.below(f"{self.name}.ago.{night.number}", of, _YEAR if not night.number else 7)
        numbers = join(number(np.full(len(of), night.number)), "-", number(1 + np.arange(len(of)), 5))
        body = separated(self._columns(noise, of, who, person, night.day - ago, numbers), ",")
        self._rows.append(len(of))
        return Extract(
            self.name, self.department, "csv", DELTA,
            [f"{self.header}\n".encode(), bytes_of(encode(join(body, "\n"), "utf-8"))], len(of),
            {"key": numbers, "org_id": person_ids(np.where(person, -1, of), "E"), "legal_rep_id": person_ids(who),
             "tags": pa.array(noise.tags)},
        )  # fmt: skip

    @abstractmethod
    def _columns(
        self, noise: Noise, of: Ints, who: Ints, person: np.ndarray, decided: Ints, numbers: Column
    ) -> list[Column]:
        """The columns of the header. decided: the day of each decision; numbers: of its document."""

    def _holder(self, noise: Noise, of: Ints, who: Ints, person: np.ndarray) -> list[Column]:
        """操作类型, 行政相对人名称, 行政相对人类别, 统一社会信用代码, 法定代表人; some holders are people."""
        firms, w = self._c.firms, self._c.world
        noise.tag("person", person)
        people = name_text(w.people, w.names, who)
        kinds = lookup(
            ["法人及非法人组织", "个体工商户"], (w.organisations.kind[of] == SHOP).astype(np.int64)
        )
        code = missing(noise, "uscc_missing", wrong(noise, "code_wrong", firms.credit(of)))
        return [
            constant("新增", len(of)), choose(person, people, firms.name(of, noise)), choose(person, "自然人", kinds),
            choose(person, "", code), choose(person, "", people),
        ]  # fmt: skip

    def _office(self, of: Ints) -> tuple[Ints, Column]:
        """Which authority decided, and what it is called."""
        at = self._c.world.draws.below(f"{self.name}.office", of, len(_AUTHORITIES))
        return at, join(self._c.world.city.name, lookup(_AUTHORITIES, at))


class Licences(_Publications):
    """Licences granted."""

    name: ClassVar[str] = "fg_licenses"
    one_in: ClassVar[int] = 6
    header: ClassVar[str] = (
        "操作类型,行政相对人名称,行政相对人类别,统一社会信用代码,法定代表人,行政许可决定文书名称,行政许可决定文书号,许可类别,"
        "许可证书名称,许可编号,许可内容,许可决定日期,有效期自,有效期至,许可机关,许可机关统一社会信用代码,当前状态,数据来源单位"
    )

    def _columns(
        self, noise: Noise, of: Ints, who: Ints, person: np.ndarray, decided: Ints, numbers: Column
    ) -> list[Column]:
        at, office = self._office(of)
        licence = lookup(_LICENCES, at)
        none = constant("", len(of))
        return [
            *self._holder(noise, of, who, person), join("准予", licence, "决定书"), join("许字", numbers, "号"),
            lookup(["普通", "核准"], at // 3), licence, join("XK", numbers), none, dashed_date(decided),
            dashed_date(decided), dashed_date(decided + _FIVE_YEARS), office, none, constant("1", len(of)), office,
        ]  # fmt: skip


class Penalties(_Publications):
    """Penalties imposed; some fines are printed in yuan."""

    name: ClassVar[str] = "fg_penalties"
    one_in: ClassVar[int] = 25
    header: ClassVar[str] = (
        "操作类型,行政相对人名称,行政相对人类别,统一社会信用代码,法定代表人,行政处罚决定书文号,违法行为类型,违法事实,处罚依据,"
        "处罚类别,处罚内容,罚款金额(万元),没收金额(万元),暂扣或吊销证照名称及编号,处罚决定日期,公示截止期,处罚机关,"
        "处罚机关统一社会信用代码,数据来源单位"
    )

    def _columns(
        self, noise: Noise, of: Ints, who: Ints, person: np.ndarray, decided: Ints, numbers: Column
    ) -> list[Column]:
        at, office = self._office(of)
        none = constant("", len(of))
        yuan = 500 * (1 + self._c.world.draws.below(f"{self.name}.fine", of, 100))
        in_yuan = noise.hit("fine_in_yuan")
        noise.tag("fine_in_yuan", in_yuan)
        hundreds = number(yuan // 100, 3)
        in_ten_thousands = join(
            pc.utf8_slice_codeunits(hundreds, 0, -2), ".", pc.utf8_slice_codeunits(hundreds, -2)
        )
        return [
            *self._holder(noise, of, who, person), join("罚字", numbers, "号"), lookup(_VIOLATIONS, at),
            lookup(_VIOLATIONS, at), none, constant("罚款", len(of)), join("罚款", number(yuan), "元"),
            choose(in_yuan, number(yuan), in_ten_thousands), none, none, dashed_date(decided),
            dashed_date(decided + _YEAR), office, none, office,
        ]  # fmt: skip

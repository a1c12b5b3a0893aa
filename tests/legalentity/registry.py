"""Offices that register organisations, for tests: their files as they write them, taken in by the night.

offices.night(1, scjg_enterprises=[enterprise("漯河市宏发商贸有限公司", code("91", 1))])
assert offices.query("SELECT name FROM legalentity.organization") == [("漯河市宏发商贸有限公司",)]
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook

from basedb.domain import installed_domains
from basedb.standards.identifiers import credit_check_digit, organization_check_digit
from basedb.store import Store
from basedb.store.native import reading
from etl.archive import Archive
from etl.installed import installed_contracts
from etl.ledger import Account
from etl.nightly import NightlyRun
from tests.etl.city import delimited

Row = Mapping[str, str]
FIRST = datetime(2026, 11, 1, tzinfo=UTC)
_TAX = (
    ("纳税人", "纳税人识别号"), ("", "纳税人名称"), ("法定代表人（负责人、业主）", "法人姓名"), ("", "法人证件号"),
    ("经营情况", "生产经营地址"), ("", "行业"), ("税务登记", "税务状态"), ("", "登记日期"),
)  # fmt: skip


def inner(number: int) -> str:
    """An invented organisation code with its right check character."""
    body = f"MA{number:06d}"
    return body + organization_check_digit(body)


def code(kind: str, number: int, division: str = "411102") -> str:
    """An invented unified social credit code; kind: department and category, such as 91 or 92."""
    body = f"{kind}{division}{inner(number)}"
    return body + credit_check_digit(body)


def enterprise(name: str, credit: str = "", representative: str = "", **columns: str) -> Row:
    """A row of the register of enterprises."""
    return {
        "统一社会信用代码": credit, "企业名称": name, "企业类型": "有限责任公司(自然人投资或控股)",
        "法定代表人": representative, "注册资本(万元)": "100.000000", "币种": "人民币", "成立日期": "2015-03-12",
        "核准日期": "2020-01-01", "住所": "漯河市源汇区和祥路1号", "行业代码": "5212",
        "登记机关": "漯河市市场监督管理局", "登记状态": "存续（在营、开业、在册）", **columns,
    }  # fmt: skip


def taxpayer(name: str, number: str, representative: str = "", **columns: str) -> Row:
    """A row of the register of taxpayers."""
    return {
        "纳税人识别号": number, "纳税人名称": name, "法人姓名": representative, "生产经营地址": "源汇区和祥路1号",
        "行业": "百货零售", "税务状态": "正常", "登记日期": "2015-04-01", **columns,
    }  # fmt: skip


def unit(name: str, org_code: str = "", representative: str = "", **columns: str) -> Row:
    """A row of the statistical units."""
    return {
        "组织机构代码": org_code, "单位详细名称": name, "法人姓名": representative, "行业代码": "5212",
        "从业人员期末人数": "12", "营业收入(千元)": "987654", "区划代码12位": "411102001001",
        "详细地址": "漯河市源汇区和祥路1号", **columns,
    }  # fmt: skip


def certificate(name: str, org_code: str, representative: str = "", **columns: str) -> Row:
    """A row of the former register of organisation codes."""
    return {
        "机构代码": org_code, "机构名称": name, "法定代表人": representative, "地址": "漯河市源汇区和祥路1号",
        "办证日期": "2012-08-23", "有效期": "2016-08-23", "机构类型": "企业法人", **columns,
    }  # fmt: skip


def institution(name: str, credit: str = "", representative: str = "", **columns: str) -> Row:
    """A row of the register of agencies, institutions and associations."""
    return {
        "统一社会信用代码": credit, "机构名称": name, "机构类别": "事业单位", "法定代表人": representative,
        "住所": "漯河市源汇区和祥路9号", "成立日期": "2005-01-10", "登记管理机关": "漯河市民政局", "状态": "正常",
        **columns,
    }  # fmt: skip


def insured(serial: str, employer: str, credit: str = "", **columns: str) -> Row:
    """A row of the insured people: what it says of their employer matters here."""
    return {
        "个人编号": serial, "证件类型": "居民身份证（户口簿）", "姓名": "李建国", "性别": "1", "单位名称": employer,
        "统一社会信用代码": credit, "参保险种": "企业职工基本养老保险", "参保状态": "正常参保", "参保日期": "2016-01-01",
        "经办日期": "2026-10-01", **columns,
    }  # fmt: skip


def officer(serial: str, company: str, credit: str, office: str, name: str = "", **columns: str) -> Row:
    """A row of those who hold an office in an enterprise, or a share of it."""
    return {
        "登记流水号": serial, "统一社会信用代码": credit, "企业名称": company, "人员类别": office, "姓名": name,
        "任职日期": "2020-05-06", **columns,
    }  # fmt: skip


def polluter(name: str, credit: str, **columns: str) -> Row:
    """A row of the stationary sources of pollution."""
    return {
        "序号": "1", "统一社会信用代码": credit, "企业名称": name, "地址": "源汇区和祥路1号", "经度": "114.023052",
        "纬度": "33.575134", "主要污染物": "氮氧化物", "排放量": "0.17", "管理类别": "重点", **columns,
    }  # fmt: skip


def license(name: str, credit: str, number: str, **columns: str) -> Row:
    """A published licence."""
    return {
        "操作类型": "新增", "行政相对人名称": name, "行政相对人类别": "法人及非法人组织", "统一社会信用代码": credit,
        "行政许可决定文书名称": "食品经营许可决定书", "行政许可决定文书号": number, "许可类别": "普通",
        "许可证书名称": "食品经营许可证", "许可编号": f"JY{number}", "许可内容": "预包装食品销售",
        "许可决定日期": "2026-10-10", "有效期自": "2026-10-10", "有效期至": "2031-10-09",
        "许可机关": "漯河市市场监督管理局", "当前状态": "1", "数据来源单位": "漯河市市场监督管理局", **columns,
    }  # fmt: skip


def penalty(name: str, credit: str, number: str, **columns: str) -> Row:
    """A published penalty."""
    return {
        "操作类型": "新增", "行政相对人名称": name, "行政相对人类别": "法人及非法人组织", "统一社会信用代码": credit,
        "行政处罚决定书文号": number, "违法行为类型": "未按规定公示价格", "违法事实": "检查发现货架无价签",
        "处罚依据": "《中华人民共和国价格法》第四十二条", "处罚类别": "罚款", "处罚内容": "罚款5000元",
        "罚款金额(万元)": "0.5", "处罚决定日期": "2026-10-20", "公示截止期": "2027-10-20",
        "处罚机关": "漯河市市场监督管理局", "数据来源单位": "漯河市市场监督管理局", **columns,
    }  # fmt: skip


def project(serial: str, role: str, name: str, credit: str = "", **columns: str) -> Row:
    """Who builds or manages a housing project."""
    return {
        "项目编号": serial, "项目名称": "和祥佳苑", "区县": "源汇区", "单位角色": role, "单位名称": name,
        "统一社会信用代码": credit, "竣工年份": "2018", **columns,
    }  # fmt: skip


def parcel(code: str, holder: str, **columns: str) -> Row:
    """A parcel of land and who holds it."""
    return {
        "宗地代码": code, "权利人": holder, "用途": "工业用地", "用途码": "0601", "面积": "1200.5",
        "坐落": "漯河市源汇区和祥路1号", "权利性质": "国有", **columns,
    }  # fmt: skip


class Offices:
    """A store with both bases and an inbox that departments deliver to."""

    def __init__(self, store: Store, folder: Path):
        self.store, self.folder = store, folder
        self.archive = Archive(folder / "archive")

    def night(self, number: int, **extracts: Sequence[Row] | bytes) -> list[Account]:
        """The extracts of a night come in, rows or whole files, and are loaded; the account of every load."""
        day = FIRST + timedelta(days=number - 1)
        for source, rows in extracts.items():
            path = (
                self.folder / "inbox" / source / f"{day:%Y%m%d}" / f"{source}_{day:%Y%m%d}{_SUFFIX[source]}"
            )
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(rows if isinstance(rows, bytes) else content(source, rows))
        run = NightlyRun(
            self.store, installed_domains(), installed_contracts(installed_domains()), self.archive,
            ZoneInfo("Asia/Shanghai"),
        )  # fmt: skip
        night = run.run(self.folder / "inbox", day + timedelta(days=1), day.date())
        assert night.stopped is None
        return list(night.accounts)

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """What the store answers, in its own SQL."""
        with reading(self.store) as reader:
            return list(reader.ask(sql, parameters).rows)

    def value(self, sql: str, *parameters: Any) -> Any:
        """The single value of a query."""
        ((found,),) = self.query(sql, *parameters)
        return found

    def one(self, name: str) -> int:
        """The id of the only organisation with a current record of its own under this name."""
        return int(
            self.value(
                "SELECT DISTINCT m.organization_id FROM legalentity.organization_mention m"
                " JOIN legalentity.source_record r ON r.record_id = m.record_id"
                " WHERE m.name = ? AND m.role = 'self' AND r.status = 'current'",
                name,
            )
        )


_UTF8 = {"tj_units", "fg_licenses", "fg_penalties", "rs_insured", "zj_projects"}
_SUFFIX = {
    "scjg_enterprises": ".csv", "sw_taxpayers": ".xlsx", "zj_orgcodes": ".csv", "tj_units": ".csv",
    "bb_institutions": ".json", "ga_population": ".csv", "fg_licenses": ".csv", "fg_penalties": ".csv",
    "rs_insured": ".csv", "sthj_pollution_sources": ".xlsx", "scjg_officers": ".csv",
    "zrzy_parcels": ".geojson", "zj_projects": ".csv",
}  # fmt: skip


def content(source: str, rows: Sequence[Row]) -> bytes:
    """The file of an extract as its office writes it."""
    contracts = installed_contracts(installed_domains())
    columns = [*contracts[source].columns, *contracts[source].ignore]
    if source == "sw_taxpayers":
        return tax_book(rows)
    if source == "zrzy_parcels":
        return _layer(rows)
    if source == "sthj_pollution_sources":
        return _pollution_list(rows)
    if source == "bb_institutions":
        listed = [{name: row[name] for name in columns if name in row} for row in rows]
        return json.dumps({"总数": len(rows), "数据": listed}, ensure_ascii=False).encode()
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    if source in _UTF8:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(lines)
        return text.getvalue().encode()
    return delimited(lines)


def _layer(rows: Sequence[Row]) -> bytes:
    """Squares side by side, in CGCS2000."""
    features = []
    for at, row in enumerate(rows):
        west, south, side = 114.0 + at / 1000, 33.58, 0.0005
        ring = [
            [west, south],
            [west + side, south],
            [west + side, south + side],
            [west, south + side],
            [west, south],
        ]
        shape = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": dict(row), "geometry": shape})
    crs = {"type": "name", "properties": {"name": "EPSG:4490"}}
    layer = {"type": "FeatureCollection", "crs": crs, "features": features}
    return json.dumps(layer, ensure_ascii=False).encode()


def _pollution_list(rows: Sequence[Row]) -> bytes:
    """Two rows of titles, the header, the data and a footnote."""
    columns = [
        "序号",
        "统一社会信用代码",
        "企业名称",
        "地址",
        "经度",
        "纬度",
        "主要污染物",
        "排放量",
        "管理类别",
        "备注",
    ]
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["漯河市固定污染源清单"])
    sheet.append(["填报单位:漯河市生态环境局"])
    for line in (columns, *([row.get(name, "") for name in columns] for row in rows), ["注：按年更新"]):
        sheet.append(line)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


TAX_HEADER = (tuple(above for above, _ in _TAX), tuple(below for _, below in _TAX))
_TAX_MERGED = ("A1:H1", "A2:B2", "C2:D2", "E2:F2", "G2:H2")


def tax_book(
    rows: Sequence[Row],
    header: Sequence[Sequence[str]] = TAX_HEADER,
    merged: Sequence[str] = _TAX_MERGED,
) -> bytes:
    """The workbook of taxpayers: a title, header rows with merged cells, then the data."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["漯河市纳税人登记信息表"])
    for cells in header:
        sheet.append(cells)
    for row in rows:
        sheet.append([row.get(below, "") for _, below in _TAX])
    for area in merged:
        sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()

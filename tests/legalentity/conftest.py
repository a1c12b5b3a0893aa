"""The offices of a town, loaded once on each kind of store: tests of this room only look at them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from basedb.domain import installed_domains
from basedb.store import open_store
from basedb.store.migrate import initialise
from tests.cluster import Cluster
from tests.etl.city import number, resident
from tests.legalentity.registry import (
    Offices,
    certificate,
    code,
    enterprise,
    inner,
    institution,
    insured,
    license,
    officer,
    parcel,
    penalty,
    polluter,
    project,
    taxpayer,
    unit,
)

# 组织机构代码: one per organisation of the town.
HONGFA, BRANCH, FIRST_BUILDERS, SECOND_BUILDERS, CLOSED, NOODLES, OTHER_NOODLES, SLIP = range(101, 109)
LI, WANG = number("19700101", 11), number("19720202", 22)
STRANGER = number("19650303", 33, division="410102")
_PARCEL = "411102001001GB0000"
_OLD_TAX = f"411102{inner(HONGFA)}"


def _shop(name: str, serial: int, keeper: str, **columns: str) -> dict[str, str]:
    row = enterprise(name, code("92", serial), keeper, 企业类型="个体工商户", **columns)
    return {**row, "行业代码": "6210", "注册资本(万元)": "5"}


def _register(**hongfa: str) -> list[dict[str, str]]:
    first = {
        **enterprise("漯河市宏发商贸有限公司", code("91", HONGFA), "李建国", 法定代表人证件号码=LI),
        **hongfa,
    }
    slip = code("91", SLIP)
    return [
        first,
        dict(enterprise("漯河市宏发商贸有限公司召陵分公司", code("91", BRANCH, "411104"), "王秀英",
                        企业类型="有限责任公司分公司(自然人投资或控股)", 住所="漯河市召陵区人民路8号")),
        dict(enterprise("漯河市第一建筑工程有限公司", code("91", FIRST_BUILDERS), "赵六", 联系电话="0395-3377208")),
        dict(enterprise("漯河市第二建筑工程有限公司", code("91", SECOND_BUILDERS), "赵六", 联系电话="0395-3377208")),
        dict(enterprise("临颍县金穗饲料有限公司", code("91", CLOSED, "411122"), "孙七", 登记状态="注销",
                        核准日期="2026-10-20", 住所="临颍县窝城镇窝城街村5号", 行业代码="1329")),
        _shop("源汇区小李面馆", NOODLES, "李四", 住所="漯河市源汇区老街街道受降路8号"),
        _shop("源汇区小李面馆", OTHER_NOODLES, "李五", 住所="漯河市源汇区马路街街道庐山路9号"),
        # One character of the code is wrong: its check fails.
        dict(enterprise("舞阳县天成化工有限公司", slip[:-2] + ("7" if slip[-2] != "7" else "8") + slip[-1],
                        "陌生人", 法定代表人证件号码=STRANGER, 住所="舞阳县舞泉镇环城北路8号")),
    ]  # fmt: skip


def fill(offices: Offices) -> Offices:
    """Three nights of the town."""
    offices.night(
        1,
        ga_population=[resident("李建国", LI), resident("王秀英", WANG, "0002", 性别="女")],
        scjg_enterprises=_register(),
        sw_taxpayers=[
            taxpayer("宏发商贸", _OLD_TAX, "李建国", 法人证件号=LI),
            # The branch under its parent's code.
            taxpayer("漯河市宏发商贸有限公司召陵分公司", code("91", HONGFA), "王秀英", 生产经营地址="召陵区人民路8号"),
            taxpayer("漯河市第一建筑工程有限责任公司", code("91", FIRST_BUILDERS), "赵六"),
            taxpayer("临颍县金穗饲料公司", code("91", CLOSED, "411122"), "孙七", 生产经营地址="窝城镇窝城街村5号"),
        ],
        zj_orgcodes=[
            # Under its former name.
            certificate("漯河市宏达商贸有限公司", f"{inner(HONGFA)[:8]}-{inner(HONGFA)[8]}", "李建国"),
        ],
        tj_units=[
            unit("漯河市宏发商贸有限公司", inner(HONGFA), "李建国"),
            unit("漯河市第二建筑工程公司", "", "赵六", 联系电话="0395-3377208"),
            unit("舞阳县天成化工有限公司", inner(SLIP), "陌生人", 详细地址="舞阳县舞泉镇环城北路8号"),
            unit("漯河市无码印刷厂", "111111111", "周八", 详细地址="漯河市郾城区祁山北路9号"),
            unit("漯河市无码织布厂", "111111111", "吴九", 详细地址="漯河市召陵区府国路14号"),
        ],
        bb_institutions=[
            institution("漯河市第三中学", code("12", 201), "王秀英", 法定代表人证件号码=WANG),
            institution("漯河市第三中学家长委员会", "", "周八", 机构类别="社会团体"),
        ],
        rs_insured=[
            # Three enrolments of one person with one employer, and one under its short name.
            insured("4101", "漯河市宏发商贸有限公司", code("91", HONGFA), 证件号码=LI),
            insured("4101", "漯河市宏发商贸有限公司", code("91", HONGFA), 证件号码=LI, 参保险种="失业保险"),
            insured("4101", "漯河市宏发商贸有限公司", code("91", HONGFA), 证件号码=LI, 参保险种="工伤保险"),
            insured("4102", "宏发商贸", code("91", HONGFA), 证件号码=WANG, 姓名="王秀英", 性别="2"),
            # A resident's insurance names the community.
            insured("4103", "马路街街道泰昌社区", 证件号码=STRANGER, 姓名="陌生人", 参保险种="城乡居民基本医疗保险"),
            insured("4104", "上海市远方软件有限公司", code("91", 901, "310115"), 证件号码=STRANGER, 姓名="陌生人"),
        ],
        scjg_officers=[
            officer("1", "漯河市宏发商贸有限公司", code("91", HONGFA), "执行董事", "李建国", 证件号码=LI, 职务="执行董事"),
            officer("2", "漯河市宏发商贸有限公司", code("91", HONGFA), "监事", "王秀英"),
            officer("3", "漯河市宏发商贸有限公司", code("91", HONGFA), "股东", "李建国", 证件号码=LI,
                    **{"认缴出资额(万元)": "60", "出资比例(%)": "60%"}),
            officer("4", "漯河市宏发商贸有限公司", code("91", HONGFA), "法人股东",
                    法人股东名称="漯河市第一建筑工程有限公司", 法人股东代码=code("91", FIRST_BUILDERS),
                    **{"认缴出资额(万元)": "40", "出资比例(%)": "40"}),
            officer("5", "漯河市第二建筑工程有限公司", code("91", SECOND_BUILDERS), "股东",
                    法人股东名称="漯河市宏发商贸有限公司", 法人股东代码=code("91", HONGFA), **{"出资比例(%)": "50"}),
            # Round in a circle.
            officer("6", "漯河市第一建筑工程有限公司", code("91", FIRST_BUILDERS), "股东",
                    法人股东名称="漯河市第二建筑工程有限公司", 法人股东代码=code("91", SECOND_BUILDERS),
                    **{"出资比例(%)": "120"}),
        ],
        sthj_pollution_sources=[
            polluter("舞阳县天成化工有限公司", code("91", SLIP), 地址="舞阳县舞泉镇环城北路8号"),
            polluter("舞阳县天成化工有限公司", code("91", SLIP), 地址="舞阳县舞泉镇环城北路8号", 主要污染物="氨氮"),
        ],
        fg_licenses=[
            license("漯河市宏发商贸有限公司", code("91", HONGFA), "许1"),
            # By an old taxpayer number, and by the organisation code.
            license("宏发商贸", "", "许2", 税务登记号=_OLD_TAX),
            license("漯河市第一建筑工程有限公司", "", "许3", 组织机构代码=inner(FIRST_BUILDERS)),
            # By name alone: two shops bear it.
            license("源汇区小李面馆", "", "许4", 行政相对人类别="个体工商户"),
            license("郑州市他乡建设有限公司", code("91", 900, "410102"), "许5"),
            license("李建国", "", "许6", 行政相对人类别="自然人", 证件号码=LI),
            license("漯河市宏发商贸有限公司", code("91", HONGFA), "许7", 有效期至="2020-10-09"),
        ],
        fg_penalties=[
            penalty("漯河市第二建筑工程有限公司", "", "罚1", 法定代表人="赵六"),
            penalty("临颍县金穗饲料有限公司", code("91", CLOSED, "411122"), "罚2", **{"罚款金额(万元)": "5000"}),
        ],
        zj_projects=[
            # One firm is both, and is one.
            project("ZF1", "开发企业", "漯河市第一建筑工程有限公司", code("91", FIRST_BUILDERS)),
            project("ZF1", "物业服务企业", "漯河市第一建筑工程有限公司"),
            project("ZF2", "物业服务企业", "阳光物业"),
        ],
        zrzy_parcels=[
            parcel(f"{_PARCEL}1", "漯河市第一建筑工程有限公司"),
            parcel(f"{_PARCEL}2", "漯河市第一建筑工程有限公司"),
            parcel(f"{_PARCEL}3", "源汇区小李面馆"),
            parcel(f"{_PARCEL}4", "漯河市他乡粮库"),
            parcel(f"{_PARCEL}5", "漯河市他乡粮库"),
            parcel(f"{_PARCEL}6", "李建国"),
            parcel(f"{_PARCEL}7", "农民集体"),
            parcel(f"{_PARCEL}8", "王李小园"),
            parcel(f"{_PARCEL}9", "漯河市第二建筑工程有限公司"),
            parcel("411102001001GB00010", "漯河市第三中学"),
        ],
    )  # fmt: skip
    # Renamed, and led by somebody else.
    changed = {
        "企业名称": "漯河市金源商贸有限公司",
        "法定代表人": "王秀英",
        "法定代表人证件号码": WANG,
        "核准日期": "2026-11-02",
        "注册资本(万元)": "1000000",  # in yuan
    }
    offices.night(
        2,
        scjg_enterprises=_register(**changed),
        # Corrected, and withdrawn.
        fg_penalties=[
            penalty("漯河市第二建筑工程有限公司", "", "罚1", 操作类型="变更", 法定代表人="赵六", 处罚内容="罚款8000元",
                    **{"罚款金额(万元)": "0.8"}),
            penalty("临颍县金穗饲料有限公司", code("91", CLOSED, "411122"), "罚2", 操作类型="撤销"),
        ],
        # Sold to a person; another is no more.
        zrzy_parcels=[
            parcel(f"{_PARCEL}2", "王秀英", 变更类型="变更"),
            parcel(f"{_PARCEL}9", "漯河市第二建筑工程有限公司", 变更类型="注销"),
        ],
    )  # fmt: skip
    offices.night(
        3,
        scjg_enterprises=_register(**changed),
        # Still under the name it no longer bore.
        fg_penalties=[
            penalty("漯河市宏发商贸有限公司", code("91", HONGFA), "罚3", 处罚决定日期="2026-11-03"),
        ],
    )
    return offices


def opened(url: str, folder: Path) -> Offices:
    """Offices with an empty store."""
    store = open_store(url)
    initialise(store, list(installed_domains().values()))
    return Offices(store, folder)


@pytest.fixture(scope="session")
def loaded_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Offices:
    """The town in an embedded file."""
    folder = tmp_path_factory.mktemp("offices")
    return fill(opened(f"duckdb:///{folder / 'city.duckdb'}", folder))


@pytest.fixture(scope="session")
def loaded_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Offices:
    """The town on the server."""
    return fill(opened(cluster.create_database("offices"), tmp_path_factory.mktemp("offices")))


@pytest.fixture(params=["duckdb", "postgresql"])
def town(request: pytest.FixtureRequest) -> Offices:
    """The loaded town, once on each kind of store; to look at, not to change."""
    found: Offices = request.getfixturevalue(f"loaded_{request.param}")
    return found


@pytest.fixture
def empty(duckdb_url: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Offices]:
    """Opens offices with an empty embedded store."""
    return lambda: opened(duckdb_url, tmp_path_factory.mktemp("empty"))

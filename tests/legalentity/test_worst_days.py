"""What offices send on their worst days, through the night: each thing found with a suggestion, nothing lost."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.cluster import Cluster
from tests.legalentity.conftest import opened
from tests.legalentity.registry import (
    TAX_HEADER,
    Offices,
    Row,
    code,
    content,
    enterprise,
    inner,
    tax_book,
    taxpayer,
    unit,
)

pytestmark = pytest.mark.long_on_postgresql

_BLANK = "留空，取得代码后补填 / leave it blank until there is a code"
_NUMBER = "移至代码或证件号码栏，另填名称 / a number belongs into its own column"
_ADDRESS = "移至住所栏，另填名称 / an address belongs into its own column"
_CITIZEN = "移至法定代表人证件号码栏，另填姓名 / the number belongs into its own column"
_CODE = "统一社会信用代码"
_SHARED, _TWICE = code("91", 19), (code("91", 20), code("91", 21))


def _register() -> list[Row]:
    confused, mistyped, lost = code("91", 11), code("91", 12), code("91", 13)
    return [
        enterprise("漯河市华峰商贸有限公司", code("91", 1), "李建国"),
        enterprise("漯河市零码商贸有限公司", "000000000000000000", "甲一", 成立日期="1911-10-10"),
        enterprise("漯河市私码商贸有限公司", "PDY000011", "甲二", 成立日期="1921-07-23", 核准日期=""),
        enterprise("漯河市混写商贸有限公司", confused.replace("0", "O").replace("1", "I"), "甲三"),
        enterprise("漯河市错码商贸有限公司", mistyped[:7] + "7" + mistyped[8:], "甲四"),
        enterprise("漯河市少位商贸有限公司", lost[:9] + lost[10:], "甲五"),
        enterprise("漯河市元资商贸有限公司", code("91", 14), "甲六", **{"注册资本(万元)": "5000000"}),
        enterprise("11010519491231002X", code("91", 15), "甲七"),
        enterprise("漯河市证名商贸有限公司", code("91", 16), "11010519491231002X"),
        enterprise("河南省漯河市源汇区和祥路1号", "", "甲八", 登记状态="不知道"),
        enterprise("【丙】(漯河)商贸〔集团〕有限公司", code("91", 17), "甲九"),
        enterprise("「丙」﹙漯河﹚商贸｛集团｝有限公司召陵分公司", code("91", 18), "㐀𠮷", 住所="召陵区𠀋路8号"),
        # One code for two firms.
        enterprise("漯河市同码商贸有限公司", _SHARED, "乙一", 住所="漯河市源汇区甲路1号"),
        enterprise("舞阳县异名机械厂", _SHARED, "乙二", 住所="舞阳县乙路2号", 行业代码="3411"),
        # Two codes for one firm.
        *(enterprise("漯河市两码商贸有限公司", one, "乙三") for one in _TWICE),
        enterprise('="漯河市等号商贸有限公司"', f'="{code("91", 22)}"', "乙四"),
        enterprise("", code("91", 23), "乙五"),
    ]  # fmt: skip


def _taxpayers() -> list[Row]:
    return [
        taxpayer("漯河市华峰商贸有限公司", code("91", 1), "李建国"),
        taxpayer("漯河市旧号商贸有限公司", "411102" + inner(30).replace("0", "O"), "丁一"),
        # Under the code of another, with one of its own in the register.
        taxpayer("漯河市元资商贸有限公司", _SHARED, "甲六"),
    ]  # fmt: skip


def _swapped(rows: list[Row]) -> list[Row]:
    return [{**row, "企业名称": row[_CODE], _CODE: row["企业名称"]} for row in rows]


def _fill(offices: Offices) -> Offices:
    register, taxpayers = _register(), _taxpayers()
    # Groups merged over three rows; beside them a column merged down to the last.
    top, leaves = list(TAX_HEADER[0]), list(TAX_HEADER[1])
    top[6:], leaves[6:] = ["税务状态", "登记日期"], ["", ""]
    deep = (top, ["基本信息", "", "本人", "", "地址和行业", "", "", ""], leaves)
    offices.night(
        1,
        scjg_enterprises=b"\xef\xbb\xbf" + content("scjg_enterprises", register),
        sw_taxpayers=tax_book(taxpayers, deep, ()),
        tj_units=[unit("漯河市丁厂", "PDY000011"), unit("漯河市戊厂", "111111111")],
    )
    offices.night(2, scjg_enterprises=_swapped(register), sw_taxpayers=tax_book(taxpayers)[:-900])
    offices.night(3, scjg_enterprises=content("scjg_enterprises", []))
    return offices


@pytest.fixture(scope="module")
def worst_duckdb(tmp_path_factory: pytest.TempPathFactory) -> Offices:
    """The worst days in an embedded file."""
    folder = tmp_path_factory.mktemp("worst")
    return _fill(opened(f"duckdb:///{folder / 'city.duckdb'}", folder))


@pytest.fixture(scope="module")
def worst_postgresql(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Offices:
    """The worst days on the server."""
    return _fill(opened(cluster.create_database("worst"), tmp_path_factory.mktemp("worst")))


@pytest.fixture(params=["duckdb", "postgresql"])
def worst(request: pytest.FixtureRequest) -> Offices:
    """The loaded days, once on each kind of store."""
    found: Offices = request.getfixturevalue(f"worst_{request.param}")
    return found


def test_every_file_is_accounted_for(worst: Offices) -> None:
    assert worst.query(
        "SELECT source, as_of - DATE '2026-10-31', status, rows_read, added, unchanged, quarantined"
        " FROM basedb.delivery WHERE domain = 'legalentity' ORDER BY source, as_of"
    ) == [
        ("scjg_enterprises", 1, "loaded", 18, 16, 0, 2),  # GBK behind a mark of UTF-8
        ("scjg_enterprises", 2, "held", 0, 0, 0, 0),  # two columns swapped: everybody is absent
        ("scjg_enterprises", 3, "held", 0, 0, 0, 0),  # a header alone
        ("sw_taxpayers", 1, "loaded", 3, 3, 0, 0),  # three rows of merged headers
        ("sw_taxpayers", 2, "refused", 0, 0, 0, 0),  # cut off
        ("tj_units", 1, "loaded", 2, 2, 0, 0),
    ]  # fmt: skip


def test_each_bad_value_is_a_finding_with_what_to_do(worst: Offices) -> None:
    found = {
        (column, found, value): suggestion
        for column, found, value, suggestion in worst.query(
            "SELECT f.column_name, f.code, f.value, f.suggestion FROM basedb.finding f"
            " JOIN basedb.delivery d ON d.file_id = f.file_id WHERE d.domain = 'legalentity' AND f.row_no IS NOT NULL"
        )
    }
    confused, mistyped, lost = code("91", 11), code("91", 12), code("91", 13)
    expected = {
        (_CODE, "org_identifier.placeholder", "000000000000000000"): _BLANK,
        (_CODE, "org_identifier.placeholder", "PDY000011"): _BLANK,
        ("组织机构代码", "org_identifier.placeholder", "111111111"): _BLANK,
        (_CODE, "credit_code.alphabet", confused.replace("0", "O").replace("1", "I")): confused,
        (_CODE, "credit_code.check_digit", mistyped[:7] + "7" + mistyped[8:]): mistyped,
        (_CODE, "credit_code.form", lost[:9] + lost[10:]): lost,
        (_CODE, "key.blank", ""): "补填主键 / fill in the key",
        ("成立日期", "organization.established_before_1949", "1911-10-10"): "2011-10-10",
        ("注册资本(万元)", "organization.capital_in_yuan", "5000000"): "500.000000",
        ("企业名称", "organization.name_is_number", "11010519491231002X"): _NUMBER,
        ("法定代表人", "organization.representative_is_number", "11010519491231002X"): _CITIZEN,
        ("企业名称", "organization.name_is_address", "河南省漯河市源汇区和祥路1号"): _ADDRESS,
        ("企业名称", "org_name.folded", "【丙】(漯河)商贸〔集团〕有限公司"): "（丙）（漯河）商贸（集团）有限公司",
        ("纳税人/纳税人识别号", "org_code.check_digit", "411102" + inner(30).replace("0", "O")): "411102" + inner(30),
    }  # fmt: skip
    assert {key: found.get(key) for key in expected} == expected
    assert (found[_CODE, "key.repeated", _SHARED] or "").startswith("与第 1")
    kinds = {(column, kind) for column, kind, _ in found}
    assert {
        (_CODE, "key.blank"), (_CODE, "key.repeated"), (_CODE, "identifier.shared"), ("企业名称", "value.required"),
        (_CODE, "organization.two_codes"),
        ("登记状态", "code.unknown"),
    } <= kinds  # fmt: skip


def test_what_the_readers_put_right_is_told(worst: Offices) -> None:
    told = worst.query(
        "SELECT DISTINCT d.source, d.as_of - DATE '2026-10-31', f.code FROM basedb.finding f"
        " JOIN basedb.delivery d ON d.file_id = f.file_id WHERE d.domain = 'legalentity' AND f.row_no IS NULL"
        " AND f.code <> 'reader.column_aliased' ORDER BY 1, 2, 3"
    )
    assert told == [
        ("scjg_enterprises", 1, "reader.stray_mark"),
        ("scjg_enterprises", 1, "reader.text_formula"),
        ("sw_taxpayers", 1, "reader.header_moved"),
    ]


def test_names_come_in_whole(worst: Offices) -> None:
    names = {name for (name,) in worst.query("SELECT name FROM legalentity.organization")}
    # Brackets of any width are one kind; a branch and its parent are two.
    assert {
        "（丙）（漯河）商贸（集团）有限公司",
        "（丙）（漯河）商贸（集团）有限公司召陵分公司",
        "漯河市等号商贸有限公司",
    } <= names
    assert not [name for name in names if name and name.endswith("002X")]
    # Characters of four bytes.
    assert worst.query(
        "SELECT legal_representative, registered_address FROM legalentity.organization WHERE credit_code = ?",
        code("91", 18),
    ) == [("㐀𠮷", "召陵区𠀋路8号")]  # fmt: skip


def test_one_code_of_two_and_two_codes_of_one_are_told_apart(worst: Offices) -> None:
    shared = worst.query(
        "SELECT source, value, suggestion FROM legalentity.reconciliation WHERE issue = 'code_shared'"
        " AND source = 'sw_taxpayers'"
    )
    # Of one that uses another's code it is known which it has in the register.
    assert set(shared) == {("sw_taxpayers", "漯河市元资商贸有限公司", code("91", 14))}
    twice = worst.query("SELECT value FROM legalentity.reconciliation WHERE issue = 'name_shared' ORDER BY 1")
    assert [value for (value,) in twice] == [one[8:17] for one in _TWICE]


def test_a_swapped_column_on_the_first_night_names_nobody(empty: Callable[[], Offices]) -> None:
    offices = empty()
    register = [row for row in _register() if row[_CODE].startswith("91") and row["企业名称"]]
    (home, _) = offices.night(1, scjg_enterprises=_swapped(register))
    assert home.counts["quarantined"] == len(register)
    assert offices.value("SELECT count(*) FROM basedb.quarantine WHERE domain = 'legalentity'") == len(
        register
    )

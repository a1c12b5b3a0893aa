"""Holders of rights: organisations and people in one column, told by the grammar of names."""

from __future__ import annotations

import pytest

from basedb.standards.organizations import holder_kind
from tests.standards.columns import codes_of, one


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("漯河市宏发商贸有限公司", "organization"),
        ("宏发（漯河）商贸有限责任公司召陵分公司", "organization"),
        ("召陵区万金镇人民政府", "organization"),
        ("临颍县公安局", "organization"),
        ("漯河市第三中学", "organization"),
        ("李庄村村民委员会", "organization"),
        ("马路街街道办事处", "organization"),
        ("小李超市", "organization"),
        ("源汇区农业机械厂", "organization"),
        ("张三", "person"),
        ("欧阳建国", "person"),
        ("买买提·艾力", "person"),
        ("张三、李四", "person"),
        ("赵六和钱七", "person"),
        ("张三等3人", "person"),
        ("王五（户主）", "person"),
        ("农民集体", "generic"),
        ("业主共有", "generic"),
        ("街道办事处", "generic"),
        ("国家所有", "generic"),
        # A person with two surnames, or a garden; a surname, or a word.
        ("王李小园", "doubtful"),
        ("欧阳超市", "doubtful"),
        ("建设局", "doubtful"),
        ("阿迪达斯", "doubtful"),
        ("", None),
        ("无", None),
    ],
)
def test_who_holds_it(value: str, kind: str | None) -> None:
    assert one(holder_kind, value) == {"holder_kind": kind}
    assert codes_of(holder_kind, value) == []

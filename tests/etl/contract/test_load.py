"""Loading contracts through their public seam: a YAML file in, a `Contract` or all its problems out."""

from __future__ import annotations

import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
import yaml

from basedb.domain import BaseDomain
from etl.contract import ContractError, Target, load_contract, load_contracts
from population import DOMAIN

GOOD = """\
source: mz_test
domain: population
title: 测试
owner: {department: 民政局}
files: {pattern: 'mz_(?P<as_of>\\d{8})\\.csv'}
arrival: {every: day, by: 12:30, grace: 12h}
reader: {format: delimited, encoding: gbk}
delivery: {mode: snapshot, scope: [区划], max_retire_ratio: 0.1, min_rows: 5}
key: 证号
key_tiebreak: [姓名]
valid_from: 日期
columns:
  证号: {to: record.certificate_no, required: true}
  姓名: {to: [self.name, self.former_name], on_failure: quarantine, aliases: [名字]}
  性别: {to: self.sex, lookup: {01: 男, 02: 女, no: 未知}}
ignore:
  日期: 只用于生效日期
  区划: 只用于范围
survivorship: {default: 40, name: 90}
checks:
  - {column: 姓名, rule: length, value: [2, 20]}
  - {column: 性别, rule: in_list, value: [01, 02], on_failure: quarantine, severity: error}
"""


def write(folder: Path, text: str = GOOD, name: str = "mz_test.yml") -> Path:
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def problems(folder: Path, text: str, domain: BaseDomain | None = None) -> list[tuple[int, str, str]]:
    with pytest.raises(ContractError) as caught:
        load_contract(write(folder, text), domain)
    return [(problem.line, problem.setting, problem.suggestion) for problem in caught.value.problems]


def test_every_setting_arrives(tmp_path: Path) -> None:
    contract = load_contract(write(tmp_path))
    assert (contract.source, contract.domain, contract.title) == ("mz_test", "population", "测试")
    assert contract.owner.department == "民政局"
    assert (contract.arrival.every, contract.arrival.by) == ("day", time(12, 30))
    assert contract.arrival.grace == timedelta(hours=12)
    assert (contract.reader.format, contract.reader.options["encoding"]) == ("delimited", "gbk")
    assert (contract.delivery.mode, contract.delivery.scope) == ("snapshot", ("区划",))
    assert (contract.delivery.max_retire_ratio, contract.delivery.min_rows) == (0.1, 5)
    assert (contract.key, contract.key_tiebreak, contract.valid_from) == (("证号",), ("姓名",), "日期")
    assert contract.columns["姓名"].targets == (Target("self", "name"), Target("self", "former_name"))
    assert contract.columns["姓名"].aliases == ("名字",)
    assert contract.columns["性别"].lookup == {"01": "男", "02": "女", "no": "未知"}
    assert contract.checks[1].value == ("01", "02")
    assert contract.roles == ("self",)
    assert contract.read_columns == ("证号", "姓名", "性别", "日期", "区划")
    assert contract.attributes("self")["name"] == ("姓名",)
    assert (contract.priority("name"), contract.priority("sex")) == (90, 40)


def test_version_follows_content_only(tmp_path: Path) -> None:
    version = load_contract(write(tmp_path)).version
    assert re.fullmatch("[0-9a-f]{12}", version)
    reflowed = yaml.safe_dump(
        yaml.safe_load(
            GOOD.replace("12:30", "'12:30'")
            .replace("{01:", "{'01':")
            .replace(" 02:", " '02':")
            .replace("no:", "'no':")
            .replace("[01, 02]", "['01', '02']")
        ),
        allow_unicode=True,
    )
    for same in ("# a comment\n" + GOOD, GOOD.replace("title: 测试", "title:   '别的标题'"), reflowed):
        assert load_contract(write(tmp_path, same)).version == version
    for other in (
        GOOD.replace("gbk", "utf-8"),
        GOOD.replace("02: 女", "02: 男"),
        GOOD.replace("name: 90", "name: 80"),
    ):
        assert load_contract(write(tmp_path, other)).version != version


@pytest.mark.parametrize(
    ("old", "new", "line", "setting", "suggestion"),
    [
        ("owner: {department", "owner: {departmnt", 4, "owner.departmnt", "department"),
        ("every: day", "every: dayly", 6, "arrival.every", "day"),
        ("encoding: gbk", "encodng: gbk", 7, "reader.encodng", "encoding"),
        ("format: delimited", "format: delimted", 7, "reader.format", "delimited"),
        ("key: 证号", "key: 证件号", 9, "key.0", "证号"),
        ("scope: [区划]", "scope: [区划代码]", 8, "delivery.scope.0", "区划"),
        ("valid_from: 日期", "valid_from: 日子", 11, "valid_from", "日期"),
        ("{column: 姓名, rule", "{column: 姓名字, rule", 21, "checks.0.column", "姓名"),
        ("value: [2, 20]", "value: 20", 21, "checks.0.value", "[shortest, longest]"),
        ("name: 90", "nam: 90", 19, "survivorship.nam", "name"),
        ("to: self.sex", "to: sex", 15, "columns.性别.to", "self.name"),
        ("to: self.sex", "to: self.name", 15, "columns.性别.to", "feed a target from one column"),
        ("aliases: [名字]", "aliases: [性别]", 14, "columns.姓名.aliases", "drop the alias"),
        ("  日期: 只", "  姓名: 只", 17, "ignore.姓名", "keep one"),
        ("(?P<as_of>\\d{8})", "\\d{8}", 5, "files.pattern", "(?P<as_of>"),
        ("mz_(?P", "mz_((?P", 5, "files.pattern", ""),
        ("mode: snapshot", "mode: delta", 8, "delivery.scope", "scope"),
        ("grace: 12h", "grace: 12 hours", 6, "arrival.grace", "12h"),
        ("title: 测试", "title: 测试\ntitle: 又一次", 4, "title", "keep one"),
        ("required: true", "required: 1", 13, "columns.证号.required", ""),
        (
            "title: 测试",
            "title: 测试\nleave_out: {column: 类别, values: [自然人]}",
            4,
            "leave_out.column",
            "",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line_and_the_way_out(
    tmp_path: Path, old: str, new: str, line: int, setting: str, suggestion: str
) -> None:
    assert old in GOOD
    found = problems(tmp_path, GOOD.replace(old, new, 1))
    assert any((at, name) == (line, setting) and suggestion in hint for at, name, hint in found), found


def test_a_second_column_for_a_target_is_a_fallback(tmp_path: Path) -> None:
    contract = load_contract(
        write(tmp_path, GOOD.replace("  性别: {to: self.sex", "  性别: {to: self.name, fallback: true", 1))
    )
    assert contract.columns["性别"].fallback
    assert contract.attributes("self")["name"] == ("姓名", "性别")


def test_all_mistakes_are_reported_together(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("every: day", "every: dayly").replace("encoding", "encodng"))
    assert {setting for _, setting, _ in found} >= {"arrival.every", "reader.encodng"}


def test_targets_the_domain_does_not_know(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("self.name,", "self.names,"), DOMAIN)
    assert (14, "columns.姓名.to", "name？ / did you mean name?") in found


def test_settings_of_a_domain_that_has_none(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD + "settings: {layer: building}\n", DOMAIN)
    assert (23, "settings") in [(line, setting) for line, setting, _ in found]


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "just text",
        "source: 1",
        GOOD.replace("key: 证号", "key: {a: b}"),
        GOOD.replace("reader: {format: delimited, encoding: gbk}", "reader: 5"),
        GOOD.replace("reader: {format: delimited, encoding: gbk}", "reader: [{format: sql, url_env: X}]"),
        GOOD.replace("columns:", "columns: []\nx:"),
        GOOD.replace("{to: self.sex,", "{to: [],"),
        GOOD.replace("files: {pattern: 'mz_", "files: {pattern: ['(', 'mz_").replace("csv'}", "csv']}"),
    ],
)
def test_odd_shapes_are_problems_too(tmp_path: Path, text: str) -> None:
    assert all(line >= 1 for line, _, _ in problems(tmp_path, text))


def test_not_yaml_and_not_utf8(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD + "\nkey: [")[0][0] >= 24
    path = write(tmp_path)
    path.write_bytes(GOOD.encode("gbk"))
    with pytest.raises(ContractError, match="UTF-8"):
        load_contract(path)
    with pytest.raises(ContractError):
        load_contract(write(tmp_path, ""))


def test_as_of_dates(tmp_path: Path) -> None:
    contract = load_contract(write(tmp_path))
    assert contract.match("20261104/mz_20261103.csv") == date(2026, 11, 3)
    assert contract.match("other_20261103.csv") is None
    assert not contract.matches("other_20261103.csv")
    assert contract.matches("mz_20261399.csv")
    assert contract.match("mz_20261399.csv") is None
    folder = GOOD.replace("(?P<as_of>\\d{8})\\.csv'", "x\\.csv', as_of: {from: delivery_folder}")
    assert load_contract(write(tmp_path, folder)).match("mz_test/20261104/mz_x.csv") == date(2026, 11, 4)
    column = GOOD.replace("(?P<as_of>\\d{8})\\.csv'", "x\\.csv', as_of: {column: 日期}")
    by_column = load_contract(write(tmp_path, column))
    assert (by_column.match("mz_x.csv"), by_column.matches("mz_x.csv")) == (None, True)
    assert by_column.as_of.column == "日期"


def test_several_readers_choose_by_file_name(tmp_path: Path) -> None:
    one = "reader: {format: delimited, encoding: gbk}"
    sheet = "{format: xlsx, files: '\\.xlsx$', header_rows: 2}"
    two = f"reader:\n  - {{format: delimited, encoding: gbk}}\n  - {sheet}"
    contract = load_contract(write(tmp_path, GOOD.replace(one, two)))
    assert contract.reader.format == "delimited"
    assert contract.reader_for("a.xlsx").options["header_rows"] == 2
    assert contract.reader_for("a.csv").format == "delimited"
    both = two.replace(", files: '\\.xlsx$'", "")
    assert problems(tmp_path, GOOD.replace(one, both))


def test_a_directory_and_a_name_taken_twice(tmp_path: Path) -> None:
    write(tmp_path)
    assert set(load_contracts(tmp_path)) == {"mz_test"}
    write(tmp_path, GOOD, "zz.yml")
    with pytest.raises(ContractError, match=r"mz_test\.yml"):
        load_contracts(tmp_path)

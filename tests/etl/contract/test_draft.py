"""Drafting: every departments' file gives a contract that loads, reads the file and leaks no value."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from basedb.domain import installed_domains
from etl.contract import Target, load_contract
from etl.contract.draft import draft
from etl.contract.guess import guess_domain
from etl.readers import ReadRefusal, read
from tests.etl.city import number

DEPARTMENTS = Path(__file__).parents[2] / "fixtures" / "departments"
FILES = sorted(DEPARTMENTS.iterdir())


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_a_draft_loads_and_reads_its_file(path: Path, tmp_path: Path) -> None:
    text = draft(path)
    (tmp_path / "draft.yml").write_text(text, "utf-8")
    contract = load_contract(tmp_path / "draft.yml")
    assert contract.match(path.name) is not None
    result = read(path, contract)
    assert result.table.num_rows > 0
    values = {value for row in result.table.to_pylist() for value in row.values() if isinstance(value, str)}
    assert not [value for value in values if len(value) > 2 and value in text]


def test_what_is_sniffed_and_guessed(tmp_path: Path) -> None:
    path = tmp_path / "mz_delta_20261101.txt"
    path.write_bytes("操作\t登记证号\t男方姓名\t备用一\n新增\tA1\t王强\t\n删除\tA2\t王强\tx\n".encode("gbk"))
    contract = load_contract(_written(draft(path), tmp_path))
    assert contract.reader.format == "delimited"
    assert contract.reader.options["encoding"] == "gb18030"
    assert contract.reader.options["delimiter"] == "\\t"
    assert contract.columns["男方姓名"].targets == (Target("husband", "name"),)
    assert contract.key == ("登记证号",)
    assert contract.delivery.mode == "delta"
    assert contract.delivery.operation is not None
    assert contract.delivery.operation.column == "操作"
    assert set(contract.ignore) == {"操作", "备用一"}
    assert read(path, contract).table["操作"].to_pylist() == ["新增", "删除"]


@pytest.mark.parametrize(
    ("headers", "domain"),
    [
        ("户号,姓名,性别", "population"),
        ("统一社会信用代码,企业名称,法定代表人姓名", "legalentity"),
        ("个人编号,姓名,身份证号,单位统一社会信用代码", "population"),
        ("险种,参保状态,联系电话", "population"),
        ("甲,乙,丙", "legalentity"),  # nothing tells: the first of them
    ],
)
def test_the_words_of_the_domains_tell_them_apart(headers: str, domain: str) -> None:
    words = {name: found.headers for name, found in installed_domains().items() if found.headers}
    assert guess_domain(headers.split(","), words) == domain


def test_a_packed_file_and_a_damaged_one(tmp_path: Path) -> None:
    births = (DEPARTMENTS / "wj_births_20261101.jsonl").read_bytes()
    packed = tmp_path / "wj_births_20261101.jsonl.gz"
    packed.write_bytes(gzip.compress(births, mtime=0))
    assert load_contract(_written(draft(packed), tmp_path)).reader.format == "jsonl"
    for content in (b"", b"PK\x03\x04 no zip", b"\xd0\xcf\x11\xe0 no workbook", b"<a><b>", b"{"):
        broken = tmp_path / "broken.bin"
        broken.write_bytes(content)
        with pytest.raises(ReadRefusal):
            draft(broken)


def _written(text: str, folder: Path) -> Path:
    path = folder / "draft.yml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.csv", f"{number()},王一\n{number('19900101')},李二\n".encode()),
        ("blank.csv", b"\n\n\n"),
        ("list.json", b"[1, 2]"),
        ("empty.json", b"[]"),
    ],
)
def test_a_sample_without_column_names_is_refused_and_shows_nobody(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(ReadRefusal) as caught:
        draft(path)
    assert caught.value.code == "reader.no_header" and number() not in str(caught.value)

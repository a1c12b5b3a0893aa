"""Damage anywhere in a file ends in a refusal or in a full account of its records, never in a crash."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from etl.contract import Contract
from etl.readers import ReadRefusal, read
from tests.etl.readers.conftest import DEPARTMENTS, Write, extract

FILES = sorted(DEPARTMENTS.iterdir())
INSERTED = (b"\n", b'"', b"\0", b"\xff", b",", b"<", b"{", b"\r\n\r\n", b"\xb0", b"\r")


def damaged(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    kind = chance.randrange(4)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + content[at + chance.randrange(1, 60) :]
    if kind == 2:
        return content[:at] + chance.choice(INSERTED) * chance.randrange(1, 5) + content[at:]
    changed = bytearray(content)
    for _ in range(chance.choice((1, 3, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def contract_of(path: Path, contracts: dict[str, Contract]) -> Contract:
    if path.suffix == ".xls":
        return extract("xls", list(contracts["mz_marriages"].columns))
    if path.name.startswith("sw_"):
        return extract("xlsx", ["识别号", "名称", "注册资本", "资本合计", "登记日期"], header_rows=2)
    return next(contract for contract in contracts.values() if contract.matches(path.name))


@pytest.mark.parametrize("path", FILES, ids=[path.name for path in FILES])
def test_any_damage(path: Path, write: Write, contracts: dict[str, Contract]) -> None:
    chance = random.Random(path.name)
    contract, content = contract_of(path, contracts), path.read_bytes()
    for _ in range(25):
        worse = write(path.name, damaged(content, chance))
        try:
            result = read(worse, contract, contracts.values())
        except ReadRefusal as refusal:
            assert refusal.zh and refusal.en
            continue
        numbers = [row.row_no for row in (*result.ignored, *result.rejected)]
        assert sorted(numbers + result.table["row_no"].to_pylist()) == list(range(1, result.records + 1))

"""The readme files that go with a synthetic city."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from etl.demo.delivery import Delivered

_README = """# {city}（虚构数据）

**本目录全部数据均为程序生成，纯属虚构，与任何真实的个人、单位无关。** 仅行政区划代码为真实代码；姓名、身份证号、
电话、住址、单位及统一社会信用代码均为随机产生，若与实际雷同，纯属巧合。可交由承建单位用于开发、测试和演示。

- {people:,} 人，{nights} 次夜间交换，随机种子 {seed}：同样的参数在任何机器上生成完全相同的文件
  （空间图层与工作簿的字节还取决于程序库的版本）。
- `<来源>/<送达日期>/<来源>_<数据日期>.*`；`_delivery/<送达日期>/delivery.csv` 为当夜清单（行数、字节数、SHA-256）。
- `truth/` 为标准答案（每一行对应的真实人员及所含的数据缺陷），不得交给被测系统。

# {city} (fictional data)

**Everything in this directory was made up by a program. No person or organisation is real.** Only the division
codes are; names, ID numbers, telephones, addresses, employers and credit codes are random, and any likeness is
chance. It may be given to contractors for development, tests and demonstrations.

- {people:,} people, {nights} nightly deliveries, seed {seed}: the same parameters give the same bytes
  anywhere (of layers and workbooks with the same versions of the libraries).
- `<source>/<delivery day>/<source>_<data day>.*`; `_delivery/<delivery day>/delivery.csv` lists a night's files
  with rows, bytes and SHA-256.
- `truth/` holds the answers (the person behind every row, the defects put into it). Keep it from the system
  under test.
"""

_TRUTH = """# 标准答案 · Truth of a synthetic city

Everything here is made up by a generator; no person or firm is real. Keep this folder away from the system
under test.

seed {seed}, people {people:,}, nights {nights}, noise {noise}, churn {churn}

| file | key | what |
| --- | --- | --- |
| `<source>.parquet` | file, row_no | row_no = 1-based data row (DBF: physical record, deleted ones included; \
XML, JSON: record); key = the natural key as written; person_id (and mother_id, father_id / husband_id, wife_id / \
guardian_id / org_id; org_id and legal_rep_id of organisations' extracts, officer_id and \
shareholder_org_id of scjg_officers; org_id of zj_projects; place_id of layers, the same building in \
zj_buildings, gh_buildings and ga_addresses); tags = the error channels of the row |
| `people.parquet` | person_id | everybody as on the last night: true values, kin (father_id, mother_id, spouse_id, \
twin_of), id_shared_with (重号), old_id_no (before a correction), second_id_no (双重户口), enter_night, enter_kind |
| `external_people.parquet` | external_id (X…) | spouses in marriage records who do not live in the city |
| `events.parquet` | night, event, person_id | what happened in which night |
| `files.parquet` | file | every delivered file; kind: '' normal, `late` = after its successor, `resent` = sent again |
| `noise_rates.parquet` | extract, channel | rows carrying each error channel, over all regular files |

Regular files come the morning after; irregular ones are marked in `files.parquet`: an insurance file that arrives
after its successor, and marriages sent a second time with the same bytes (from three nights on). Addresses are
worded in twelve ways; that is no error and carries no tag (`addr_variant`).

A channel ending in `_c` is conditional: its configured rate is of the rows it can apply to.

## Files

| file | rows | bytes | mode |
| --- | --- | --- | --- |
{files}
"""


def write_readme(directory: Path, city: str, people: int, nights: int, seed: int) -> None:
    """The readme of the city."""
    text = _README.format(city=city, people=people, nights=nights, seed=seed)
    (directory / "README.md").write_text(text, encoding="utf-8", newline="")


def write_truth_readme(
    directory: Path,
    people: int,
    nights: int,
    seed: int,
    noise: float,
    churn: float,
    files: Sequence[Delivered],
) -> None:
    """The readme of the truth."""
    rows = "\n".join(
        f"| {f.file} | {f.rows:,} | {f.bytes:,} | {f.mode} {f.kind}".rstrip() + " |" for f in files
    )
    text = _TRUTH.format(people=people, nights=nights, seed=seed, noise=noise, churn=churn, files=rows)
    (directory / "README.md").write_text(text, encoding="utf-8", newline="")

"""`make demo`: a made-up city, loaded night by night, and a first look around its databases."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.rule import Rule

from basedb.cli.main import main as basedb
from basedb.store import open_store

PEOPLE, NIGHTS, SEED = 20_000, 4, 2026
_BY_AGE = (
    "SELECT age_group AS 年龄组, sum(CASE WHEN sex = '1' THEN residents ELSE 0 END) AS 男,"
    " sum(CASE WHEN sex = '2' THEN residents ELSE 0 END) AS 女, sum(residents) AS 合计"
    " FROM population.resident_count GROUP BY age_group, age_from ORDER BY age_from NULLS LAST"
)
# An organisation's address, located to a building.
_SOMEWHERE = """
    SELECT o.registered_address FROM legalentity.organization o
    JOIN geospatial.place w ON w.address = o.registered_address
    WHERE w.grade IN ('building', 'unit') ORDER BY o.organization_id LIMIT 1
"""
# An organisation with firms and branches below it, as many as a page shows.
_GROUP = """
    SELECT root_id FROM legalentity.ownership_tree GROUP BY root_id HAVING count(*) BETWEEN 3 AND 12
    ORDER BY count(DISTINCT relation) DESC, max(depth) DESC, count(*) DESC, root_id LIMIT 1
"""
_TREE = (
    "SELECT depth AS 级, name AS 名称, CASE relation WHEN 'branch' THEN '分支' ELSE '出资' END AS 关系,"
    ' round(share_percent, 1) AS "出资比例%" FROM legalentity.ownership_tree_of({}) ORDER BY path'
)
# The last month of which the offices of the invented city publish.
_MONTH = "2026-10"
# A query both kinds of store accept.
SUGGESTED = "SELECT * FROM population.person_masked LIMIT 5"
# Somebody whom several departments know, whose history has a change, and whose sources disagree.
_INTERESTING = """
    SELECT m.person_id FROM population.person_mention m
    JOIN population.source_record r USING (record_id)
    JOIN (SELECT person_id, count(*) AS versions FROM population.person_version GROUP BY person_id) v USING (person_id)
    JOIN population.person p USING (person_id)
    WHERE p.registered AND p.current_address IS NOT NULL
    GROUP BY m.person_id, v.versions
    ORDER BY count(DISTINCT r.source) DESC, count(DISTINCT m.role) DESC, v.versions DESC, m.person_id LIMIT 1
"""


def main(directory: Path = Path("demo-city"), people: int = PEOPLE, nights: int = NIGHTS) -> int:
    """Show the whole way from departmental files to a query; returns the exit code."""
    out = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    store = f"duckdb:///{directory / 'city.duckdb'}"
    os.environ.setdefault("BASEDB_PURPOSE", "演示 / demonstration")

    def chapter(title: str, text: str) -> None:
        out.print()
        out.print(Rule(f"[bold]{escape(title)}", align="left"))
        out.print(escape(text))

    def run(*arguments: str, told: str = "") -> int:
        out.print()
        out.print(f"[bold cyan]$ basedb {escape(told or ' '.join(arguments))}")
        try:
            basedb.main(["--store", store, *arguments], prog_name="basedb", standalone_mode=True)
        except SystemExit as ended:
            return int(ended.code or 0)
        return 0

    out.print(
        "[bold]城市基础信息库 basedb：从部门数据到一城一库 / from departments' files to one trusted record"
    )
    if _is_ours(directory):
        shutil.rmtree(directory)
    chapter(
        "1. 一座虚构的城市 / an invented city",
        f"{people:,} 人，{nights} 夜的部门数据：公安、人社、卫健、民政、教育、市监、税务、编办、统计、自然资源、"
        "住建、交通、环保、财政、银行、海关、供电，各有各的格式、编码和错误。\n"
        "Every person and firm is invented. Each department has its own format, encoding and mistakes.",
    )
    if code := run(
        "demo", str(directory), "--people", str(people), "--nights", str(nights), "--seed", str(SEED)
    ):
        return code
    chapter(
        "2. 一夜一夜入库 / night by night",
        "每行都有去向：读入 = 新增 + 变更 + 未变 + …。次日起只处理变化；迟到的数据进历史，重送的不重复入库。\n"
        "Every row is accounted for. From the second night only what changed costs anything.",
    )
    run("init")
    days = sorted(path.name for path in (directory / "_delivery").iterdir())
    for day in days:
        now = f"{day[:4]}-{day[4:6]}-{day[6:]}T23:59"
        run(
            "nightly", str(directory), "--until", day, "--now", now, told=f"nightly {directory} --until {day}"
        )
    chapter(
        "3. 一个人，几个部门 / one person, several departments",
        "主记录的每个值都说得出来自哪个部门、哪份文件、哪一行，为什么是它。\n"
        "Every value names its department, file and row, and why it won.",
    )
    with open_store(store).reading() as engine:
        row = engine.execute(_INTERESTING).fetchone()
    if row:
        run("explain", "person", str(row[0]))
    chapter("4. 用 SQL 查 / ask in SQL", "统计视图不含个人信息；读到个人信息的查询会留下访问记录。")
    run("sql", _BY_AGE, told='sql "SELECT … FROM population.resident_count GROUP BY age_group"')
    chapter(
        "5. 部门之间互相对不上的 / what departments owe each other",
        "同一机构在各部门的记录，经代码、名称、地址、法定代表人对到一起，不一致的逐件列出，谁处理、多久了。\n"
        "The records of one organisation, brought together; who should act where they disagree, and since when.\n"
        "一家企业往下的出资和分支也在这里。What one firm owns and which branches it has is known, too.",
    )
    run("reconcile", "-o", str(directory / "部门间核对.xlsx"))
    with open_store(store).reading() as engine:
        row = engine.execute(_GROUP).fetchone()
    if row:
        run("sql", _TREE.format(row[0]), told=f'sql "SELECT … FROM legalentity.ownership_tree_of({row[0]})"')
    chapter(
        "6. 地图 / the map",
        "区划、宗地、道路、地址和住建、规划各测一遍的房屋归到一个坐标系；一栋房子只有一个编号。\n"
        "Surveys of several departments in one datum; a building that two of them surveyed is one feature.",
    )
    run("layer", "list")
    with open_store(store).reading() as engine:
        row = engine.execute(_SOMEWHERE).fetchone()
    if row:
        run("locate", str(row[0]))
    run("layer", "map", str(directory / "地图.html"))
    chapter(
        "7. 经济运行 / the economy",
        "统计、财政、银行、海关、供电发布的数，连同每次修订；印错的数有人指出，和人口、法人库对不上的说明差在哪里。\n"
        "Published figures with every revision, checked, and held against the registers of people and firms.",
    )
    run("macro", "show", "GDP", "--last", "6")
    run("macro", "registers")
    run("macro", "brief", _MONTH, "-o", str(directory / "简报.html"))
    chapter(
        "8. 退给部门的反馈表 / what a department gets back",
        "原文件、原行号、原列名，为什么，怎么改；号码已遮盖。",
    )
    report = directory / "rs_insured-反馈.xlsx"
    run("report", "rs_insured", "-o", str(report))
    chapter(
        "接下来 / where to go next",
        f"数据库   {directory / 'city.duckdb'}（任何 DuckDB 工具都能打开 / open it with any DuckDB tool）\n"
        f"收件目录 {directory}/<来源>/<送达日>/，清单 {directory}/_delivery/\n"
        f"标准答案 {directory}/truth/（每一行究竟是谁 / who every row really is）\n"
        f"反馈表   {report}，{directory / '部门间核对.xlsx'}\n"
        f"地图     {directory / '地图.html'}，简报 {directory / '简报.html'}（用浏览器打开 / open them in a browser）\n\n"
        f"export BASEDB_STORE={store}\n"
        "basedb status                     各来源的现状 / where every source stands\n"
        "basedb runs                       运行台账 / what was run\n"
        "basedb dictionary -o 字典.xlsx    数据字典 / the data dictionary\n"
        f'basedb sql "{SUGGESTED}"\n'
        "basedb rebuild                    由归档重建并逐行比较 / rebuild from the archive and compare",
    )
    return 0


def _is_ours(directory: Path) -> bool:
    """Whether the directory is an earlier demonstration, which may be made anew."""
    return (directory / "truth").is_dir() and (directory / "_delivery").is_dir()


if __name__ == "__main__":
    sys.exit(main())

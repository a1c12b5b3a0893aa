"""What a table says below its figures, and when its source is to publish."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

from basedb.domain import Load
from macroeconomy.settings import Settings

#: Kinds of notes, by the first phrase that fits.
_KINDS = (
    ("division_gap", re.compile(r"(?:汇总|合计|之和|相加|总和).{0,12}(?:不等|不一致|不相等|不符|有出入)")),
    ("combined", re.compile(r"合并(?:公布|发布|统计)|一并公布")),
    ("scope", re.compile(r"口径|转列|划转|不可比|统计范围")),
    ("price", re.compile(r"可比价|不变价|现价|当年价")),
    ("symbol", re.compile(r"表示|符号")),
)


def kind_of(text: str) -> str:
    """What a note is about: the kinds of table `note`."""
    bare = "".join(text.split())
    return next((kind for kind, pattern in _KINDS if pattern.search(bare)), "other")


@dataclass(frozen=True)
class WriteNotes:
    """Writes the footnotes of published tables, and the source's release calendar."""

    name: str = "notes"

    def run(self, load: Load) -> int:
        _write_rules(load)
        fed = {target.partition(".")[2]: name for name, targets in load.feeds.items() for target in targets}
        if not {"sheet", "title", "period"} <= fed.keys():
            return 0
        rows = load.engine.execute(
            f"""SELECT a.row_no, i."{fed["sheet"]}", i."{fed["title"]}", i."{fed["period"]}", a.footnote
                FROM (FROM set_aside WHERE footnote IS NOT NULL) a ASOF JOIN incoming i ON a.row_no > i.row_no
                ORDER BY a.row_no"""
        ).fetchall()
        if not rows:
            return 0
        load.engine.register(
            "printed_note",
            pa.table(
                {
                    "row_no": pa.array([row[0] for row in rows], pa.int64()),
                    **{
                        name: pa.array([row[at] for row in rows], pa.string())
                        for at, name in enumerate(("sheet", "title", "period", "text"), 1)
                    },
                    "kind": pa.array([kind_of(row[4]) for row in rows], pa.string()),
                }
            ),
        )
        load.engine.execute(
            f"""INSERT INTO macroeconomy.note (file_id, row_no, source, sheet, title, period, kind, text, run_id)
                SELECT {load.file_id}, row_no, '{load.source}', sheet, title, period, kind, text, {load.run_id}
                FROM printed_note"""
        )
        load.engine.unregister("printed_note")
        return len(rows)


def _write_rules(load: Load) -> None:
    """The contract's release calendar, where it is not that of the store."""
    rules = dict(Settings.of(load.settings).releases)
    known = load.engine.execute(
        "SELECT frequency, days FROM macroeconomy.release_rule WHERE source = ?", [load.source]
    ).fetchall()
    if dict(known) == rules:
        return
    load.session.apply(f"DELETE FROM macroeconomy.release_rule WHERE source = '{load.source}'")
    for frequency, days in rules.items():
        load.engine.execute(
            "INSERT INTO macroeconomy.release_rule (source, frequency, days) VALUES (?, ?, ?)",
            [load.source, frequency, days],
        )

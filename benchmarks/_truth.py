"""The truth of an invented city (its `truth` folder), in the form `basedb evaluate --truth` reads.

    python -m benchmarks._truth CITY/truth truth.parquet

One row per mention: file, row_no, role, true_id, tags. Error channels that name a role (``mother_id_wrong``)
go to that role; those of a name go to everybody in the row.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

# By extract: the column of the truth for every role.
_ROLES = {
    "ga_population": {"self": "person_id"},
    "rs_insured": {"self": "person_id"},
    "wj_births": {"self": "person_id", "mother": "mother_id", "father": "father_id"},
    "wj_deaths": {"self": "person_id"},
    "mz_marriages": {"husband": "husband_id", "wife": "wife_id"},
    "jy_students": {"self": "person_id", "guardian": "guardian_id"},
}


def write_truth(folder: Path, target: Path) -> int:
    """Write the truth of all mentions of people as one Parquet file; returns its rows."""
    parts = []
    for source, roles in _ROLES.items():
        path = folder / f"{source}.parquet"
        if not path.exists():
            continue
        parts += [_mentions(path, role, column, len(roles) > 1) for role, column in roles.items()]
    with duckdb.connect() as engine:
        engine.execute(f"CREATE TABLE truth AS {' UNION ALL '.join(parts)}")
        engine.execute(f"COPY truth TO '{target}' (FORMAT parquet)")
        row = engine.execute("SELECT count(*) FROM truth").fetchone()
        assert row is not None
        return int(row[0])


def _mentions(path: Path, role: str, column: str, several: bool) -> str:
    tags = r"list_filter(string_split(tags, ';'), lambda x: x <> '')"
    if several:
        others = [
            name for name in ("mother", "father", "guardian", "husband", "wife", "child") if name != role
        ]
        foreign = " OR ".join(f"starts_with(x, '{'child' if name == 'self' else name}_')" for name in others)
        own = " OR starts_with(x, 'child_')" if role == "self" else ""
        kept = f"NOT ({foreign}){own}"
        # What is about a number or an address is about the first person of the row.
        if role != "self":
            kept = f"({kept}) AND (starts_with(x, '{role}_') OR starts_with(x, 'name_'))"
        tags = f"list_filter({tags}, lambda x: {kept})"
    return (
        f"SELECT file, row_no::BIGINT AS row_no, '{role}' AS role, {column} AS true_id, {tags} AS tags"
        f" FROM '{path}' WHERE coalesce({column}, '') <> ''"
    )


if __name__ == "__main__":
    print(f"{write_truth(Path(sys.argv[1]), Path(sys.argv[2])):,} mentions -> {sys.argv[2]}")

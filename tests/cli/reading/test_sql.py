"""`basedb sql`: reads only, and puts reads of personal rows on record."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg2
import pytest

from basedb.domain import installed_domains
from basedb.query import parse, reach
from basedb.store import Store, StoreError
from basedb.store.audit_file import append, audit_path, lines
from basedb.store.embedded import EmbeddedStore
from basedb.store.native import QueryError, reading
from basedb.store.postgres import PostgresStore
from tests.cli.reading.conftest import Run, document
from tests.etl.city import City
from tests.population.town import LI, rows


def audited(town: City) -> list[tuple[str, str, str, int]]:
    """(command, purpose, detail, rows) of every recorded read."""
    if isinstance(town.store, EmbeddedStore):
        entries = lines(audit_path(town.store.path))
        return [(e["command"], e["purpose"], e["detail"], e["rows"]) for e in entries]
    found = rows(town, "SELECT command, purpose, detail, rows FROM basedb.audit ORDER BY read_at")
    return [(command, purpose, detail, count) for command, purpose, detail, count in found]


def test_an_answer_as_table_json_and_csv(run: Run) -> None:
    query = "SELECT age_group, residents FROM population.resident_count ORDER BY age_from, sex"
    assert "70-74岁" in run("sql", query).stdout
    told = document(run("sql", query, "--json"))
    assert {"age_group": "70-74岁", "residents": 1} in told
    printed = list(csv.DictReader(io.StringIO(run("sql", query, "--csv").stdout)))
    assert [{**row, "residents": int(row["residents"])} for row in printed] == told


def test_a_query_in_a_file(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "query.sql"
    script.write_text("-- 说明\nSELECT count(*) AS n FROM population.resident_count;\n", "utf-8")
    assert document(run("sql", "-f", str(script), "--json")) == [{"n": 3}]
    assert run("sql").exit_code == 2


def test_personal_reads_are_on_record_and_others_are_not(run: Run, town: City) -> None:
    before = len(audited(town))
    run("sql", "SELECT * FROM population.person_masked")
    run("sql", "SELECT * FROM population.quality")
    assert len(audited(town)) == before
    query = "SELECT name FROM population.person_at(DATE '2026-11-02') ORDER BY name LIMIT 2"
    assert run("sql", query, "--purpose", "核对").exit_code == 0
    unstated = run("sql", "WITH p AS (SELECT * FROM population.resident) SELECT count(*) FROM p")
    assert "population.resident" in unstated.stderr
    assert audited(town)[before:] == [
        ("sql", "核对", query, 2),
        (
            "sql",
            "未说明 / not stated",
            "WITH p AS (SELECT * FROM population.resident) SELECT count(*) FROM p",
            1,
        ),
    ]


def test_what_a_store_says_of_a_value_is_a_read_of_it(run: Run, town: City) -> None:
    before = len(audited(town))
    queries = [
        f"SELECT CAST({value} AS INTEGER) FROM population.person WHERE id_number IS NOT NULL ORDER BY person_id"
        for value in ("name", "id_number || 'x'")
    ]
    for query in queries:
        refused = run("sql", query, "--purpose", "核对")
        assert refused.exit_code == 2 and not re.search("[0-9]{11}", refused.output)
    assert audited(town)[before:] == [("sql", "核对", query, 0) for query in queries]


def test_who_was_looked_at_is_itself_a_personal_row(run: Run, town: City) -> None:
    run(
        "sql",
        "SELECT name FROM population.person WHERE id_number = '411102198001010019'",
        "--purpose",
        "核对",
    )
    before = audited(town)
    assert "411102********0019" in before[-1][2] and "411102198001010019" not in str(before)
    run("sql", "SELECT detail FROM basedb.audit")
    assert len(audited(town)) == len(before) + 1


def test_values_that_no_answer_has_a_form_for(run: Run, town: City) -> None:
    assert document(run("sql", "SELECT CAST('NaN' AS DOUBLE PRECISION) AS x", "--json")) == [{"x": "nan"}]
    beyond = run("sql", "SELECT DATE '99999-01-01' AS d")
    assert (beyond.exit_code, "99999" in beyond.output) == (2 if town.store.kind == "postgresql" else 0, True)


def test_a_query_that_is_no_text(run: Run, tmp_path: Path) -> None:
    script = tmp_path / "query.sql"
    script.write_bytes("SELECT '王'".encode("gb18030"))
    for words in (("-f", str(script)), ("SELECT '\udccd\udcf5'",)):
        refused = run("sql", *words)
        assert (refused.exit_code, refused.stdout) == (2, "") and "UTF-8" in refused.stderr


def test_the_limit_is_told(run: Run) -> None:
    cut = run("sql", "SELECT 1 AS a FROM population.resident_count", "--limit", "2")
    assert "2 行" in cut.stdout
    assert "2" in cut.stderr
    whole = run("sql", "SELECT 1 AS a FROM population.resident_count", "--limit", "3")
    assert whole.stderr == ""


@pytest.mark.parametrize(
    "query",
    [
        "DELETE FROM population.person",
        "UPDATE population.person SET name = ''",
        "SELECT 1; DROP TABLE population.person",
        "CREATE TABLE population.x AS SELECT 1 AS a",
        "COPY population.person TO '/tmp/people.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "SET threads = 1",
        "SELECT * FROM person",
        "SELECT * FROM pg_catalog.pg_stats",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM query('SELECT 1')",
        "SELECT query_to_xml('SELECT name FROM population.person', true, true, '')",
        "SELECT pg_read_file('/etc/passwd')",
        "SUMMARIZE population.person",
        "SELECT nothing FROM population.person",
        "SELECT",
    ],
)  # fmt: skip
def test_what_may_not_be_asked(query: str, run: Run) -> None:
    refused = run("sql", query)
    assert refused.exit_code == 2
    assert refused.stdout == ""
    assert refused.stderr.startswith("错误")


def test_the_store_itself_refuses_writes(town: City) -> None:
    before = rows(town, "SELECT count(*) FROM population.person")
    with reading(town.store) as reader, pytest.raises(QueryError):
        reader.ask("DELETE FROM population.person")
    with reading(town.store) as reader, pytest.raises(QueryError):
        list(reader.ask("WITH gone AS (DELETE FROM population.person RETURNING 1) SELECT * FROM gone").rows)
    assert rows(town, "SELECT count(*) FROM population.person") == before


def test_nothing_is_shown_that_cannot_be_recorded(
    run: Run, town: City, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BASEDB_AUDIT", str(tmp_path / "missing" / "audit.jsonl"))
    with _without_audit_table(town.store):
        refused = run("sql", "SELECT name FROM population.person")
    assert refused.exit_code == 5
    assert "李建国" not in refused.output


@contextmanager
def _without_audit_table(store: Store) -> Iterator[None]:
    """A server's record is a table; an embedded store's is a file, wherever the environment says."""
    if not isinstance(store, PostgresStore):
        yield
        return
    with closing(psycopg2.connect(store.url)) as connection, connection.cursor() as cursor:
        connection.autocommit = True
        cursor.execute("ALTER TABLE basedb.audit RENAME TO audit_elsewhere")
        try:
            yield
        finally:
            cursor.execute("ALTER TABLE basedb.audit_elsewhere RENAME TO audit")


def test_statistics_only_columns_leave_by_no_query(new_marked: City) -> None:
    with reading(new_marked.store) as reader:
        query = parse("SELECT household_no FROM population.household", installed_domains())
        with pytest.raises(QueryError, match="仅供统计"):
            reach(reader, query, installed_domains())


@pytest.fixture
def new_marked(tmp_path: Path, ready_file: Path) -> City:
    """A store in which a column is labelled statistics_only."""
    shutil.copyfile(ready_file, tmp_path / "city.duckdb")
    city = City.at(f"duckdb:///{tmp_path / 'city.duckdb'}", tmp_path)
    with city.store.writing("test") as session:
        session.apply(
            "UPDATE basedb.column_label SET secrecy = 'statistics_only'"
            " WHERE table_name = 'household' AND column_name = 'division_code'"
        )
    return city


def test_the_audit_file_shows_tampering_and_reaches_the_table(new_marked: City) -> None:
    store = new_marked.store
    assert isinstance(store, EmbeddedStore)
    path = audit_path(store.path)
    for number in range(3):
        append(
            path,
            {
                "account": "a",
                "command": "sql",
                "purpose": "核对",
                "detail": f"SELECT {number}",
                "rows": number,
            },
        )
    for _ in range(2):  # the second time adds nothing
        with store.writing("test"):
            pass
    assert rows(new_marked, "SELECT detail, rows FROM basedb.audit ORDER BY read_at") == [
        (f"SELECT {number}", number) for number in range(3)
    ]
    told = path.read_text("utf-8").splitlines()
    told[1] = json.dumps({**json.loads(told[1]), "rows": 0}, ensure_ascii=False)
    path.write_text("\n".join(told) + "\n", "utf-8")
    with pytest.raises(StoreError, match="第 3 行"):
        list(lines(path))


def test_a_reader_killed_at_its_line_stops_no_other(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    entry = {"account": "a", "command": "sql", "purpose": "核对", "rows": 1}
    append(path, {**entry, "detail": "first"})
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert [item["detail"] for item in lines(path)] == ["first"]
    append(path, {**entry, "detail": "second"})
    assert [item["detail"] for item in lines(path)] == ["first", "second"]


def test_a_parsed_query_names_all_it_reads() -> None:
    query = parse(
        "WITH a AS (SELECT 1 FROM population.quality) SELECT (SELECT max(name) FROM Population.Person)"
        " FROM a, population.person_at(DATE '2026-11-02') WHERE EXISTS (SELECT 1 FROM basedb.finding)",
        installed_domains(),
    )
    assert query.relations == {"population.quality", "population.person", "basedb.finding"}
    assert query.functions == {"population.person_at"}
    assert LI not in query.text

"""A domain's analyst views and dated functions: one SQL text, both stores.

A file `views/<nn>_<name>.sql` holds one SELECT. Its leading comment lines say what it makes::

    -- 常住人口（现行）
    -- view: population.resident
    -- column age_group: 年龄组
    -- column name: 姓名（脱敏） [impersonal]

or ``-- function: population.person_at(on_date date) returns population.person_history``: on
PostgreSQL an SQL function, on the embedded store a table macro; both are called the same way.

A column that no line names has the title and labels of the table column of that name; ``[personal]``
and ``[impersonal]`` set the personal-data mark where the view's column differs from the table's.

What is true of every domain (freshness, quality, the review queue) is written once, in `common_views`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import sqlalchemy as sa

from basedb.domain import BaseDomain, Domain
from basedb.store.labels import Label, label_of
from basedb.store.session import Session

_VIEW = re.compile(r"^-- view: (?P<name>[\w.]+)$", re.M)
_FUNCTION = re.compile(
    r"^-- function: (?P<name>[\w.]+)\((?P<arguments>[^)]*)\) returns (?P<returns>[\w.]+)$", re.M
)
_COLUMN = re.compile(
    r"^-- column (?P<name>\w+): (?P<title>.+?)(?: \[(?P<mark>personal|impersonal)\])?$", re.M
)


@dataclass(frozen=True)
class View:
    """One view or dated function; `arguments` is None for a view.

    columns: name → (title, personal-data mark, None to keep the table column's).
    """

    name: str
    title: str
    select: str
    arguments: str | None = None
    returns: str = ""
    columns: tuple[tuple[str, str, bool | None], ...] = ()


_COMMON = Path(__file__).parent / "common_views"


def views_of(domain: BaseDomain) -> list[View]:
    """A domain's own views, then those every domain has unless it has one of that name.

    Common views are written for ``{domain}``; those of a matched ``{entity}`` are for domains that have one,
    and read its view ``{entity}_masked``.
    """
    own = list(read_views(domain.views))
    names = {"{domain}": domain.name}
    if isinstance(domain, Domain):
        names["{entity}"] = domain.entity.name
    there = {view.name for view in own}
    return [*own, *(view for view in read_views(_COMMON, names) if view.name not in there)]


def read_views(directory: Path, names: Mapping[str, str] | None = None) -> Iterator[View]:
    """The views of a folder in file order; ValueError for a file that names none.

    names: what stands for placeholders; a file with one that is not among them is left out.
    """
    for path in sorted(directory.glob("*.sql")):
        text = path.read_text("utf-8")
        for placeholder, name in (names or {}).items():
            text = text.replace(placeholder, name)
        if names is not None and "{entity}" in text:
            continue
        title = text.splitlines()[0].removeprefix("--").strip()
        select = (
            "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
        )
        columns = tuple(
            (match["name"], match["title"], None if match["mark"] is None else match["mark"] == "personal")
            for match in _COLUMN.finditer(text)
        )
        if match := _VIEW.search(text):
            yield View(match["name"], title, select, columns=columns)
        elif match := _FUNCTION.search(text):
            yield View(match["name"], title, select, match["arguments"], match["returns"], columns)
        else:
            raise ValueError(f"{path}: no '-- view:' or '-- function:' line")


def create_views(session: Session, kind: str, domains: Sequence[BaseDomain]) -> None:
    """(Re)create every view of `domains`; dependants are dropped first."""
    for domain in domains:
        views = views_of(domain)
        for view in reversed(views):
            session.apply(_drop(view, kind))
        for view in views:
            for statement in _create(view, kind):
                session.apply(statement)


def view_labels(
    session: Session, kind: str, domain: BaseDomain, tables: Iterable[sa.Table]
) -> Iterator[tuple[str, str, Label]]:
    """(view, column, label) for every column of the domain's views, as they stand in the store.

    `tables` give titles and labels by column name, the first that has it; the entity's master and
    the views before a view come before them.
    """
    known: dict[str, Label] = {}
    first = (domain.entity.master,) if isinstance(domain, Domain) else ()
    for table in (*first, *domain.metadata.sorted_tables, *tables):
        for item in table.columns:
            known.setdefault(item.name, label_of(item))
    for view in views_of(domain):
        if view.arguments is not None:
            continue
        declared = {name: (title, mark) for name, title, mark in view.columns}
        for name in _columns(session, kind, view.name):
            label = known.get(name, Label("", personal=False))
            if name in declared:
                title, mark = declared[name]
                label = replace(label, title=title, personal=label.personal if mark is None else mark)
                known.setdefault(name, label)
            yield view.name, name, label


def _columns(session: Session, kind: str, view: str) -> list[str]:
    """Column names of a view, also of one created in this very transaction."""
    schema, name = view.split(".")
    query = (
        "SELECT column_name FROM information_schema.columns"
        f" WHERE table_schema = '{schema}' AND table_name = '{name}' ORDER BY ordinal_position"
    )
    if kind == "postgresql":
        rows = session.engine.execute(
            "SELECT * FROM postgres_query('store', ?, use_transaction=true)", [query]
        )
    else:
        rows = session.engine.execute(query.replace(" ORDER", " AND table_catalog = 'store' ORDER"))
    return [row[0] for row in rows.fetchall()]


def _drop(view: View, kind: str) -> str:
    if view.arguments is None:
        return f"DROP VIEW IF EXISTS {view.name}"
    if kind == "postgresql":
        return f"DROP FUNCTION IF EXISTS {view.name}({view.arguments})"
    return f"DROP MACRO TABLE IF EXISTS {view.name}"


def _create(view: View, kind: str) -> Iterator[str]:
    if view.arguments is None:
        yield f"CREATE VIEW {view.name} AS {view.select}"
        yield f"COMMENT ON VIEW {view.name} IS '{view.title}'"
    elif kind == "postgresql":
        yield (
            f"CREATE FUNCTION {view.name}({view.arguments}) RETURNS SETOF {view.returns}"
            f" LANGUAGE sql STABLE AS $body$ {view.select} $body$"
        )
        yield f"COMMENT ON FUNCTION {view.name}({view.arguments}) IS '{view.title}'"
    else:
        names = ", ".join(argument.split()[0] for argument in view.arguments.split(","))
        yield f"CREATE MACRO {view.name}({names}) AS TABLE {view.select}"
        yield f"COMMENT ON MACRO TABLE {view.name} IS '{view.title}'"

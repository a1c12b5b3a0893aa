"""A domain's analyst views and dated functions: one SQL text, both stores.

A file `views/<nn>_<name>.sql` holds one SELECT. Its leading comment lines say what it makes::

    -- 常住人口（现行）
    -- view: population.resident

or ``-- function: population.person_at(on_date date) returns population.person_history``: on
PostgreSQL an SQL function, on the embedded store a table macro; both are called the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from basedb.domain import Domain
from basedb.store.session import Session

_VIEW = re.compile(r"^-- view: (?P<name>[\w.]+)$", re.M)
_FUNCTION = re.compile(
    r"^-- function: (?P<name>[\w.]+)\((?P<arguments>[^)]*)\) returns (?P<returns>[\w.]+)$", re.M
)


@dataclass(frozen=True)
class View:
    """One view or dated function; `arguments` is None for a view."""

    name: str
    title: str
    select: str
    arguments: str | None = None
    returns: str = ""


def read_views(directory: Path) -> Iterator[View]:
    """The views of a folder in file order; ValueError for a file that names none."""
    for path in sorted(directory.glob("*.sql")):
        text = path.read_text("utf-8")
        title = text.splitlines()[0].removeprefix("--").strip()
        select = (
            "\n".join(line for line in text.splitlines() if not line.startswith("--")).strip().rstrip(";")
        )
        if match := _VIEW.search(text):
            yield View(match["name"], title, select)
        elif match := _FUNCTION.search(text):
            yield View(match["name"], title, select, match["arguments"], match["returns"])
        else:
            raise ValueError(f"{path}: no '-- view:' or '-- function:' line")


def create_views(session: Session, kind: str, domains: Sequence[Domain]) -> None:
    """(Re)create every view of `domains`; dependants are dropped first."""
    for domain in domains:
        views = list(read_views(domain.views))
        for view in reversed(views):
            session.apply(_drop(view, kind))
        for view in views:
            for statement in _create(view, kind):
                session.apply(statement)


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
    else:
        names = ", ".join(argument.split()[0] for argument in view.arguments.split(","))
        yield f"CREATE MACRO {view.name}({names}) AS TABLE {view.select}"

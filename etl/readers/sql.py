"""A department's database, read through SQLAlchemy."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import sqlalchemy as sa

from etl.contract.model import Contract, ReaderSpec
from etl.readers import codes
from etl.readers.cell_text import cell_text
from etl.readers.result import ReadRefusal, ReadResult
from etl.readers.typed_table import typed_result


def read_sql(path: Path, contract: Contract, spec: ReaderSpec, others: Iterable[Contract] = ()) -> ReadResult:
    """Read a table or a query; the URL, password included, comes from the variable named by `url_env`.

    path: only names the source in messages. ReadRefusal if the variable is unset or the database fails;
    its message never shows the URL.
    """
    variable = spec.options["url_env"]
    url = os.environ.get(variable)
    if not url:
        raise ReadRefusal(
            path,
            codes.NO_CONNECTION,
            f"没有设置环境变量 {variable}（来源数据库的地址）",
            f"the environment variable {variable} with the database URL is not set",
        )
    try:
        engine = sa.create_engine(url)
        with engine.connect() as connection:
            result = connection.execute(_statement(spec))
            names = list(result.keys())
            rows = [[cell_text(value) for value in row] for row in result]
        engine.dispose()
    except (sa.exc.SQLAlchemyError, ImportError) as error:
        kind = type(error).__name__
        raise ReadRefusal(
            path,
            codes.NO_CONNECTION,
            f"读取来源数据库失败（{kind}）",
            f"reading the database failed ({kind})",
        ) from None
    arrays = [pa.array([row[at] for row in rows], pa.string()) for at in range(len(names))]
    return typed_result(path, pa.table(dict(zip(names, arrays, strict=True))), contract, others)


def _statement(spec: ReaderSpec) -> sa.sql.expression.Executable:
    if "query" in spec.options:
        return sa.text(spec.options["query"])
    schema, _, name = spec.options["table"].rpartition(".")
    return sa.select(sa.literal_column("*")).select_from(sa.table(name, schema=schema or None))

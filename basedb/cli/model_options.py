"""What commands about match models ask for, and what may be wrong with the answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
import duckdb

from basedb.cli.exits import Usage
from basedb.domain import Domain
from basedb.linkage.label_file import UnusableLabels
from basedb.linkage.model import InvalidModel
from basedb.linkage.spark import SparkMissing
from basedb.linkage.versions import NoSuchVersion, active_number
from etl.revision import DUCKDB, ENGINES

engine_option = click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default=DUCKDB,
    show_default=True,
    help="启用时由谁重新评分：本机，或 Spark（超出一台机器时） / what scores everything again",
)


def number_of(engine: duckdb.DuckDBPyConnection, domain: Domain, version: str | None) -> int:
    """A version by its number, or `active` (also where nothing was said)."""
    if version is None or version == "active":
        return active_number(engine, domain.entity)
    if not version.isdecimal():
        raise Usage(f"版本应是数字或 active，不是 {version} / a version is a number, or active")
    return int(version)


@contextmanager
def unlike() -> Iterator[None]:
    """What cannot be done as asked, in one line."""
    try:
        yield
    except (InvalidModel, NoSuchVersion, SparkMissing, UnusableLabels) as error:
        raise Usage(str(error)) from error

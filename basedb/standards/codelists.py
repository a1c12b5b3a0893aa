"""Where code lists live: shipped beside this module, or replaced file by file in a site's directory."""

from __future__ import annotations

import importlib.resources
import os
from functools import lru_cache
from pathlib import Path

import pandas as pd

ENVIRONMENT = "BASEDB_CODELISTS"


def directory() -> str:
    """The site's directory of code lists, or '' when only the shipped ones apply."""
    return os.environ.get(ENVIRONMENT, "")


def read_csv(file_name: str, site: str | None = None) -> pd.DataFrame:
    """A code list file as text columns, empty cells as ''; the site's file wins over the shipped one.

    Raises FileNotFoundError if neither exists.
    """
    return _read_csv(file_name, directory() if site is None else site).copy()


@lru_cache(maxsize=64)
def _read_csv(file_name: str, site: str) -> pd.DataFrame:
    replacement = Path(site) / Path(file_name).name if site else None
    if replacement is not None and replacement.is_file():
        return pd.read_csv(replacement, dtype=str, keep_default_na=False)
    shipped = importlib.resources.files("basedb.standards") / "data" / file_name
    with importlib.resources.as_file(shipped) as path:
        return pd.read_csv(path, dtype=str, keep_default_na=False)


def file_names(folder: str, site: str | None = None) -> list[str]:
    """Names of the CSV files in a shipped folder and, flat, in the site's directory."""
    site = directory() if site is None else site
    data = importlib.resources.files("basedb.standards") / "data"
    names = {entry.name for entry in (data / folder).iterdir() if entry.name.endswith(".csv")}
    if site:
        not_lists = {entry.name for entry in data.iterdir()}
        names |= {path.name for path in Path(site).glob("*.csv")} - not_lists
    return sorted(names)

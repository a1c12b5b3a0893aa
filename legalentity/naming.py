"""Names of organisations as registers fill the column in: a number is no name."""

from __future__ import annotations

import numpy as np
import pandas as pd

from basedb.findings import Severity, Standardized, define
from basedb.standards import organizations

NAME_IS_NUMBER = define(
    "organization.name_is_number",
    Severity.WARNING,
    "名称栏填写的是号码",
    "the name column holds a number",
)

_MOVE_NUMBER = "移至代码或证件号码栏，另填名称 / a number belongs into its own column"
_NUMBER = r"[0-9A-Za-z\-]*\d{8,}[0-9A-Za-z\-]*"


def organization_name(series: pd.Series) -> Standardized:
    """Read a column of names as `basedb.standards.organizations.organization_name` does.

    A code or an identity number in the column is no name: NA, with a finding. Names are public, identity
    numbers are not; and a register whose columns are swapped does not name its organisations by their codes.
    """
    read = organizations.organization_name(series)
    numbers = np.flatnonzero(read.columns["name"].str.fullmatch(_NUMBER).fillna(False).to_numpy(bool))
    if not len(numbers):
        return read
    columns = read.columns.copy()
    columns.iloc[numbers] = pd.NA
    found = pd.DataFrame({"position": numbers, "code": NAME_IS_NUMBER, "suggestion": _MOVE_NUMBER})
    return Standardized(columns, pd.concat([read.findings, found], ignore_index=True))

"""The checks a contract declares over single columns: required values and rules."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from basedb.findings import Severity, define
from etl.contract.model import Check, Contract

REQUIRED = define("value.required", Severity.ERROR, "必填项为空", "a required value is blank")
_RULES = {
    "not_blank": define("check.not_blank", Severity.WARNING, "不应为空", "the value should not be blank"),
    "pattern": define(
        "check.pattern", Severity.WARNING, "格式不符合约定", "the value does not have the agreed form"
    ),
    "in_list": define(
        "check.in_list", Severity.WARNING, "值不在约定范围", "the value is not in the agreed list"
    ),
    "range": define(
        "check.range", Severity.WARNING, "数值超出约定范围", "the value is outside the agreed range"
    ),
    "length": define(
        "check.length", Severity.WARNING, "长度不符合约定", "the value does not have the agreed length"
    ),
}

FINDING_COLUMNS = ("row_no", "column_name", "code", "value", "suggestion", "failed", "severity")


def finding_rows(
    row_no: Any,
    column: str | pd.Series,
    code: Any,
    value: Any,
    suggestion: Any,
    failed: Any,
    severity: str | None = None,
) -> pd.DataFrame:
    """Findings as rows of FINDING_COLUMNS; Arrow arrays and scalars are welcome.

    severity: what the findings weigh here, where that is not what their type weighs.
    """
    numbers = row_no.to_pandas() if isinstance(row_no, pa.Array | pa.ChunkedArray) else row_no
    return pd.DataFrame(
        {
            "row_no": pd.Series(numbers).to_numpy(),
            "column_name": column.to_numpy() if isinstance(column, pd.Series) else column,
            "code": _plain(code),
            "value": _plain(value),
            "suggestion": _plain(suggestion),
            "failed": failed.to_numpy() if isinstance(failed, pd.Series) else failed,
            "severity": severity,
        }
    )


def _plain(values: Any) -> Any:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values.to_pandas().to_numpy(object)
    return (
        values.astype(object).where(values.notna(), None).to_numpy()
        if isinstance(values, pd.Series)
        else values
    )


def contract_findings(contract: Contract, rows: pa.Table) -> pd.DataFrame:
    """Every breach of the contract's column rules in raw `rows` (row_no and the read columns)."""
    found = [pd.DataFrame(columns=list(FINDING_COLUMNS))]
    for name, column in contract.columns.items():
        if column.required:
            blank = _blank(rows[name])
            found.append(_breaches(rows, name, blank, REQUIRED, column.on_failure == "quarantine"))
    for check in contract.checks:
        broken, failed = _broken(check, rows[check.column]), check.on_failure == "quarantine"
        found.append(_breaches(rows, check.column, broken, _RULES[check.rule], failed, check.severity))
    return pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)


def _blank(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(pc.utf8_trim_whitespace(values), ""), True)


def _broken(check: Check, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether each value breaks the rule; blank values only break `not_blank`."""
    text = pc.utf8_trim_whitespace(values)
    if check.rule == "not_blank":
        return _blank(values)
    if check.rule == "pattern":
        holds = pc.match_substring_regex(text, f"^(?:{check.value})$")
    elif check.rule == "in_list":
        holds = pc.is_in(text, pa.array([str(item) for item in check.value], text.type))
    elif check.rule == "length":
        low, high = _bounds(check.value)
        size = pc.utf8_length(text)
        holds = pc.and_(pc.greater_equal(size, int(low)), pc.less_equal(size, int(high)))
    else:
        low, high = _bounds(check.value)
        numbers = pa.chunked_array([pa.array(pd.to_numeric(text.to_pandas(), errors="coerce"), pa.float64())])
        holds = pc.and_(pc.greater_equal(numbers, float(low)), pc.less_equal(numbers, float(high)))
    return pc.and_(pc.invert(_blank(values)), pc.invert(pc.fill_null(holds, False)))


def _bounds(value: Any) -> tuple[Any, Any]:
    """`[low, high]`, or one number for both."""
    return (value[0], value[1]) if isinstance(value, list | tuple) else (value, value)


def _breaches(
    rows: pa.Table,
    column: str,
    broken: pa.ChunkedArray,
    code: str,
    failed: bool,
    severity: str | None = None,
) -> pd.DataFrame:
    positions = pc.indices_nonzero(broken)
    return finding_rows(
        rows["row_no"].take(positions), column, code, rows[column].take(positions), None, failed, severity
    )

"""What can be wrong with a printed figure, or with where it stands."""

from __future__ import annotations

from basedb.findings import Severity, define

PERIOD = define("macro.period_unreadable", Severity.ERROR, "时期无法识别", "the period cannot be read")
DIVISION = define(
    "macro.division_unknown",
    Severity.ERROR,
    "地区不在本市范围内或无法识别",
    "the division is unknown or not part of the territory",
)
INDICATOR = define(
    "macro.indicator_unknown",
    Severity.ERROR,
    "指标不在指标目录中，请在目录或合同中登记别名",
    "the indicator is not on the list; register the name as an alias",
)
HEADER = define(
    "macro.header_unknown",
    Severity.WARNING,
    "表头无法识别，该列数据未采用",
    "the header cannot be understood; its figures were not taken",
)
UNIT = define(
    "macro.unit_unknown",
    Severity.WARNING,
    "计量单位缺失或与指标不符，数据未采用",
    "the unit is missing or does not fit the indicator; the figure was not taken",
)
NO_NUMBER = define(
    "macro.not_a_number", Severity.WARNING, "数值栏内不是数字，未采用", "text where a figure belongs"
)
MERGED = define(
    "macro.merged_value",
    Severity.WARNING,
    "数值单元格跨行或跨列合并，归属不明，未采用",
    "a figure in a merged cell belongs to no one place; it was not taken",
)
FORMULA = define(
    "macro.formula_without_value",
    Severity.WARNING,
    "公式没有结果，未采用",
    "a formula without a result",
)
MISSING = define("macro.value_missing", Severity.WARNING, "应有数值而为空", "a figure is missing")
AS_TEXT = define(
    "macro.number_as_text",
    Severity.INFO,
    "数字以文本形式存放，已按数字读取",
    "a number kept as text; read as the number",
)
REPEATED = define(
    "macro.figure_repeated",
    Severity.WARNING,
    "同一行内同一指标同一时期出现两次，只取第一个",
    "a row gives one figure twice; the first was taken",
)

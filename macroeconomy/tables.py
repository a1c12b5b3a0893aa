"""Tables of the macroeconomic base."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from basedb.master.tables import INSTANT, source_record_table
from basedb.store.labels import Secrecy, Sharing, column

SCHEMA = "macroeconomy"
metadata = sa.MetaData()

# Published figures are nobody's personal data and meant to be read.
_open = partial(column, sharing=Sharing.UNCONDITIONAL, secrecy=Secrecy.PUBLIC)

source_record = source_record_table(metadata, SCHEMA)

indicator = sa.Table(
    "indicator",
    metadata,
    _open("indicator", sa.Text, "指标代码", primary_key=True),
    _open("name", sa.Text, "指标名称", required=True),
    _open("kind", sa.Text, "性质：flow 流量、stock 存量、index 指数", required=True),
    _open("unit", sa.Text, "换算单位"),
    _open("frequency", sa.Text, "频率：M 月、Q 季、A 年", required=True),
    _open("aggregation", sa.Text, "县区汇总方式：sum 相加、none 不可加", required=True),
    _open("price", sa.Text, "数值的价格基础：current 现价、constant 可比价"),
    _open("growth_price", sa.Text, "增速的价格基础"),
    _open("parent", sa.Text, "上级指标（其中项）"),
    _open("direction", sa.Text, "方向：positive 越高越好、negative 越低越好"),
    _open("department", sa.Text, "主管部门"),
    _open("definition", sa.Text, "指标解释"),
    _open("aliases", sa.Text, "别名（以 | 分隔）"),
    schema=SCHEMA,
    comment="指标目录",
)

series = sa.Table(
    "series",
    metadata,
    _open("series_id", sa.BigInteger, "序列编号", primary_key=True),
    _open("indicator", sa.Text, "指标代码", required=True),
    _open("division", sa.Text, "统计用区划代码（12位）", required=True),
    _open("frequency", sa.Text, "频率：M 月、Q 季、H 半年、A 年", required=True),
    _open(
        "basis",
        sa.Text,
        "口径：cur 当期、ytd 累计、ytd_yoy 累计同比、cur_yoy 当期同比、stock 期末、stock_yoy 期末同比、index 指数",
        required=True,
    ),
    _open("price", sa.Text, "价格基础：current 现价、constant 可比价，无则为空", required=True),
    _open("reference", sa.Text, "指数的对比期（上年同月等），其他为空", required=True),
    _open("unit", sa.Text, "换算单位", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("series_indicator", "indicator", "division"),
    schema=SCHEMA,
    comment="序列：指标×地区×频率×口径×价格基础",
)

observation = sa.Table(
    "observation",
    metadata,
    _open("observation_id", sa.BigInteger, "观测编号", primary_key=True),
    _open("series_id", sa.BigInteger, "序列编号", required=True),
    _open("indicator", sa.Text, "指标代码", required=True),
    _open("division", sa.Text, "统计用区划代码（12位）", required=True),
    _open("frequency", sa.Text, "频率", required=True),
    _open("period", sa.Text, "时期：2012、2012-H1、2012-Q3、2012-07", required=True),
    _open("period_end", sa.Date, "时期最后一天", required=True),
    _open("basis", sa.Text, "口径", required=True),
    _open("price", sa.Text, "价格基础", required=True),
    _open("value", sa.Double, "数值（所印）；撤销的为空"),
    _open("unit", sa.Text, "单位（所印）", required=True),
    _open("normal_value", sa.Double, "按指标换算单位的数值"),
    _open("normal_unit", sa.Text, "换算单位", required=True),
    _open("decimals", sa.SmallInteger, "所印小数位数", required=True),
    _open("printed", sa.Text, "单元格原文"),
    _open(
        "status",
        sa.Text,
        "状态：preliminary 初步、revised 修订、final 最终、benchmark 普查修订",
        required=True,
    ),
    _open("status_rank", sa.SmallInteger, "状态次序（1至4）", required=True),
    _open("action", sa.Text, "动作：insert 首次、revise 修订、delete 撤销", required=True),
    _open("slot", sa.Text, "同一行内的栏：previous 修订前、revised 修订后，其他为空", required=True),
    _open("released_at", sa.Date, "发布日期", required=True),
    _open("released_inferred", sa.Boolean, "发布日期是否以送达日期代替", required=True),
    _open("current_from", sa.Date, "自该日起为现行数", required=True),
    _open("current_to", sa.Date, "至该日止为现行数（9999-12-31 为至今）", required=True),
    _open("priority", sa.SmallInteger, "来源优先级", required=True),
    _open("source", sa.Text, "来源", required=True),
    _open("source_key", sa.Text, "来源行主键", required=True),
    _open("cell", sa.Text, "单元格位置", required=True),
    _open("record_id", sa.BigInteger, "来源记录编号", required=True),
    _open("file_id", sa.BigInteger, "文件编号", required=True),
    _open("row_no", sa.BigInteger, "文件内数据行号（从1起）", required=True),
    _open("known_from", INSTANT, "我方获知时间", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("observation_series", "series_id", "period"),
    sa.Index("observation_source_key", "source_key"),
    sa.Index("observation_released", "released_at"),
    schema=SCHEMA,
    comment="观测值：每个发布的数的每个版本，只增不改（现行区间除外）",
)

observation_issue = sa.Table(
    "observation_issue",
    metadata,
    _open("observation_id", sa.BigInteger, "观测编号", required=True),
    _open("code", sa.Text, "问题代码", required=True),
    _open("expected", sa.Double, "按其他数据推算应为（所印单位）"),
    _open("evidence", sa.Text, "依据"),
    _open("file_id", sa.BigInteger, "发现问题的文件编号", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("observation_issue_observation", "observation_id"),
    schema=SCHEMA,
    comment="观测值的疑点：数值照印保存，疑点在旁",
)

cell_account = sa.Table(
    "cell_account",
    metadata,
    column("file_id", sa.BigInteger, "文件编号", primary_key=True),
    column(
        "outcome",
        sa.Text,
        "去向：inserted 新增、revised 修订、unchanged 未变、nothing 无数据符号、rejected 无法采用、quarantined 随行隔离",
        primary_key=True,
    ),
    column("cells", sa.BigInteger, "单元格数", required=True),
    schema=SCHEMA,
    comment="单元格账：每个文件的每个单元格都有去向",
)

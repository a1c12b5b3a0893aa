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
    # In front: a server reads a row from its first column on, and most rows of the past are told by these.
    _open("current_from", sa.Date, "自该日起为现行数", required=True),
    _open("current_to", sa.Date, "至该日止为现行数（9999-12-31 为至今）", required=True),
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
    _open("vintage", sa.Integer, "第几次发布的数（从1起，只计数值有变的；未变的和撤销的为空）"),
    _open("first_value", sa.Double, "首次发布数（换算单位）"),
    _open("previous_value", sa.Double, "上一版（换算单位），首版为空"),
    _open("priority", sa.SmallInteger, "来源优先级", required=True),
    _open("source", sa.Text, "来源", required=True),
    _open("source_key", sa.Text, "来源行主键", required=True),
    _open("cell", sa.Text, "单元格位置", required=True),
    _open("record_id", sa.BigInteger, "来源记录编号", required=True),
    _open("file_id", sa.BigInteger, "文件编号", required=True),
    _open("row_no", sa.BigInteger, "文件内数据行号（从1起）", required=True),
    _open("known_from", INSTANT, "我方获知时间", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    # Each ends with the reign, so that a server leaves other vintages out before it reads a row.
    sa.Index("observation_figure", "indicator", "division", "basis", "period", "current_from", "current_to"),
    sa.Index("observation_series_period", "series_id", "period", "current_from", "current_to"),
    sa.Index("observation_period", "period", "current_from", "current_to"),
    sa.Index("observation_source_key", "source_key"),
    sa.Index("observation_released", "released_at"),
    schema=SCHEMA,
    comment="观测值：每个发布的数的每个版本，只增不改（现行区间和版次除外）",
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

note = sa.Table(
    "note",
    metadata,
    _open("file_id", sa.BigInteger, "文件编号", primary_key=True),
    _open("row_no", sa.BigInteger, "文件内数据行号（从1起）", primary_key=True),
    _open("source", sa.Text, "来源", required=True),
    _open("sheet", sa.Text, "工作表"),
    _open("title", sa.Text, "表题"),
    _open("period", sa.Text, "表题所写时期"),
    _open(
        "kind",
        sa.Text,
        "种类：division_gap 县区合计不等于全市、scope 口径变动、combined 合并公布、price 价格基础、"
        "symbol 符号说明、other 其他",
        required=True,
    ),
    _open("text", sa.Text, "注释原文", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="表注：随表公布的说明",
)

release_rule = sa.Table(
    "release_rule",
    metadata,
    _open("source", sa.Text, "来源", primary_key=True),
    _open("frequency", sa.Text, "频率", primary_key=True),
    _open("days", sa.Integer, "期末之后多少天应当发布", required=True),
    schema=SCHEMA,
    comment="发布日历：各来源各频率的应发布时限",
)

register_count = sa.Table(
    "register_count",
    metadata,
    _open("subject", sa.Text, "计数对象：resident 常住人口登记、enterprise 企业登记", primary_key=True),
    _open("indicator", sa.Text, "可比的指标代码", primary_key=True),
    _open("division", sa.Text, "统计用区划代码（12位）", primary_key=True),
    _open("period", sa.Text, "月份", primary_key=True),
    _open("period_end", sa.Date, "月末", required=True),
    _open("registered", sa.BigInteger, "月末登记数", required=True),
    _open("factor", sa.Double, "指标换算单位含多少个", required=True),
    _open("reconstructed", sa.Boolean, "早于登记数据起点，由现存记录倒推，不含此前离开者", required=True),
    _open("published_at", INSTANT, "写入时间", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="登记数：人口库、法人库每月末的登记数，用于与公布数比对",
)

discrepancy = sa.Table(
    "discrepancy",
    metadata,
    _open("code", sa.Text, "问题代码", required=True),
    _open("source", sa.Text, "来源", required=True),
    _open("department", sa.Text, "责任部门"),
    _open("indicator", sa.Text, "指标代码", required=True),
    _open("division", sa.Text, "统计用区划代码（12位）", required=True),
    _open("frequency", sa.Text, "频率", required=True),
    _open("basis", sa.Text, "口径", required=True),
    _open("period", sa.Text, "时期（多期的为最近一期）", required=True),
    _open("periods", sa.BigInteger, "涉及期数", required=True),
    _open("published", sa.Double, "公布数（换算单位）"),
    _open("expected", sa.Double, "对照数（换算单位）"),
    _open("explanation", sa.Text, "说明"),
    _open("published_at", INSTANT, "发现时间", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="数据之外的出入：公布的县区差额、与登记数的差异、迟发布与缺发布；消失即删除",
)

division_change = sa.Table(
    "division_change",
    metadata,
    _open("from_division", sa.Text, "变更前的地区（12位代码）", primary_key=True),
    _open(
        "to_division",
        sa.Text,
        "变更后的地区（12位代码），与变更前相同者为区域有变而代码未变",
        primary_key=True,
    ),
    _open("effective", sa.Date, "生效日期（只知年份者为该年1月1日）", primary_key=True),
    _open("continues", sa.Boolean, "变更前的地区此后是否仍在", required=True),
    _open("published_at", INSTANT, "写入时间", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="区划变更：换码、合并、分设后，哪个地区成为哪个地区（空间库沿革与全国区划代码表）",
)

rebased_figure = sa.Table(
    "rebased_figure",
    metadata,
    _open("indicator", sa.Text, "指标代码", primary_key=True),
    _open("division", sa.Text, "现行区划代码（12位）", primary_key=True),
    _open("frequency", sa.Text, "频率", primary_key=True),
    _open("period", sa.Text, "时期", primary_key=True),
    _open("period_end", sa.Date, "时期最后一天", required=True),
    _open("basis", sa.Text, "口径", primary_key=True),
    _open("price", sa.Text, "价格基础", primary_key=True),
    _open("normal_value", sa.Double, "按今日区划推算的数（换算单位）", required=True),
    _open("normal_unit", sa.Text, "换算单位", primary_key=True),
    _open("rule", sa.Text, "规则：recoded 换码沿用、merged 合并相加、apportioned 按比重拆分", required=True),
    _open("members", sa.Text, "所据地区当时的代码（以 + 相连）", required=True),
    _open("effective", sa.Date, "最近一次变更的生效日期", required=True),
    _open("current_from", sa.Date, "自该日起应当引用", primary_key=True),
    _open("current_to", sa.Date, "至该日止应当引用（9999-12-31 为至今）", required=True),
    _open("published_at", INSTANT, "写入时间", required=True),
    _open("run_id", sa.BigInteger, "运行编号", required=True),
    schema=SCHEMA,
    comment="按今日区划推算的数：变更前公布的数换到现行区划上，每个版本及其现行区间",
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

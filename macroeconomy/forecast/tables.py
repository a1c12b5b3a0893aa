"""Tables of what was forecast, and when: rows are added and never changed."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa

from basedb.master.tables import INSTANT
from basedb.store.labels import Secrecy, Sharing, column
from macroeconomy.tables import SCHEMA, metadata

# A forecast is for those who decide, until the statistics office says otherwise.
_own = partial(column, sharing=Sharing.CONDITIONAL, secrecy=Secrecy.INTERNAL)

forecast = sa.Table(
    "forecast",
    metadata,
    _own("forecast_id", sa.BigInteger, "预测编号", primary_key=True),
    _own("series_id", sa.BigInteger, "序列编号", required=True),
    _own("indicator", sa.Text, "指标代码", required=True),
    _own("division", sa.Text, "统计用区划代码（12位）", required=True),
    _own("frequency", sa.Text, "频率", required=True),
    _own("basis", sa.Text, "口径", required=True),
    _own("price", sa.Text, "价格基础", required=True),
    _own("period", sa.Text, "所预测的时期", required=True),
    _own("period_end", sa.Date, "时期最后一天", required=True),
    _own("vintage", sa.Date, "所据数据截至日：只用该日已发布的数", required=True),
    _own("origin", sa.Text, "所据的最后时期", required=True),
    _own("horizon", sa.SmallInteger, "向前第几期", required=True),
    _own("model", sa.Text, "模型", required=True),
    _own("model_version", sa.Text, "模型版本", required=True),
    _own("scenario", sa.Text, "情景，基准为空", required=True),
    _own("value", sa.Double, "预测值（换算单位）", required=True),
    _own("deviation", sa.Double, "预测误差的标准差", required=True),
    _own("unit", sa.Text, "换算单位", required=True),
    _own("inputs", sa.Text, "所据数据的指纹", required=True),
    _own("figures", sa.Integer, "所据时期数", required=True),
    _own("repaired", sa.Integer, "其中以推算值代替疑点的个数", required=True),
    _own("filled", sa.Integer, "其中补齐的个数", required=True),
    _own("made_at", INSTANT, "预测时间", required=True),
    _own("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("forecast_series", "series_id", "period"),
    schema=SCHEMA,
    comment="预测：某日已知数据下对某时期的预测，只增不改",
)

forecast_quantile = sa.Table(
    "forecast_quantile",
    metadata,
    _own("forecast_id", sa.BigInteger, "预测编号", primary_key=True),
    _own("probability", sa.Double, "概率（0至1）", primary_key=True),
    _own("value", sa.Double, "以该概率不超过的值（换算单位）", required=True),
    schema=SCHEMA,
    comment="预测分位数",
)

#: What a rebuild copies: it was said once, by a model of its time.
SAID = (forecast, forecast_quantile)

"""The ledgers in schema ``basedb``: who loaded what, what became of every row, what people decided."""

from __future__ import annotations

import sqlalchemy as sa

from basedb.store.labels import column

metadata = sa.MetaData(schema="basedb")
_Instant = sa.DateTime(timezone=True)

migration = sa.Table(
    "migration",
    metadata,
    column("component", sa.Text, "组成部分", primary_key=True),
    column("version", sa.Integer, "版本", primary_key=True),
    column("name", sa.Text, "名称", required=True),
    column("applied_at", _Instant, "执行时间", required=True),
    comment="结构变更记录",
)

column_label = sa.Table(
    "column_label",
    metadata,
    column("table_schema", sa.Text, "模式", primary_key=True),
    column("table_name", sa.Text, "表", primary_key=True),
    column("column_name", sa.Text, "列", primary_key=True),
    column("title", sa.Text, "中文名"),
    column("owner", sa.Text, "责任部门"),
    column("sharing", sa.Text, "共享类型"),
    column("secrecy", sa.Text, "密级标签"),
    column("personal", sa.Boolean, "是否个人信息", required=True),
    comment="列标签：责任部门、共享类型、密级、个人信息标记",
)

counter = sa.Table(
    "counter",
    metadata,
    column("name", sa.Text, "计数器", primary_key=True),
    column("next_value", sa.BigInteger, "下一个值", required=True),
    comment="编号计数器，在发布事务内推进",
)

run = sa.Table(
    "run",
    metadata,
    column("run_id", sa.BigInteger, "运行编号", primary_key=True),
    column("command", sa.Text, "命令", required=True),
    column("account", sa.Text, "操作账号"),
    column("started_at", _Instant, "开始时间", required=True),
    column("finished_at", _Instant, "结束时间", required=True),
    column(
        "status", sa.Text, "状态：published 已发布、failed 失败、held 待人工、refused 拒收", required=True
    ),
    column("message", sa.Text, "说明"),
    column("basedb_version", sa.Text, "软件版本"),
    comment="运行台账：每次发布或失败一行",
)

delivery = sa.Table(
    "delivery",
    metadata,
    column("file_id", sa.BigInteger, "文件编号", primary_key=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    column("source", sa.Text, "来源", required=True),
    column("domain", sa.Text, "基础库：一份文件由提到的每个基础库各入一次", required=True),
    column("file_name", sa.Text, "文件名（相对收件目录）", required=True),
    column("sha256", sa.Text, "文件指纹", required=True),
    column("bytes", sa.BigInteger, "字节数", required=True),
    column("as_of", sa.Date, "数据日期", required=True),
    column("scope", sa.Text, "范围"),
    column("mode", sa.Text, "方式：snapshot 全量、delta 增量、waiver 放行的行", required=True),
    column("received_at", _Instant, "收到时间", required=True),
    column("due_at", _Instant, "按合同应在此前送达（含宽限）"),
    column("contract_version", sa.Text, "合同版本", required=True),
    column(
        "status",
        sa.Text,
        "状态：loaded 已入库、current 内容与现状相同、held 待人工、refused 拒收、missing 清单有而未送达",
        required=True,
    ),
    column("reason", sa.Text, "原因代码"),
    column("message", sa.Text, "说明"),
    column("late", sa.Boolean, "是否迟到（已有更新数据）", required=True),
    *(
        column(name, sa.BigInteger, zh, required=True)
        for name, zh in (
            ("rows_read", "读入行数"),
            ("added", "新增"),
            ("changed", "变更"),
            ("unchanged", "未变"),
            ("duplicate", "重复"),
            ("superseded", "仅入历史"),
            ("retired", "注销"),
            ("ignored", "非数据"),
            ("quarantined", "隔离"),
            ("absent", "全量中消失（不计入行数）"),
        )
    ),
    comment="文件台账：每份送达文件的去向与行数账",
)

step = sa.Table(
    "step",
    metadata,
    column("run_id", sa.BigInteger, "运行编号", primary_key=True),
    column("file_id", sa.BigInteger, "文件编号", primary_key=True),
    column("position", sa.Integer, "次序", primary_key=True),
    column("stage", sa.Text, "环节", required=True),
    column("rows", sa.BigInteger, "行数"),
    column("seconds", sa.Double, "用时（秒）", required=True),
    comment="环节台账：每个环节的行数与用时",
)

row_outcome = sa.Table(
    "row_outcome",
    metadata,
    column("file_id", sa.BigInteger, "文件编号", primary_key=True),
    column("first_row", sa.BigInteger, "起始行", primary_key=True),
    column("last_row", sa.BigInteger, "终止行", required=True),
    column("outcome", sa.Text, "去向", required=True),
    comment="每一行的去向，相邻同去向的行合为一段",
)

finding = sa.Table(
    "finding",
    metadata,
    column("file_id", sa.BigInteger, "文件编号", required=True),
    column("row_no", sa.BigInteger, "原文件行号"),
    column("source_key", sa.Text, "来源主键", personal=True),
    column("column_name", sa.Text, "列名（部门原名）"),
    column("code", sa.Text, "问题代码", required=True),
    column("severity", sa.Text, "级别", required=True),
    column("value", sa.Text, "原值", personal=True),
    column("suggestion", sa.Text, "建议", personal=True),
    comment="数据问题：每个问题一行",
)

quarantine = sa.Table(
    "quarantine",
    metadata,
    column("quarantine_id", sa.BigInteger, "隔离编号", primary_key=True),
    column("source", sa.Text, "来源", required=True),
    column("domain", sa.Text, "基础库", required=True),
    column("source_key", sa.Text, "来源主键", personal=True),
    column("digest", sa.Uuid, "行指纹"),
    column("file_id", sa.BigInteger, "首次出现的文件", required=True),
    column("row_no", sa.BigInteger, "行号", required=True),
    column("last_file_id", sa.BigInteger, "最近出现的文件", required=True),
    column("raw", sa.Text, "原始内容", personal=True),
    column("codes", sa.Text, "问题代码", required=True),
    column(
        "state", sa.Text, "状态：open 待处理、resent 已退回部门、fixed 已更正、waived 已放行", required=True
    ),
    column("state_changed_at", _Instant, "状态变更时间", required=True),
    column("decided_by", sa.Text, "处理人"),
    column("reason", sa.Text, "处理理由"),
    comment="隔离区：未接收的行及其处理过程",
)

decision = sa.Table(
    "decision",
    metadata,
    column("decision_id", sa.BigInteger, "决定编号", primary_key=True),
    column(
        "kind",
        sa.Text,
        "类型：waive 放行、release 放行文件、resend 退回、judge 判定、withdraw 撤回判定、unsure 未能判定、model 启用模型",
        required=True,
    ),
    column("source", sa.Text, "来源，或所判定、所启用模型的基础库"),
    column("subject", sa.Text, "对象：行指纹、文件指纹、判定编号、提及编号或模型版本", required=True),
    column("made_by", sa.Text, "决定人", required=True),
    column("made_at", _Instant, "决定时间", required=True),
    column("after_file_id", sa.BigInteger, "作出决定时最后入库的文件", required=True),
    column("reason", sa.Text, "理由", required=True),
    comment="人工决定记录，重建时重放",
)

contract = sa.Table(
    "contract",
    metadata,
    column("source", sa.Text, "来源", primary_key=True),
    column("version", sa.Text, "合同版本", primary_key=True),
    column("domain", sa.Text, "所属基础库", required=True),
    column("title", sa.Text, "名称", required=True),
    column("department", sa.Text, "部门"),
    column("mandatory_columns", sa.Integer, "必填列数", required=True),
    column("columns", sa.Text, "原始列名（JSON 数组，与原始内容次序一致）", required=True),
    column("content", sa.Text, "合同全文（YAML）", required=True),
    column("first_used_at", _Instant, "首次使用时间", required=True),
    comment="来源合同的每个版本",
)

code_list = sa.Table(
    "code_list",
    metadata,
    column("list", sa.Text, "代码表", primary_key=True),
    column("code", sa.Text, "代码", primary_key=True),
    column("label", sa.Text, "中文名称", required=True),
    column("valid_from", sa.Date, "有效起始", primary_key=True),
    column("valid_to", sa.Date, "有效终止（9999-12-31 为至今）", required=True),
    comment="代码表：代码与中文名称，含历史有效期",
)

redirect = sa.Table(
    "redirect",
    metadata,
    column("entity", sa.Text, "实体（模式.表）", primary_key=True),
    column("from_id", sa.BigInteger, "被并入的编号", primary_key=True),
    column("to_id", sa.BigInteger, "并入到的编号", required=True),
    column("known_from", _Instant, "生效时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    column("reason", sa.Text, "依据", required=True),
    # The oldest mention of the merged entity: should the entities part again, the id leads where it went.
    column("anchor", sa.BigInteger, "被并入实体最早的提及编号"),
    comment="实体编号合并去向，编号不复用",
)

judgement = sa.Table(
    "judgement",
    metadata,
    column("judgement_id", sa.BigInteger, "判定编号", primary_key=True),
    column("entity", sa.Text, "实体（模式.表）", required=True),
    column("verdict", sa.Text, "判定：same 同一、different 不同", required=True),
    column("a", sa.BigInteger, "提及编号（较小）", required=True),
    column("b", sa.BigInteger, "提及编号（较大）", required=True),
    column("made_by", sa.Text, "判定人", required=True),
    column("made_at", _Instant, "判定时间", required=True),
    column("reason", sa.Text, "理由", required=True),
    column("withdrawn_by", sa.Text, "撤回人"),
    column("withdrawn_at", _Instant, "撤回时间"),
    column("withdrawn_reason", sa.Text, "撤回理由"),
    comment="人工判定：两次提及是否同一实体，高于评分，可撤回",
)

review_assignment = sa.Table(
    "review_assignment",
    metadata,
    column("entity", sa.Text, "实体（模式.表）", primary_key=True),
    column("left_id", sa.BigInteger, "实体编号（较小）", primary_key=True),
    column("right_id", sa.BigInteger, "实体编号（较大）", primary_key=True),
    column("assigned_to", sa.Text, "分派给", required=True),
    column("assigned_by", sa.Text, "分派人", required=True),
    column("assigned_at", _Instant, "分派时间", required=True),
    comment="待人工事项的分派",
)

review_sample = sa.Table(
    "review_sample",
    metadata,
    column("sample_id", sa.BigInteger, "抽样编号", primary_key=True),
    column("entity", sa.Text, "实体（模式.表）", primary_key=True),
    column("a", sa.BigInteger, "提及编号（较小）", primary_key=True),
    column("b", sa.BigInteger, "提及编号（较大）", primary_key=True),
    column("stratum", sa.Text, "层", required=True),
    column("stratum_size", sa.BigInteger, "该层总对数", required=True),
    column("linked", sa.Boolean, "抽样时是否认定为同一实体", required=True),
    column("verdict", sa.Text, "核对结果：same、different、unclear"),
    column("made_by", sa.Text, "核对人"),
    column("made_at", _Instant, "核对时间"),
    column("run_id", sa.BigInteger, "抽样所依据的运行编号", required=True),
    comment="人工核对样本：估计认定的查准率与查全率",
)

match_quality = sa.Table(
    "match_quality",
    metadata,
    column("run_id", sa.BigInteger, "运行编号", primary_key=True),
    column("entity", sa.Text, "实体（模式.表）", primary_key=True),
    column("measure", sa.Text, "指标：precision 查准率、recall 查全率", primary_key=True),
    column("basis", sa.Text, "依据：抽样编号或标注文件", primary_key=True),
    column("estimate", sa.Double, "估计值", required=True),
    column("low", sa.Double, "置信区间下限", required=True),
    column("high", sa.Double, "置信区间上限", required=True),
    column("confidence", sa.Double, "置信水平", required=True),
    column("pairs", sa.BigInteger, "核对的对数", required=True),
    column("made_at", _Instant, "计算时间", required=True),
    comment="匹配质量的估计，随运行保存",
)

match_model = sa.Table(
    "match_model",
    metadata,
    column("entity", sa.Text, "实体（模式.表）", primary_key=True),
    column("version", sa.Integer, "模型版本", primary_key=True),
    column("is_active", sa.Boolean, "是否启用", required=True),
    column("origin", sa.Text, "来源：shipped 随软件、trained 训练、imported 导入", required=True),
    column("document", sa.JSON, "先验、m、u 及训练诊断", required=True),
    column("declaration", sa.Text, "所依据的模型声明的指纹", required=True),
    column("made_by", sa.Text, "建立人", required=True),
    column("made_at", _Instant, "建立时间", required=True),
    column("reason", sa.Text, "理由", required=True),
    comment="匹配模型的每个版本",
)

term_frequency = sa.Table(
    "term_frequency",
    metadata,
    column("entity", sa.Text, "实体（模式.表）", required=True),
    column("version", sa.Integer, "模型版本", required=True),
    column("column_name", sa.Text, "列", required=True),
    column("value", sa.Text, "值", required=True, personal=True),
    column("frequency", sa.Double, "频率", required=True),
    sa.Index("term_frequency_value", "value"),
    comment="词频：各版本模型冻结的取值频率",
)

audit = sa.Table(
    "audit",
    metadata,
    column("read_at", _Instant, "时间", required=True),
    column("account", sa.Text, "账号", required=True),
    column("command", sa.Text, "命令", required=True),
    column("purpose", sa.Text, "用途", required=True),
    column("detail", sa.Text, "内容：语句或所看的对象，号码已遮盖", personal=True),
    column("rows", sa.BigInteger, "行数"),
    comment="个人信息访问记录",
)

OUTCOMES = ("added", "changed", "unchanged", "duplicate", "superseded", "retired", "ignored", "quarantined")

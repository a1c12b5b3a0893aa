"""Tables every mastered entity has: its source records, mentions, master rows and their versions."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from basedb.domain import Attribute, Derived
from basedb.store.labels import column

INSTANT = sa.DateTime(timezone=True)


# How many mentions one record can hold; a mention's number leads to its record by division.
ROLES_PER_RECORD = 16


def source_record_table(metadata: sa.MetaData, schema: str) -> sa.Table:
    """One row per accepted version of a departmental record, raw and standard forms kept."""
    return sa.Table(
        "source_record",
        metadata,
        column("record_id", sa.BigInteger, "记录版本编号", primary_key=True),
        column("source", sa.Text, "来源", required=True),
        column("source_key", sa.Text, "来源主键", required=True, personal=True),
        column("file_id", sa.BigInteger, "最后接收该版本的文件编号", required=True),
        column("row_no", sa.BigInteger, "文件内数据行号（从1起）", required=True),
        column("scope", sa.Text, "全量范围值"),
        column("digest", sa.Uuid, "行指纹（含合同版本）", required=True),
        column("raw", sa.JSON, "原始内容（按合同列次序的数组）", personal=True),
        column("standard", sa.JSON, "事件本身的标准化属性", personal=True),
        column("contract_version", sa.Text, "合同版本", required=True),
        column("as_of", sa.Date, "数据日期", required=True),
        column(
            "status", sa.Text, "状态：current 现行、superseded 已被替代、retired 已消失或删除", required=True
        ),
        column("valid_from", sa.Date, "有效起始（部门所述）", required=True),
        column("valid_to", sa.Date, "有效终止", required=True),
        column("known_from", INSTANT, "我方获知时间", required=True),
        column("known_to", INSTANT, "我方认定失效时间", required=True),
        column("run_id", sa.BigInteger, "运行编号", required=True),
        sa.Index("source_record_key", "source_key"),
        schema=schema,
        comment="来源记录：每条部门记录的每个版本",
    )


def mention_table(
    metadata: sa.MetaData, schema: str, entity: str, attributes: Sequence[Attribute], indexed: Sequence[str]
) -> sa.Table:
    """One row per mention of an entity in a record version: standard forms and the link."""
    columns = []
    for attribute in attributes:
        columns.append(
            column(
                attribute.name,
                attribute.type,
                attribute.zh,
                personal=attribute.personal,
                secrecy=attribute.secrecy,
                sharing=attribute.sharing,
            )
        )
        columns += [
            column(
                feature.name,
                feature.type,
                feature.zh,
                personal=attribute.personal,
                secrecy=attribute.secrecy,
                sharing=attribute.sharing,
            )
            for feature in attribute.features
        ]
    name = f"{entity}_mention"
    return sa.Table(
        name,
        metadata,
        column("record_id", sa.BigInteger, "记录版本编号", primary_key=True),
        column("role", sa.Text, "角色", primary_key=True),
        # The vertex of the evidence graph: record_id * ROLES_PER_RECORD + place of the role.
        column("mention_id", sa.BigInteger, "提及编号", required=True),
        column(f"{entity}_id", sa.BigInteger, "所属实体编号", required=True),
        column("method", sa.Text, "认定方法", required=True),
        column("match_weight", sa.Double, "匹配权重"),
        column("decided_at", INSTANT, "认定时间", required=True),
        column("run_id", sa.BigInteger, "运行编号", required=True),
        *columns,
        sa.Index(f"{name}_{entity}", f"{entity}_id"),
        # Partial: most rows of a rare key are NULL and nobody looks those up.
        *(
            sa.Index(f"{name}_{item}", item, postgresql_where=sa.text(f"{item} IS NOT NULL"))
            for item in indexed
        ),
        schema=schema,
        comment="提及：来源记录中出现的每个实体的标准化属性及其归属",
    )


def evidence_tables(metadata: sa.MetaData, schema: str, entity: str) -> tuple[sa.Table, sa.Table]:
    """The scored evidence between mentions, and the blocks mentions are in.

    Evidence by exact rules is not kept: it follows from the mentions themselves.
    """
    evidence = sa.Table(
        f"{entity}_evidence",
        metadata,
        column("a", sa.BigInteger, "提及编号（较小）", primary_key=True),
        column("b", sa.BigInteger, "提及编号（较大）", primary_key=True),
        column(
            "method",
            sa.Text,
            "方法：score 评分、correction 号码更正、succession 登记前后相继、kin 亲属同户、must_link 约束",
            required=True,
        ),
        column("rule", sa.Text, "分块规则"),
        column("pattern", sa.Text, "各比较项的等级"),
        column("match_weight", sa.Double, "匹配权重（log2 比值）"),
        column("grade", sa.Text, "等级：auto 自动认定、review 待人工", required=True),
        column("veto", sa.Text, "否决该证据的约束"),
        column(
            "outcome", sa.Text, "结果：linked 已归同一实体、review 待人工、settled 另有定论", required=True
        ),
        column("model_version", sa.Integer, "匹配模型版本", required=True),
        column("run_id", sa.BigInteger, "运行编号", required=True),
        sa.Index(f"{entity}_evidence_b", "b"),
        sa.Index(f"{entity}_evidence_open", "outcome", postgresql_where=sa.text("outcome <> 'linked'")),
        schema=schema,
        comment="评分证据：两次提及之间的匹配证据及其结果",
    )
    block = sa.Table(
        f"{entity}_block",
        metadata,
        column("key", sa.BigInteger, "分块键（散列）", required=True),
        column("vertex", sa.BigInteger, "提及编号", required=True),
        column("rule", sa.SmallInteger, "分块规则序号", required=True),
        sa.Index(f"{entity}_block_key", "key"),
        schema=schema,
        comment="分块键：哪些提及会互相比较",
    )
    return evidence, block


def master_tables(
    metadata: sa.MetaData,
    schema: str,
    entity: str,
    zh: str,
    attributes: Sequence[Attribute],
    derived: Sequence[Derived],
    indexed: Sequence[Sequence[str]],
) -> tuple[sa.Table, sa.Table]:
    """The master table (what holds now, as known now) and the table of its other versions."""

    def values() -> list[sa.Column]:
        overridden = {item.name for item in derived}
        return [
            column(
                item.name,
                item.type,
                item.zh,
                personal=item.personal,
                secrecy=item.secrecy,
                sharing=item.sharing,
            )
            for item in attributes
            if item.mastered and item.name not in overridden
        ] + [derived_value(item) for item in derived]

    def derived_value(item: Derived) -> sa.Column:
        """A derived value that stands for an attribute carries that attribute's labels."""
        for base in attributes:
            if base.name == item.name:
                return column(
                    item.name,
                    item.type,
                    item.zh,
                    personal=base.personal,
                    secrecy=base.secrecy,
                    sharing=base.sharing,
                )
        return column(item.name, item.type, item.zh)

    def times() -> list[sa.Column]:
        return [
            column("valid_from", sa.Date, "有效起始", required=True),
            column("valid_to", sa.Date, "有效终止（9999-12-31 为至今）", required=True),
            column("known_from", INSTANT, "我方获知时间", required=True),
            column("known_to", INSTANT, "我方认定失效时间（9999-12-31 为至今）", required=True),
            column("published_at", INSTANT, "发布时间", required=True),
            column("run_id", sa.BigInteger, "运行编号", required=True),
            column("origin", sa.JSON, "各属性来源：{属性: [记录版本编号, 规则]}", required=True),
        ]

    master = sa.Table(
        entity,
        metadata,
        column(f"{entity}_id", sa.BigInteger, f"{zh}编号", primary_key=True),
        *values(),
        *times(),
        *(sa.Index(f"{entity}_{'_'.join(names)}", *names) for names in indexed),
        schema=schema,
        comment=f"{zh}主表：现行主记录",
    )
    version = sa.Table(
        f"{entity}_version",
        metadata,
        column(f"{entity}_id", sa.BigInteger, f"{zh}编号", required=True),
        *values(),
        *times(),
        sa.Index(f"{entity}_version_id", f"{entity}_id"),
        schema=schema,
        comment=f"{zh}历史版本：不再现行的主记录",
    )
    return master, version

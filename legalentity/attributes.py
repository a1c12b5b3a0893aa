"""The attributes of an organisation, each with its standard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import sqlalchemy as sa

from basedb.domain import Attribute, Feature
from basedb.findings import Standardized
from basedb.standards import addresses, amounts, codes, dates, identifiers, names, organizations, phones
from basedb.store.labels import Secrecy, Sharing
from legalentity.naming import organization_name

_ColumnFunction = Callable[[pd.Series], Standardized]


def _public(name: str, zh: str, standardize: _ColumnFunction | None = None, **more: object) -> Attribute:
    """What the register publishes of an organisation."""
    return Attribute(
        name,
        zh,
        standardize=standardize,
        personal=False,
        secrecy=Secrecy.INTERNAL,
        sharing=Sharing.UNCONDITIONAL,
        **more,  # type: ignore[arg-type]
    )


def _coded(name: str, zh: str, code_list: str) -> Attribute:
    return _public(name, zh, partial(codes.lookup, code_list), output="code")


def _date(name: str, zh: str) -> Attribute:
    return _public(name, zh, partial(dates.parse_date, timed=True), type=sa.Date, output="date")


def _address(name: str, zh: str) -> Attribute:
    key = Feature(f"{name}_key", f"{zh}比对形", "address_key")
    return _public(name, zh, addresses.parse, output="address", features=(key,))


ORGANIZATION = (
    _public(
        "org_code",
        "组织机构代码（含自信用代码、旧税号取得的）",
        identifiers.inner_organization_code,
        features=(Feature("org_code_valid", "组织机构代码校验通过", "org_code_valid", sa.Boolean),),
        trusted_when="org_code_valid",
    ),
    _public(
        "credit_code",
        "统一社会信用代码",
        identifiers.credit_code,
        features=(Feature("credit_code_valid", "信用代码校验通过", "credit_code_valid", sa.Boolean),),
        trusted_when="credit_code_valid",
    ),
    _public(
        "registration_number",
        "注册号",
        identifiers.registration_number,
        features=(
            Feature("registration_number_valid", "注册号校验通过", "registration_number_valid", sa.Boolean),
        ),
        trusted_when="registration_number_valid",
    ),
    _public(
        "taxpayer_number",
        "纳税人识别号",
        identifiers.taxpayer_number,
        features=(
            Feature("taxpayer_kind", "纳税人识别号种类", "taxpayer_kind"),
            Feature("taxpayer_valid", "纳税人识别号校验通过", "taxpayer_valid", sa.Boolean),
        ),
        trusted_when="taxpayer_valid",
    ),
    _public("insurance_number", "社会保险单位编号"),
    _public(
        "name",
        "名称",
        organization_name,
        features=(
            Feature("name_folded", "名称比对形", "name_folded"),
            Feature("name_division", "名称中的行政区划", "division"),
            Feature("trade_name", "字号", "trade_name"),
            Feature("name_industry", "名称中的行业表述", "industry"),
            Feature("name_form", "名称中的组织形式", "legal_form"),
            Feature("name_branch", "名称中的分支机构部分", "branch"),
            Feature("name_marks", "名称中的序号、方位、期次", "marks"),
            Feature("name_core", "名称主干（字号与行业）", "name_core"),
            Feature("core_pinyin", "名称主干拼音", "core_pinyin"),
        ),
    ),
    _public(
        "former_name",
        "曾用名称",
        organization_name,
        output="name",
        features=(Feature("former_name_folded", "曾用名称比对形", "name_folded"),),
    ),
    # A list that gives nothing but a name, again and again: the same name is the same organisation to it.
    _public(
        "sole_name",
        "只以名称指明的机构的名称比对形（仅用于比对）",
        organization_name,
        output="name_folded",
        mastered=False,
    ),
    _public("short_name", "简称"),
    _public("foreign_name", "外文名称"),
    _public("kind", "机构类别", organizations.organization_kind, output="code"),
    _public("legal_form", "企业类型（登记机关所述）"),
    _coded("economic_type", "经济类型代码 GB/T 12402", "economic_type"),
    _coded("industry", "行业代码 GB/T 4754-2017", "industry"),
    _public("business_scope", "经营范围"),
    Attribute(
        "legal_representative",
        "法定代表人（负责人、业主）",
        standardize=names.person_name,
        output="name",
        features=(
            Feature("representative_folded", "法定代表人姓名比对形", "name_folded"),
            Feature("representative_pinyin", "法定代表人姓名拼音", "name_pinyin"),
        ),
    ),
    Attribute(
        "representative_number",
        "法定代表人证件号码",
        standardize=identifiers.citizen_id,
        output="id_number",
        features=(Feature("representative_number_valid", "法定代表人号码校验通过", "id_valid", sa.Boolean),),
        trusted_when="representative_number_valid",
    ),
    _public(
        "registered_capital",
        "注册资本或开办资金（万元）",
        partial(amounts.amount, unit="万元"),
        type=sa.Double,
        output="amount",
    ),
    _public("currency", "币种"),
    _date("established_date", "成立日期"),
    _date("approved_date", "核准日期"),
    _date("expires_date", "营业期限止"),
    _date("revoked_date", "吊销日期"),
    _date("cancelled_date", "注销日期"),
    _coded("registration_status", "登记状态", "organization_status"),
    _public("authority", "登记机关"),
    _coded("tax_status", "税务状态", "organization_status"),
    _date("tax_registered_date", "税务登记日期"),
    _address("registered_address", "住所（注册地址）"),
    _address("business_address", "经营地址"),
    _public("division_code", "统计用区划代码"),
    _public("phone", "联系电话", phones.phone),
    _public("employees", "从业人数", amounts.count, type=sa.Integer, output="count"),
    Attribute(
        "revenue",
        "营业收入（千元，仅供统计）",
        sa.Double,
        standardize=partial(amounts.amount, unit="千元"),
        output="amount",
        mastered=False,
        personal=False,
        secrecy=Secrecy.STATISTICS_ONLY,
        sharing=Sharing.NONE,
    ),
)

# What the publication of licences and penalties for the credit system says of one decision: the fields of the
# uniform standard of 2018 (发改办财金〔2018〕424号), named as there.
DECISION = (
    _public("holder_kind", "行政相对人类别"),
    _public("document_name", "决定文书名称"),
    _public("document_no", "决定文书号"),
    _date("decision_date", "决定日期"),
    _public("decision_authority", "决定机关"),
    _public(
        "decision_authority_code", "决定机关统一社会信用代码", identifiers.credit_code, output="credit_code"
    ),
    _public("data_source", "数据来源单位"),
)
LICENSE = (
    _coded("license_kind", "许可类别", "license_kind"),
    _public("license_name", "许可证书名称"),
    _public("license_no", "许可编号"),
    _public("license_content", "许可内容"),
    _date("effective_date", "有效期自"),
    _date("expiry_date", "有效期至"),
    _public("license_status", "许可当前状态"),
)
PENALTY = (
    _public("penalty_kind", "处罚类别"),
    _public("violation", "违法行为类型"),
    Attribute("violation_facts", "违法事实"),
    _public("penalty_basis", "处罚依据"),
    Attribute("penalty_content", "处罚内容"),
    _public(
        "fine", "罚款金额（万元）", partial(amounts.amount, unit="万元"), type=sa.Double, output="amount"
    ),
    _public(
        "confiscated",
        "没收违法所得、没收非法财物的金额（万元）",
        partial(amounts.amount, unit="万元"),
        type=sa.Double,
        output="amount",
    ),
    _public("revoked_license", "暂扣或吊销证照名称及编号"),
    _date("published_until", "公示截止期"),
)

# Who holds an office in an organisation, or a share of it.
OFFICE = (
    _coded("office", "职务类别", "organization_role"),
    _public("job_title", "职务"),
    Attribute("officer_name", "任职人、自然人股东姓名", standardize=names.person_name, output="name"),
    Attribute(
        "officer_number", "任职人、自然人股东证件号码", standardize=identifiers.citizen_id, output="id_number"
    ),
    _public(
        "contribution",
        "认缴出资额（万元）",
        partial(amounts.amount, unit="万元"),
        type=sa.Double,
        output="amount",
    ),
    _public("share_percent", "出资比例（%）", amounts.percentage, type=sa.Double, output="percentage"),
    _date("appointed_date", "任职或入股日期"),
)

# Which land somebody has a right to; what it is like the space base says.
LAND = (_public("parcel_code", "宗地代码", identifiers.parcel_code),)

# Which housing project a unit builds or manages, and as what.
HOUSING = (
    _public("project_no", "住房项目编号"),
    _public("project_name", "住房项目名称"),
    _public("unit_role", "住房项目单位角色"),
)

RECORD = (
    _public("certificate_no", "证书编号"),
    _date("issued_date", "办证日期"),
    _date("updated_at", "更新日期"),
    _date("handled_at", "经办日期"),
    *DECISION,
    *LICENSE,
    *PENALTY,
    *OFFICE,
    *LAND,
    *HOUSING,
)

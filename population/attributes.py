"""The attributes of a person and of a population event, each with its standard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import sqlalchemy as sa

from basedb.domain import Attribute, Feature
from basedb.findings import Standardized
from basedb.standards import addresses, codes, dates, identifiers, lunar, names, phones
from basedb.store.labels import Secrecy, Sharing


def _coded(code_list: str) -> Callable[[pd.Series], Standardized]:
    return partial(codes.lookup, code_list)


def _code(name: str, zh: str, code_list: str) -> Attribute:
    return Attribute(name, zh, standardize=_coded(code_list), output="code")


def _date(name: str, zh: str, mastered: bool = True) -> Attribute:
    return Attribute(
        name, zh, sa.Date, standardize=partial(dates.parse_date, timed=True), output="date", mastered=mastered
    )


def _address(name: str, zh: str, mastered: bool = True) -> Attribute:
    key = Feature(f"{name}_key", f"{zh}比对形", "address_key")
    return Attribute(
        name, zh, standardize=addresses.parse, output="address", features=(key,), mastered=mastered
    )


def _text(name: str, zh: str, mastered: bool = True) -> Attribute:
    return Attribute(name, zh, mastered=mastered)


PERSON = (
    Attribute(
        "id_number",
        "公民身份号码或证件号码",
        standardize=identifiers.citizen_id,
        features=(
            Feature("id_kind", "证件号码种类", "id_kind"),
            Feature("id_valid", "号码校验通过", "id_valid", sa.Boolean),
            Feature("id_alternative", "15位号码的另一世纪换算", "id_alternative"),
            Feature("id_pattern", "残损号码尚可辨认的各位（缺位为*）", "id_pattern"),
        ),
        trusted_when="id_valid",
    ),
    Attribute(
        "name",
        "姓名",
        standardize=names.person_name,
        features=(
            Feature("name_folded", "姓名比对形", "name_folded"),
            Feature("name_pinyin", "姓名拼音", "name_pinyin"),
            Feature("surname", "姓氏", "surname"),
            Feature("name_parts", "姓名各段（有间隔号者，按字典序）", "name_parts"),
            Feature("name_shape", "姓名字形归并形（形近字取一，缺字为?）", "name_shape"),
            Feature("name_is_placeholder", "姓名为代称（如张某之子）", "name_is_placeholder", sa.Boolean),
        ),
    ),
    Attribute(
        "former_name",
        "曾用名",
        standardize=names.person_name,
        output="name",
        features=(
            Feature("former_name_folded", "曾用名比对形", "name_folded"),
            Feature("former_name_pinyin", "曾用名拼音", "name_pinyin"),
        ),
    ),
    _code("sex", "性别代码 GB/T 2261.1", "sex"),
    Attribute(
        "birth_date",
        "出生日期",
        sa.Date,
        standardize=lunar.birth_date,
        output="date",
        features=(Feature("birth_as_lunar", "出生日期若为农历，对应的公历日期", "as_lunar", sa.Date),),
    ),
    _code("ethnic_group", "民族代码 GB/T 3304", "ethnic_group"),
    Attribute(
        "id_document",
        "证件种类",
        standardize=_coded("id_document"),
        output="code",
        mastered=False,
        secrecy=Secrecy.INTERNAL,
    ),
    _text("birth_place", "出生地"),
    _text("native_place", "籍贯"),
    _address("registered_address", "户籍地址"),
    _address("current_address", "现住地址"),
    # Where the family lives, by a record that is not about this person: tells who is meant, no more.
    _address("family_address", "家庭住址（仅用于比对）", mastered=False),
    Attribute(
        "division_code",
        "统计用区划代码",
        personal=False,
        secrecy=Secrecy.INTERNAL,
        sharing=Sharing.UNCONDITIONAL,
    ),
    _text("household_no", "户号"),
    _code("relation_to_head", "与户主关系代码 GB/T 4761", "relation"),
    _code("marital_status", "婚姻状况代码 GB/T 2261.2", "marital"),
    _code("education", "文化程度代码 GB/T 4658", "education"),
    _text("employer_name", "服务处所"),
    _text("employer_code", "单位统一社会信用代码"),
    # Beside which organisation a representative is named: tells who is meant, no more.
    Attribute(
        "represented_code",
        "所代表机构的组织机构代码（仅用于比对）",
        standardize=identifiers.inner_organization_code,
        output="org_code",
        mastered=False,
        personal=False,
        secrecy=Secrecy.INTERNAL,
    ),
    Attribute("phone", "联系电话", standardize=phones.phone),
    _date("move_in_date", "迁入日期"),
    _date("cancelled_date", "注销日期"),
    _text("cancel_reason", "注销原因"),
    _date("death_date", "死亡日期"),
    _text("death_cause", "死因编码"),
    _text("school", "就读学校"),
    _text("grade", "年级"),
    Attribute(
        "student_no",
        "学籍号",
        standardize=identifiers.student_number,
        features=(Feature("student_id_number", "学籍号中的公民身份号码", "id_number"),),
    ),
    _text("birth_certificate", "出生医学证明编号"),
    _text("insurance_no", "社会保险个人编号"),
    _text("insurance_kind", "参保险种"),
    _text("insurance_status", "参保状态"),
    _date("insured_date", "参保日期"),
)

EVENT = (
    _text("certificate_no", "证书编号"),
    _date("event_date", "事件日期"),
    _text("place", "地点"),
    _text("authority", "登记机关"),
    _date("updated_at", "更新日期"),
    _date("handled_at", "经办日期"),
)

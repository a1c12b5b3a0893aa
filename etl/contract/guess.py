"""What a column is likely to mean, from its header alone."""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Words that say whose attribute a column holds.
_ROLES = (
    (re.compile(r"^(男方|丈夫|夫)"), "husband"),
    (re.compile(r"^(女方|妻子|妻)"), "wife"),
    (re.compile(r"^(母亲|母)"), "mother"),
    (re.compile(r"^(父亲|父)"), "father"),
    (re.compile(r"^(监护人|家长|JHR)"), "guardian"),
    (re.compile(r"^(法定代表人|法人代表|法人|负责人|经营者)"), "legal_representative"),
)

_LEADER = re.compile(r"^(法定代表人|法人代表|法人|负责人|经营者)(?!类型)")

_PERSON = (
    (r"(公民身份号码|身份证(件)?(号码|号)?|证件号码?|SFZH|ZJHM|GMSFHM)$", "id_number"),
    (r"(证件类型|证件种类|ZJLX)$", "id_document"),
    (r"曾用名$|^CYM$", "former_name"),
    (r"(姓名|XM)$", "name"),
    (r"(性别|^XB)$", "sex"),
    (r"(民族|^MZ)$", "ethnic_group"),
    (r"(出生(日期|年月日?|时间)|CSRQ)$", "birth_date"),
    (r"出生地(址)?$", "birth_place"),
    (r"籍贯$", "native_place"),
    (r"(户籍|户口)(所在)?地址?$", "registered_address"),
    (r"(现住址|居住地址?|家庭住址|住址|JTZZ)$", "current_address"),
    (r"^户号$", "household_no"),
    (r"与户主关系$", "relation_to_head"),
    (r"婚姻状况$", "marital_status"),
    (r"(文化程度|学历)$", "education"),
    (r"(服务处所|工作单位|单位名称|用人单位)$", "employer_name"),
    (r"^迁入(日期|时间)$", "move_in_date"),
    (r"^注销(日期|时间)$", "cancelled_date"),
    (r"^注销原因$", "cancel_reason"),
    (r"(行政)?区划(代码)?$", "division_code"),
    (r"(电话|手机|联系方式)(号码?)?$|^(LXDH|SJH)$|DH$", "phone"),
    (r"(学校(名称)?|就读学校|^XX)$", "school"),
    (r"(年级|^NJ)$", "grade"),
    (r"^(个人编号|社保(编)?号|参保号)$", "insurance_no"),
    (r"^(参保)?险种(类型)?$|参保险种$", "insurance_kind"),
    (r"^参保状态$", "insurance_status"),
    (r"^参保(日期|时间)$", "insured_date"),
    (r"死亡(日期|时间)$", "death_date"),
    (r"死因", "death_cause"),
)
_EVENT = (
    (r"(证明编号|登记证号|证书编号|证编号|学籍号|^XJH)$", "certificate_no"),
    (r"^(登记|办理|发生)(日期|时间)$", "event_date"),
    (r"(登记|发证|办理)机关$", "authority"),
    (r"^(医院|发生地点?|登记地点?)$", "place"),
    (r"(更新|修改)(日期|时间)$", "updated_at"),
    (r"(经办|受理)(日期|时间)$", "handled_at"),
)
_ORGANIZATION = (
    (r"(统一社会信用代码|信用代码)$", "credit_code"),
    (r"组织机构代码$", "org_code"),
    (r"注册号$", "registration_number"),
    (r"(纳税人识别号)$", "taxpayer_number"),
    (r"(企业|机构|单位|纳税人|组织|详细)名称$", "name"),
    (r"(住所|注册地址|经营地址|生产经营地址|地址)$", "registered_address"),
    (r"(注册资本|注册资金|开办资金)", "registered_capital"),
    (r"(成立|设立)(日期|时间)$", "established_date"),
    (r"(行业|国民经济行业)", "industry"),
    (r"税务状态$", "tax_status"),
    (r"(登记|经营|企业)?状态$", "registration_status"),
    (r"(企业|机构|单位)类(型|别)$", "kind"),
    (r"登记(管理)?机关$", "authority"),
    (r"(电话|手机|联系方式)(号码?)?$", "phone"),
)
_OF_ORGANIZATIONS = re.compile(r"信用代码|机构代码|企业名称|机构名称|纳税人|注册号")
_OF_PEOPLE = re.compile(r"姓名|性别|民族|出生|身份|^XM$|^XB$|^SFZH$")
_OPERATION = re.compile(r"^(操作|操作类型|变更类型|数据状态|CZLX)$")


@dataclass(frozen=True)
class Guess:
    """The likely target of a column, and whether somebody should look at it."""

    target: str
    certain: bool


def guess_domain(headers: list[str]) -> str:
    """The base database an extract with these headers probably belongs to."""
    organization = sum(
        bool(re.search(r"信用代码|机构代码|企业名称|机构名称|纳税人|注册号", h)) for h in headers
    )
    person = sum(bool(re.search(r"姓名|性别|民族|出生|身份|^XM$|^XB$|^SFZH$", h)) for h in headers)
    return "legalentity" if organization > 0 and organization >= person else "population"


def guess_target(header: str, domain: str) -> Guess | None:
    """The likely target of a column by its header, or None when nothing fits."""
    leaf = header.rsplit("/", 1)[-1]
    if domain == "legalentity" and (leader := _LEADER.match(leaf)):
        number = re.search(r"(号码?|证件号)$", leaf[leader.end() :])
        return Guess("self.representative_number" if number else "self.legal_representative", True)
    for pattern, role in _ROLES:
        rest = pattern.sub("", leaf, count=1)
        if rest != leaf or pattern.search(header):
            attribute = _first(_PERSON, leaf) or ("name" if not rest.strip("（）()、") else None)
            return Guess(f"{role}.{attribute}", attribute is not None and rest != leaf) if attribute else None
    if domain == "legalentity":
        attribute = _first(_ORGANIZATION, leaf)
        return (
            Guess(f"self.{attribute}", attribute in ("credit_code", "org_code", "name"))
            if attribute
            else None
        )
    if event := _first(_EVENT, leaf):
        return Guess(f"record.{event}", False)
    if leaf.endswith("统一社会信用代码"):
        return Guess("self.employer_code", False)
    attribute = _first(_PERSON, leaf)
    return Guess(f"self.{attribute}", True) if attribute else None


def is_operation(header: str) -> bool:
    """Whether a header names a delta's operation column."""
    return bool(_OPERATION.match(header))


def _first(patterns: tuple[tuple[str, str], ...], header: str) -> str | None:
    return next((attribute for pattern, attribute in patterns if re.search(pattern, header)), None)

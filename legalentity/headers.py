"""How departments head the columns of their extracts about organisations."""

from __future__ import annotations

from basedb.headers import Header, HeaderWords

_LEADER = r"^(法定代表人|法人代表|法人|负责人|经营者)(?!类型)"

HEADERS = HeaderWords(
    telling=r"信用代码|机构代码|企业名称|机构名称|纳税人|注册号",
    targets=(
        Header(rf"{_LEADER}.*(号码?|证件号)$", "self.representative_number"),
        Header(_LEADER, "self.legal_representative"),
        Header(r"(统一社会信用代码|信用代码)$", "self.credit_code"),
        Header(r"组织机构代码$", "self.org_code"),
        Header(r"注册号$", "self.registration_number", certain=False),
        Header(r"(纳税人识别号)$", "self.taxpayer_number", certain=False),
        Header(r"(企业|机构|单位|纳税人|组织|详细)名称$", "self.name"),
        Header(r"(住所|注册地址|经营地址|生产经营地址|地址)$", "self.registered_address", certain=False),
        Header(r"(注册资本|注册资金|开办资金)", "self.registered_capital", certain=False),
        Header(r"(成立|设立)(日期|时间)$", "self.established_date", certain=False),
        Header(r"(行业|国民经济行业)", "self.industry", certain=False),
        Header(r"税务状态$", "self.tax_status", certain=False),
        Header(r"(登记|经营|企业)?状态$", "self.registration_status", certain=False),
        Header(r"(企业|机构|单位)类(型|别)$", "self.kind", certain=False),
        Header(r"登记(管理)?机关$", "self.authority", certain=False),
        Header(r"(电话|手机|联系方式)(号码?)?$", "self.phone", certain=False),
    ),
)

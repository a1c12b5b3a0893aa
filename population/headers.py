"""How departments head the columns of their extracts about people."""

from __future__ import annotations

from basedb.headers import Header, HeaderWords

_EVENT = (
    Header(r"(证明编号|登记证号|证书编号|证编号|学籍号|^XJH)$", "record.certificate_no", certain=False),
    Header(r"^(登记|办理|发生)(日期|时间)$", "record.event_date", certain=False),
    Header(r"(登记|发证|办理)机关$", "record.authority", certain=False),
    Header(r"^(医院|发生地点?|登记地点?)$", "record.place", certain=False),
    Header(r"(更新|修改)(日期|时间)$", "record.updated_at", certain=False),
    Header(r"(经办|受理)(日期|时间)$", "record.handled_at", certain=False),
)
_PERSON = (
    Header(r"统一社会信用代码$", "self.employer_code", certain=False),
    Header(r"(公民身份号码|身份证(件)?(号码|号)?|证件号码?|SFZH|ZJHM|GMSFHM)$", "self.id_number"),
    Header(r"(证件类型|证件种类|ZJLX)$", "self.id_document"),
    Header(r"曾用名$|^CYM$", "self.former_name"),
    Header(r"(姓名|XM)$", "self.name"),
    Header(r"(性别|^XB)$", "self.sex"),
    Header(r"(民族|^MZ)$", "self.ethnic_group"),
    Header(r"(出生(日期|年月日?|时间)|CSRQ)$", "self.birth_date"),
    Header(r"出生地(址)?$", "self.birth_place"),
    Header(r"籍贯$", "self.native_place"),
    Header(r"(户籍|户口)(所在)?地址?$", "self.registered_address"),
    Header(r"(现住址|居住地址?|家庭住址|住址|JTZZ)$", "self.current_address"),
    Header(r"^户号$", "self.household_no"),
    Header(r"与户主关系$", "self.relation_to_head"),
    Header(r"婚姻状况$", "self.marital_status"),
    Header(r"(文化程度|学历)$", "self.education"),
    Header(r"(服务处所|工作单位|单位名称|用人单位)$", "self.employer_name"),
    Header(r"^迁入(日期|时间)$", "self.move_in_date"),
    Header(r"^注销(日期|时间)$", "self.cancelled_date"),
    Header(r"^注销原因$", "self.cancel_reason"),
    Header(r"(行政)?区划(代码)?$", "self.division_code"),
    Header(r"(电话|手机|联系方式)(号码?)?$|^(LXDH|SJH)$|DH$", "self.phone"),
    Header(r"(学校(名称)?|就读学校|^XX)$", "self.school"),
    Header(r"(年级|^NJ)$", "self.grade"),
    Header(r"^(个人编号|社保(编)?号|参保号)$", "self.insurance_no"),
    Header(r"^(参保)?险种(类型)?$|参保险种$", "self.insurance_kind"),
    Header(r"^参保状态$", "self.insurance_status"),
    Header(r"^参保(日期|时间)$", "self.insured_date"),
    Header(r"死亡(日期|时间)$", "self.death_date"),
    Header(r"死因", "self.death_cause"),
)

HEADERS = HeaderWords(
    telling=r"姓名|性别|民族|出生|身份|^XM$|^XB$|^SFZH$",
    roles=(
        (r"^(男方|丈夫|夫)", "husband"),
        (r"^(女方|妻子|妻)", "wife"),
        (r"^(母亲|母)", "mother"),
        (r"^(父亲|父)", "father"),
        (r"^(监护人|家长|JHR)", "guardian"),
        (r"^(法定代表人|法人代表|法人|负责人|经营者)", "legal_representative"),
    ),
    targets=(*_EVENT, *_PERSON),
    named="name",
)

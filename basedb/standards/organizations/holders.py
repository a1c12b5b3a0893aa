"""Who holds a right where one column names people and organisations: told by the grammar of names.

An organisation's name has a legal form (企业名称登记管理规定) or ends in the word of an office, a school, a
works or a trade, after something that tells it from its like; a person's name is a known surname and one or
two characters (or three after a compound surname), or parts with a dot. What is neither, or may be both
(王李小园), is doubtful.
"""

from __future__ import annotations

import re

import pandas as pd
import pyarrow as pa

from basedb.findings import Standardized, no_findings
from basedb.standards import pinyin
from basedb.standards.columnar import TEXT, encode, frame, take, to_arrow
from basedb.standards.organizations.column import organization_name
from basedb.standards.text import DOT, is_han

ORGANIZATION, PERSON, GENERIC, DOUBTFUL = "organization", "person", "generic", "doubtful"

# Whole names that say what kind of holder there is, not who.
_GENERIC = re.compile(
    r"(?:国家|国有|全民|集体|农民集体|村民集体|村集体|组集体|本村|本组|村民|居民|农户|住户|户主|个人|私人|单位|企业|其他|共有"
    r"|(?:全体|小区)?业主(?:共有|委员会)?|全体(?:村民|居民|社员)|(?:本?村|居)(?:民|委|民委员)会|(?:本?村)?村民小组"
    r"|(?:本?[村乡镇])(?:集体|农民集体)|街道(?:办事处)?|(?:乡|镇|人民|县|市|区)?(?:人民)?政府|(?:经济)?合作社|公司|学校|医院)"
    r"(?:所有|共有|使用)?"
)
# Ends of names that only organisations have.
_SURE = re.compile(
    r"(?:公司|合作社|联合社|委员会|居委会|村委会|人民政府|办事处|管委会|农民集体|村民小组|经济组织|集团|银行|信用社|联社|支行"
    r"|学校|中学|小学|大学|学院|幼儿园|党校|医院|卫生院|卫生室|卫生所|诊所|防疫站|研究院|研究所|设计院|事务所|派出所|法院"
    r"|检察院|管理局|监督局|管理所|管理处|管理站|服务站|工作站|中心|支队|大队|总队|部队|商行|商店|商场|超市|药店|药房|酒店"
    r"|宾馆|饭店|饭庄|餐厅|面馆|网吧|经营部|门市部|服务部|加工厂|养殖场|种植园|加油站|加气站|变电站|供电所|水务局|林场|农场"
    r"|协会|学会|商会|工会|联合会|促进会|基金会|教堂|清真寺|报社|出版社|电视台|图书馆|博物馆|纪念馆|文化馆|敬老院|养老院|福利院"
    r"|指挥部|项目部|筹建处|人民医院|[县市区镇乡省]委|[县市区镇乡省]政府|[\u4e00-\u9fff]{2}局|[\u4e00-\u9fff]{2}厂)$"
)
# Ends that names of people have, too: they count from five characters on.
_PERHAPS = re.compile(r"[局厂店社所站院校园馆部处室队会场寺庙行办厅署库港城市庄坊屋苑组集体]$")
_SEVERAL = re.compile(r"[、,，;；/]|和(?=[\u4e00-\u9fff]{2,3}$)")
_AND_OTHERS = re.compile(r"等(?:\d+|[一二三四五六七八九十]+)?(?:人|户|共有)?$|(?:夫妇|夫妻)$")
_NOTE = re.compile(r"（[^（）]*）$")  # 王五（户主）
_SHORTEST_SURE, _SHORTEST_PERHAPS = 4, 5


def holder_kind(series: pd.Series) -> Standardized:
    """Read a column of names of people and organisations.

    Column: `holder_kind`, 'organization', 'person' (several people, too), 'generic' (农民集体, 业主共有: no
    names) or 'doubtful'; NA for empty cells and for what says that there is no name.
    """
    values, codes = encode(to_arrow(series))
    read = organization_name(pd.Series(pd.array(values, dtype="string[pyarrow]"))).columns
    kinds = [
        None if pd.isna(name) else _kind(name, folded, not pd.isna(form) or not pd.isna(branch))
        for name, folded, form, branch in zip(
            read["name"], read["name_folded"], read["legal_form"], read["branch"], strict=True
        )
    ]
    return Standardized(
        frame({"holder_kind": take(pa.array(kinds, TEXT), codes)}, series.index), no_findings()
    )


def _kind(name: str, folded: str, has_form: bool) -> str:
    if _GENERIC.fullmatch(folded):
        return GENERIC
    if has_form:
        return ORGANIZATION
    if len(folded) >= _SHORTEST_SURE and _SURE.search(folded):
        return DOUBTFUL if _compound(folded) else ORGANIZATION
    people = [_AND_OTHERS.sub("", part) for part in _SEVERAL.split(_NOTE.sub("", name))]
    if all(_is_person(part) for part in people):
        return PERSON
    if len(people) == 1 and len(folded) >= _SHORTEST_PERHAPS and _PERHAPS.search(folded):
        return ORGANIZATION
    return DOUBTFUL


def _compound(text: str) -> bool:
    """Whether it may be a name of four characters with a compound surname."""
    return len(text) == 4 and pinyin.is_compound_surname(text[:2])


def _is_person(text: str) -> bool:
    if DOT in text:
        parts = text.split(DOT)
        return all(len(part) >= 1 and all(map(is_han, part)) for part in parts)
    if not text or not all(map(is_han, text)):
        return False
    if pinyin.is_compound_surname(text[:2]) and 3 <= len(text) <= 4:
        return True
    return 2 <= len(text) <= 3 and bool(pinyin.tables().singles[ord(text[0])])

"""What each comparison makes of two values as departments write them: the table both engines are held to.

A case is left, right and the level. Values go through the column functions first, so a case tells what
becomes of two cells, not of two columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Case = tuple[Any, Any, str]


@dataclass(frozen=True)
class Person:
    """A name with a former one."""

    name: str | None
    former: str | None = None


NAMES: list[Case] = [
    (None, None, "missing"),
    ("张伟", None, "missing"),
    ("", "张伟", "missing"),
    ("无", "张伟", "missing"),
    ("张伟", "张伟", "identical"),
    ("张 伟", "張偉", "identical"),
    ("𠮷田明", "𠮷田明", "identical"),
    ("阿依古丽·买买提", "阿依古丽买买提", "identical"),
    ("阿依古丽•買買提", "阿依古丽·买买提", "identical"),
    ("王?明", "王?明", "identical"),
    (Person("李小红"), Person("李晓宏", "李小红"), "former"),
    (Person("王芳", "王二妮"), Person("王敏", "王二妮"), "former"),
    (Person("李红"), Person("李红", "李二妮"), "identical"),
    ("阿依古丽·买买提", "买买提·阿依古丽", "reordered"),
    ("John Smith", "SMITH, John", "reordered"),
    ("阿依古丽·买买提", "阿依古丽", "part"),
    ("买买提·艾山", "阿卜杜拉·买买提·艾山", "part"),
    ("阿卜杜拉·艾山", "阿卜杜拉·买买提·艾山", "part"),
    ("阿依·买买提", "阿依古丽·买买提", "different"),
    ("古丽", "阿依古丽·买买提", "different"),
    ("张伟", "张玮", "pinyin"),
    ("单小红", "单晓红", "pinyin"),
    ("张卓明", "张zhuo明", "pinyin"),
    ("王喆", "王zhe", "pinyin"),
    ("李先", "李西安", "surname"),
    ("王祎", "王袆", "glyphs"),
    ("李末然", "李未然", "glyphs"),
    ("吉小明", "𠮷小明", "glyphs"),
    ("张?明", "张卓明", "glyphs"),
    ("张?明", "张?华", "one_differs"),
    ("欧阳□", "欧阳修", "glyphs"),
    ("王��明", "王𠮷明", "glyphs"),
    ("王\ue000明", "王𠮷明", "glyphs"),
    ("张?", "张伟", "lost"),
    ("张?", "张?", "identical"),
    ("张?", "李伟", "different"),
    ("王小明", "王明小", "swapped"),
    ("伟张", "张伟", "swapped"),
    ("𠮷小明", "𠮷明小", "swapped"),
    ("王小明", "王小小", "one_differs"),
    ("王小明", "王小亮", "one_differs"),
    ("王小𠮷", "王小明", "one_differs"),
    # Either may be what a clerk saw in the other, as in 王小? of a department without it.
    ("王小𠮶", "王小𠮵", "glyphs"),
    ("王小𠮶", "王小明", "glyphs"),
    ("王䶮", "王龙", "lost"),
    ("阿不都·买买提", "阿布杜·买买提", "different"),
    ("艾尼·买买提", "艾力·买买提", "one_differs"),
    ("阿不都·买买提", "阿不都·麦买提", "pinyin"),
    ("王小明", "李小明", "given_name"),
    ("欧阳小明", "王小明", "given_name"),
    ("王小明", "王明", "one_left_out"),
    ("王明", "王𠮷明", "one_left_out"),
    ("王", "王明", "different"),
    ("张伟", "张敏", "short_differs"),
    ("张伟", "李伟", "different"),
    ("张伟", "张建国", "surname"),
    ("欧阳修", "欧阳志强", "surname"),
    ("王小明", "李建国", "different"),
    ("王小明", "John Smith", "different"),
    ("JOHN SMITH", "JOHN SMYTH", "one_differs"),
    ("张某之子", "张某之子", "newborn_same"),
    ("张某之子", "张子轩", "newborn_surname"),
    ("欧阳兰之女", "欧阳晨", "newborn_surname"),
    ("王丽之女", "王某之女", "newborn_surname"),
    ("王丽之女", "张子涵", "newborn"),
    ("男婴", "张子涵", "newborn"),
    ("张子涵", "未取名", "newborn"),
]


@dataclass(frozen=True)
class Number:
    """An identity number, and whether what is stated beside it says it is somebody else's."""

    text: str | None
    is_anothers: bool = False


CITIZEN_IDS: list[Case] = [
    (None, "11010519491231002X", "missing"),
    ("", "11010519491231002X", "missing"),
    ("111111111111111111", "11010519491231002X", "missing"),
    ("11010519491231002X", "11010519491231002x", "equal"),
    ("'11010519491231002X", "１１０１０５１９４９１２３１００２Ｘ", "equal"),
    ("110105491231002", "11010519491231002X", "equal"),
    ("440524800101001", "440524188001010014", "alternative"),
    ("440524188001010014", "440524800101001", "alternative"),
    ("440524800101001", "440524198001010013", "equal"),
    ("110105194912310021", "110105194912310021", "equal_unverified"),
    ("G12345678", "g12345678", "equal_unverified"),
    ("11010519491231002", "11010519491231002", "equal_unverified"),
    ("110105194912310021", "11010519491231002X", "slip"),
    ("11010519491231003X", "11010519491231002X", "slip"),
    ("21010519491231002X", "11010519491231002X", "slip"),
    ("1101051949123100X2", "11010519491231002X", "slip"),
    ("110105194912301002", "11010519491231002X", "different"),
    ("11010519491213002X", "11010519491231002X", "slip"),
    ("11010519491231020X", "11010519491231002X", "slip"),
    ("440524188001010041", "440524188001010014", "slip"),
    ("1101051949123102X", "11010519491231002X", "slip"),
    ("911105194912310021", "411105194912310021", "slip"),
    ("91010519491231002X", "11010519491231002X", "slip"),
    ("911124198110281287", "11010519491231002X", "other_document"),
    ("1010519491231002X", "11010519491231002X", "slip"),
    ("11010519491231002", "11010519491231002X", "slip"),
    ("110105194912310002X", "11010519491231002X", "slip"),
    ("110105491231003", "11010519491231002X", "slip"),
    ("110105491213002", "11010519491231002X", "slip"),
    ("110105491231003", "110105491231002", "slip_unverified"),
    ("110105194912310021", "110105194912310022", "slip_unverified"),
    ("110105194912310000", "11010519491231002X", "damaged"),
    ("440524188001010000", "440524188001010014", "damaged"),
    ("440524188001010014.0", "440524188001010014", "damaged"),
    ("440524188001010000", "440524188001010000", "damaged"),
    ("440524188001010000", "440524188001011000", "different"),
    ("4.40524188001010E+17", "440524188001010014", "damaged"),
    ("440524**********14", "440524188001010014", "damaged_partly"),
    ("44052418800101****", "440524188001010014", "damaged"),
    ("440524XXXXXXXX0014", "440524188001010014", "damaged_partly"),
    ("440524**********15", "440524188001010014", "different"),
    ("4.40524E+17", "440524188001010014", "damaged_partly"),
    ("4.40524E+17", "4.40524E+17", "damaged_partly"),
    ("4.4E+17", "440524188001010014", "unreadable"),
    ("4.40525E+17", "440524188001010014", "different"),
    ("110105194912310012", "11010519491231002X", "different"),
    ("11010519491231002X", "440524188001010014", "two_numbers"),
    ("11010519491231002X", Number("440524188001010014", is_anothers=True), "anothers"),
    (Number("11010519491231002X", is_anothers=True), "11010519491231002X", "equal"),
    (Number("110105194912310062", is_anothers=True), "11010519491231002X", "neighbouring"),
    (Number("110105194912310012", is_anothers=True), "11010519491231002X", "different"),
    ("110105194912310062", "11010519491231002X", "neighbouring"),
    ("440524188001010014", "440524188001010030", "neighbouring"),
    ("440524188001010014", "440524198001010013", "neighbouring"),
    ("G12345678", "11010519491231002X", "other_document"),
    ("G12345678", "G12345679", "other_document"),
    ("FRA110081010101", "11010519491231002X", "other_document"),
    ("810000199408230021", "830000199201300022", "two_numbers"),
    ("440524188001010015", "11010519491231002X", "different"),
]

DATES: list[Case] = [
    (None, "1985-02-20", "missing"),
    ("不详", "1985-02-20", "missing"),
    ("", "", "missing"),
    ("19850220", "1985年2月20日", "equal"),
    ("一九八五年二月二十日", "1985/2/20", "equal"),
    ("1985-01-01", "1985-02-20", "lunar"),
    ("1990-05-23", "1990-06-15", "lunar"),
    ("1976-12-30", "1977-02-17", "lunar"),
    ("1990-03-05", "1990-05-03", "swapped"),
    ("1990-12-11", "1990-11-12", "swapped"),
    ("1990-03-15", "1991-03-15", "year_beside"),
    ("1999-12-31", "2000-12-31", "year_beside"),
    ("1990-03-15", "1980-03-15", "digit"),
    ("1990-03-15", "1990-03-16", "digit"),
    ("1985-03-15", "1958-03-15", "digit"),
    ("1990-03-12", "1990-03-21", "digit"),
    ("1990-01-21", "1990-10-21", "digit"),
    ("1990-03-15", "1990-03-28", "month"),
    ("1990-03", "1990-03-28", "month"),
    ("1990", "1990-07-28", "year"),
    ("1990-07-28", "1990-01-01", "year"),
    ("1990-01-01", "1991-07-28", "different"),
    ("1990-03-15", "1962-11-04", "different"),
    ("1990-03-15", "1993-03-16", "different"),
]

HOME = "河南省漯河市源汇区祁山路5号阳光花园3号楼2单元501室"


@dataclass(frozen=True)
class Addresses:
    """A registered and a current address."""

    registered: str | None
    current: str | None = None


ADDRESSES: list[Case] = [
    (Addresses(None), Addresses(HOME), "missing"),
    (Addresses("不详"), Addresses(HOME), "missing"),
    (Addresses("", ""), Addresses("", ""), "missing"),
    (Addresses("河南省漯河市源汇区"), Addresses(HOME), "missing"),
    (Addresses(HOME), Addresses(HOME), "home"),
    (Addresses(None, HOME), Addresses(HOME), "home"),
    (Addresses(HOME), Addresses("召陵区张庄村12号", HOME), "home"),
    (Addresses(HOME), Addresses("漯河市源汇区阳光花园3栋2单元501"), "home"),
    (Addresses(HOME), Addresses("阳光花园3-2-501"), "home"),
    (Addresses(HOME), Addresses("源汇区祁山路5号3号楼2单元501室"), "home"),
    (Addresses(HOME), Addresses("河南省漯河市源汇區祁山路5號陽光花園3號樓2單元501室"), "home"),
    (Addresses(HOME), Addresses("源汇区阳光花园3号楼2单元502"), "building"),
    (Addresses(HOME), Addresses("源汇区阳光花园3号楼501"), "building"),
    (Addresses("源汇区祁山路5号"), Addresses("源汇区祁山路5号"), "building"),
    (Addresses("源汇区祁山路5号"), Addresses("源汇区祁山路7号"), "county"),
    (Addresses(HOME), Addresses("源汇区阳光花园4号楼2单元501"), "site"),
    (Addresses(HOME), Addresses("源汇区阳光花园"), "site"),
    (Addresses("源汇区阳光花园"), Addresses("源汇区阳光花园"), "site"),
    (Addresses(HOME), Addresses("召陵区阳光花园3号楼2单元501"), "different"),
    (Addresses(HOME), Addresses("源汇区人民路5号"), "county"),
    (Addresses("召陵区万金镇张庄村3组12号"), Addresses("漯河市召陵区万金镇张庄村3组12号"), "building"),
    (Addresses("召陵区万金镇张庄村3组12号"), Addresses("召陵区万金镇张庄村4组"), "village"),
    (Addresses("召陵区万金镇张庄村3组"), Addresses("召陵区万金镇张庄村3组"), "village"),
    (Addresses("召陵区万金镇张庄村12号"), Addresses("召陵区姬石镇张庄村12号"), "county"),
    (Addresses("召陵区万金镇张庄村12号"), Addresses("漯河市召陵区张庄村12号"), "building"),
    (Addresses("召陵区万金镇张庄村12号"), Addresses("张庄村3组"), "village"),
    (Addresses("召陵区万金镇张庄村12号"), Addresses("源汇区张庄村12号"), "different"),
    (Addresses("源汇区𠮷祥路5号"), Addresses("源汇区𠮷祥路5号"), "building"),
    (Addresses("源汇区𠮷祥路5号"), Addresses("源汇区吉祥路5号"), "county"),
    (Addresses(HOME), Addresses("北京市东城区和平里1号"), "different"),
    (Addresses(HOME, "北京市东城区和平里1号"), Addresses("西藏拉萨市城关区北京路1号", HOME), "home"),
]

ORGANIZATIONS: list[Case] = [
    (None, "漯河市宏发商贸有限公司", "missing"),
    ("", "漯河市宏发商贸有限公司", "missing"),
    ("无", "漯河市宏发商贸有限公司", "missing"),
    ("漯河市宏发商贸有限公司", "漯河市宏发商贸有限公司", "full"),
    ("漯河市宏发商贸有限公司", " 漯河市 宏发商貿有限責任公司", "full"),
    ("宏发（漯河）商贸有限公司", "宏发(漯河)商贸有限责任公司", "full"),
    ("漯河市宏发商贸股份公司", "漯河市宏发商贸股份有限公司", "full"),
    ("临颍县德宇肉牛养殖专业合作社", "临颍县德宇肉牛养殖专业合作社", "full"),
    ("漯河市宏发超市", "漯河市宏发超市", "identical"),
    ("宏发商贸有限公司", "宏发商贸有限公司", "identical"),
    ("漯河市宏发商贸有限公司", "漯河宏发商贸有限公司", "same"),
    ("漯河市宏发商贸有限公司", "河南省漯河市宏发商贸有限公司", "same"),
    ("漯河市宏发商贸有限公司", "漯河市宏发商贸公司", "same"),
    ("漯河市宏发商贸有限公司", "漯河市宏发商贸", "same"),
    ("漯河市宏发商贸有限公司", "宏发（漯河）商贸有限公司", "same"),
    ("临颍县德宇肉牛养殖专业合作社", "临颍县德宇肉牛养殖农民专业合作社", "same"),
    ("漯河市第三中学", "漯河三中", "same"),
    ("漯河市𠮷祥商贸有限公司", "漯河𠮷祥商贸有限公司", "same"),
    ("漯河市宏发商贸有限公司", "宏发商贸有限公司", "without_division"),
    ("漯河市宏发商贸有限公司", "宏发商贸", "without_division"),
    ("临颍县德宇肉牛养殖专业合作社", "德宇肉牛养殖", "without_division"),
    ("漯河市源汇区文化馆", "源汇区文化馆", "same"),
    ("漯河市宏发商贸有限公司", "漯河市宏发商贸股份有限公司", "legal_form"),
    ("漯河市宏发商贸有限公司", "漯河市宏发商贸专业合作社", "legal_form"),
    ("漯河市宏发商贸有限公司", "郑州市宏发商贸有限公司", "division"),
    ("漯河市财政局", "漯河市源汇区财政局", "division"),
    ("漯河市宏发商贸有限公司", "漯河市宏发商贸有限公司源汇区分公司", "branch"),
    ("漯河市宏发商贸有限公司第一分公司", "漯河市宏发商贸有限公司第二分公司", "branch"),
    ("漯河市宏发商贸有限公司第二分公司", "漯河市宏发商贸有限责任公司二分公司", "same"),
    ("漯河市宏发商贸有限公司召陵区分公司", "漯河市宏发商贸有限公司召陵分公司", "same"),
    ("漯河市宏发超市人民路店", "漯河市宏发超市", "branch"),
    ("漯河市宏发超市人民路店", "漯河市宏发超市黄河路店", "branch"),
    ("中国农业银行漯河分行", "中国农业银行源汇支行", "branch"),
    ("河南泰嘉调味品厂第五分公司", "河南泰嘉调味品厂", "branch"),
    ("漯河市第一建筑工程有限公司", "漯河市第二建筑工程有限公司", "marks"),
    ("漯河市第一建筑工程有限公司", "漯河市建筑工程有限公司", "marks"),
    ("漯河市第1建筑工程有限公司", "漯河市第一建筑工程有限公司", "same"),
    ("漯河市高级中学东校区", "漯河市高级中学西校区", "branch"),
    ("阳光花园一期物业服务中心", "阳光花园二期物业服务中心", "marks"),
    ("漯河市宏立商贸有限公司", "漯河市洪立商贸有限公司", "sound"),
    ("舞阳县辛安颖川汽配店", "舞阳县颖川汽配店", "end"),
    ("源汇区泰光街杜燕生活超市", "杜燕生活超市", "end"),
    ("临颍县方康康水产店", "临颍县方抗康水产店", "sound"),
    ("漯河市豫隆祥物流有限公司", "漯河市豫隆物流有限公司", "one_differs"),
    ("漯河市宏发商贸有限公司", "漯河市宏达商贸有限公司", "one_differs"),
    ("漯河市宏发商贸有限公司第一分公司", "漯河市宏达商贸有限公司", "different"),
    ("漯河市宏发商贸有限公司", "漯河市宏发建材有限公司", "trade_name"),
    ("漯河市宏发商贸有限公司", "漯河市宏发有限公司", "trade_name"),
    ("漯河市宏发商贸有限公司", "漯河市永盛建材有限公司", "different"),
    ("漯河市宏发商贸有限公司", "郑州市宏达商贸有限公司", "different"),
]

PHONES: list[Case] = [
    (None, "13800138001", "missing"),
    ("13800000000", "13800138001", "missing"),
    ("12345678", "12345678", "missing"),
    ("", "", "missing"),
    ("无", "13800138001", "missing"),
    ("13803950001", "13803950001", "equal"),
    ("138-0395-0001", "+86 13803950001", "equal"),
    ("1380395000", "13803950001", "missing"),
    ("0395-2345678", "03952345678", "equal"),
    ("0395-3345671", "3345671", "without_area_code"),
    ("3345671", "0395-3345671", "without_area_code"),
    ("010-63345671", "63345671", "without_area_code"),
    ("0395-3345671", "3345672", "different"),
    ("0395-3345671", "0396-3345671", "different"),
    ("13803950001", "13803950002", "digit"),
    ("13803950001", "13903950001", "digit"),
    ("13803950001", "13809350001", "digit"),
    ("13803950001", "13803950010", "digit"),
    ("13803950001", "13803950112", "different"),
    ("13803950001", "15038012345", "different"),
    ("13803950001", "0395-3345671", "different"),
]

SEXES: list[Case] = [
    ("男", "1", "equal"),
    ("女", "女性", "equal"),
    ("男", "女", "different"),
    ("未知", "男", "missing"),
    ("0", "男", "missing"),
    ("9", "9", "missing"),
    (None, "男", "missing"),
    ("", "女", "missing"),
    (None, None, "missing"),
]

EXACT: list[Case] = [
    ("a", "a", "equal"),
    ("a", "A", "different"),
    ("a", "a ", "different"),
    ("𠮷", "𠮷", "equal"),
    ("𠮷", "𠮶", "different"),
    ("é", "e\u0301", "different"),
    ("", "a", "missing"),
    ("a", None, "missing"),
    (None, None, "missing"),
]

ORGANIZATION_CODES: list[Case] = [
    (None, "D2143569X", "missing"),
    ("111111111", "D2143569X", "missing"),
    ("D2143569-X", "D2143569X", "equal"),
    ("91350100M000100Y43", "M000100Y4", "equal"),
    ("411102D2143569X", "D2143569-X", "equal"),
    ("D21435690", "D21435690", "equal_unverified"),
    ("D2143569X", "D2143560X", "slip"),
    ("D2143569X", "D1243569X", "slip"),
    ("D2143569X", "M000100Y4", "two_codes"),
    ("D2143569X", "D21435", "different"),
    ("D2143560X", "M000100Y1", "different"),
]

REPRESENTATIVES: list[Case] = [
    (None, "李建国", "missing"),
    ("李建国", "李建国", "identical"),
    ("李建国 11010519491231002X", "李建国 11010519491231002X", "number"),
    ("李建国 11010519491231002X", "王秀英 11010519491231002X", "number"),
    ("李建国 11010519491231002X", "李建国", "identical"),
    ("李建国", "李建國", "identical"),
    ("李剑国", "李建国", "sound"),
    ("李建国", "王秀英", "different"),
]

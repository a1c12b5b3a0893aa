"""One organisation's name: division + trade name + industry + legal form, and what tells it from its like.

Patterns follow 企业名称登记管理规定: the four parts in this order, the division at the front or in brackets;
the name of a branch is that of its parent and its own words after it.
"""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

from basedb.standards.organizations.head import Divisions
from basedb.standards.organizations.industry import Industries
from basedb.standards.text import numeral

_DIGITS = "零〇一二三四五六七八九十百两0123456789"
_NUMBER = f"[{_DIGITS}]"
_COMPANY = "公司"
# What makes 公司 the end of a branch, and what kind of company it makes it, longest first.
_NOT_THE_PARENT = "分子支总"
_KINDS = {
    "股份有限": "股份有限公司",
    "有限责任": "有限公司",
    "有限": "有限公司",
    "股份": "股份有限公司",
    "": "公司",
}
_COOPERATIVE = re.compile(r"(?:股份)?经济(?:合作社|联合社)|(?:农民)?专业合作社|合作社|联合社")
_PARTNERSHIP = re.compile(r"\((特殊普通合伙|普通合伙|有限合伙|个人独资|个体工商户)\)")
# A note on the whole organisation, which names no part of it.
_NOTE = re.compile(
    r"\((?:筹|筹备|筹建|筹建处|筹备组|已?注销|已?吊销|停业|歇业|个体工商户|个体|个人独资|普通合伙|有限合伙|特殊普通合伙"
    r"|自然人独资|国有独资|外商投资|中外合资|暂名|原|新)\)$"
)
_BRACKETS = re.compile(r"\(([^()]*)\)")
# What follows the name of a shop, school or bank and has a place, a number or 分 in it is a branch.
_BRANCH = re.compile(
    r"^(?P<head>.{3,}?(?:超市|商场|药房|药店|酒店|宾馆|饭店|医院|卫生院|学校|中学|小学|大学|学院|幼儿园|商行|集团|网吧|诊所|中心"
    r"|银行|信用社|联社|邮政))"
    rf"(?P<branch>(?:(?:.{{0,8}}(?:路|街|大道|广场|小区|新村|[东西南北]城|城[东西南北]|[东西南北])|第?{_NUMBER}+号?|.{{0,6}}分)"
    r"(?:连锁)?(?:店|部|校|院|园|馆|所|厂|社|校区|院区)|.{0,8}(?:支行|分行|分理处|储蓄所|营业所|营业部)))$"
)
_BRANCH_OF_WORKS = re.compile(r"^(?P<head>.{3,}?[厂店社场所院馆行])(?P<branch>.{0,8}[分支]公司)$")
_BRANCH_ENDS = frozenset("店部校院园馆所厂社区行处司")
_BRANCH_WORDS = frozenset(_DIGITS + "路街道场村区城东西南北分支储营")
_ORDINAL = re.compile(rf"第?({_NUMBER}+)号?")
_MARK = re.compile(
    rf"第(?P<ordinal>{_NUMBER}+)"
    rf"|(?P<counted>{_NUMBER}+)(?=号店|分店|分厂|分校|分院|分公司|支公司|校区|院区|店$|部$|厂$|队$|院$|分$)"
    rf"|(?P<school>{_NUMBER}+)(?P<level>[中小])$"
    rf"|(?P<phase>{_NUMBER}+)期"
    r"|(?<!^)(?P<side>[东西南北新老总本])(?=校区|院区|厂区|区$|分店|店$|院$|站$)|城(?P<town_side>[东西南北])(?=店|分|校|站)"
)
_MARKS = frozenset(_DIGITS + "东西南北新老总本")
_SCHOOLS = {"中": "中学", "小": "小学"}
_SHORTEST = 2


class Parts(NamedTuple):
    """The parts of a name in its compared form; None where there is none.

    marks: the numbers, sides and phases that tell 第一建筑 from 第二建筑. core: what is left without
    division, legal form, marks and branch: trade name and industry.
    """

    division: str | None
    trade_name: str | None
    industry: str | None
    legal_form: str | None
    branch: str | None
    marks: str | None
    core: str


class Reader:
    """Reads names, each folded, with half-width brackets, without blanks. home: see `Divisions`."""

    def __init__(self, home: str = "") -> None:
        self._divisions = Divisions(home)
        self._industries = Industries()

    def read(self, text: str) -> Parts:
        """The parts of one name."""
        text, form, branch = _split(text)
        place = None
        if "(" in text:
            place, text = self._bracketed(text)
        division, core = self._divisions.take(text, self._industries.leaves_trade_name)
        marks: list[str] = []
        if len(core) >= _SHORTEST and not _MARKS.isdisjoint(core):
            core = _MARK.sub(partial(_mark, marks), core) or core
        trade_name, industry = self._industries.split(core, firm=form is not None)
        return Parts(
            division or place,
            trade_name or None,
            industry or None,
            form,
            self._branch(branch) if branch else None,
            "".join(sorted(set(marks))) if marks else None,
            core,
        )

    def _bracketed(self, text: str) -> tuple[str | None, str]:
        """宏发(漯河)商贸: a division in brackets, and the text without it; other brackets are taken off."""
        for match in _BRACKETS.finditer(text):
            division, rest = self._divisions.take(match[1], lambda after: not after)
            if division and not rest:
                return division, _bare(text[: match.start()] + text[match.end() :])
        return None, _bare(text)

    def _branch(self, text: str) -> str:
        """漯河市第二分公司 and 漯河二分公司 are one: the division as code, numbers as digits."""
        division, rest = self._divisions.take(text, bool, loosely=True)
        return (division or "") + _ORDINAL.sub(lambda match: _digits(match[1]), rest)


def _split(text: str) -> tuple[str, str | None, str]:
    """What stands before the legal form, the form, and what stands after it."""
    at = text.find(_COMPANY)
    while at > 0 and text[at - 1] in _NOT_THE_PARENT:
        at = text.find(_COMPANY, at + 1)
    if at >= _SHORTEST:
        kind = next(kind for kind in _KINDS if text.endswith(kind, 0, at))
        if at - len(kind) >= _SHORTEST:
            return text[: at - len(kind)], _KINDS[kind], _tail(text[at + len(_COMPANY) :])
    if "社" in text and (match := _COOPERATIVE.search(text)) and match.start() >= _SHORTEST:
        form = "经济合作社" if "经济" in match[0] else "专业合作社"
        return text[: match.start()], form, _tail(text[match.end() :])
    if "(" in text and (match := _PARTNERSHIP.search(text)):
        return text[: match.start()], match[1], _tail(text[match.end() :])
    if (
        text[-1:] in _BRANCH_ENDS
        and not _BRANCH_WORDS.isdisjoint(text[_SHORTEST:])
        and (match := _BRANCH.match(text) or _BRANCH_OF_WORKS.match(text))
    ):
        return match["head"], None, match["branch"]
    return text, None, ""


def _tail(text: str) -> str:
    """What follows the legal form: the branch, but for a note in brackets (筹建) or the kind of business."""
    return _bare(_NOTE.sub("", text)) if text else text


def _bare(text: str) -> str:
    return text.replace("(", "").replace(")", "") if text else text


def _mark(marks: list[str], match: re.Match[str]) -> str:
    """Note a mark, and leave what it leaves of the text."""
    if match["school"]:
        marks.append(_digits(match["school"]))
        return _SCHOOLS[match["level"]]
    if match["phase"]:
        marks.append(_digits(match["phase"]) + "期")
    else:
        side = match["side"] or match["town_side"]
        marks.append(side or _digits(match["ordinal"] or match["counted"]))
    return ""


def _digits(text: str) -> str:
    value = int(text) if text.isdecimal() else numeral(text)
    return text if value is None else str(value)

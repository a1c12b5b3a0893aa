"""Names of organisations: the same name written otherwise, and different ones that look the same.

The columns are those of `basedb.standards.organizations.organization_name`.
"""

from __future__ import annotations

from dataclasses import dataclass

from basedb.linkage.comparisons.strings import (
    cross_equal,
    equal,
    may_be_one_apart,
    missing,
    one_indel,
    one_substitution,
    sides,
    when,
)
from basedb.linkage.model import ELSE, Comparison, Condition, Level

_LONGEST = 16
# 商贸 is the end of many names, 宏发商贸 of few.
_SHORTEST_END = 3


@dataclass(frozen=True)
class OrganizationColumns:
    """The columns an organisation's name is compared by. former: that of a former name, if there is one."""

    name: str = "name_folded"
    division: str = "division"
    trade_name: str = "trade_name"
    legal_form: str = "legal_form"
    branch: str = "branch"
    marks: str = "marks"
    core: str = "name_core"
    pinyin: str = "core_pinyin"
    former: str = ""


def organization_name(columns: OrganizationColumns | None = None, called: str = "name") -> Comparison:
    """Compare names by their parts.

    Levels: missing; full (equal, and complete with division and legal form: one registration authority enters such
    a name once, 企业名称登记管理规定 of 2020, article 17, however many organisations there are); identical (shops
    and schools of one name exist); former (where there is a column of former names: one equals the name or the
    former name of the other); branch (a branch and its parent, or two branches: never one
    organisation); marks (第一 and 第二, 东 and 西, 一期 and 二期: never one either); same (all that
    tells names apart agrees, the kind of company may be left out); without_division (one of the names
    leaves it out); legal_form (another one: changed, or another firm); division (another one); sound (the
    same sound); end (one name is the end of the other: a street or town before it); one_differs (one
    character differs, or is more or less); trade_name (but another industry); different.
    """
    c = columns or OrganizationColumns()
    core = equal(c.core)
    alike = same_marks(c) & same_branch(c)

    def fuzzy(name: str, zh: str, condition: Condition, m: float, u: float) -> Level:
        return Level(name, zh, condition, tf=c.name, tf_weight=0.5, tf_reference="identical", m=m, u=u)

    return Comparison(
        called,
        "名称",
        (
            Level("missing", "缺失", missing(c.name), missing=True),
            Level(
                "full",
                "全称相同",
                equal(c.name) & whole_name(c),
                tf=c.name,
                tf_reference="identical",
                m=0.5,
                u=1.2e-9,
            ),
            # In a small town even the rarest name is not rare: 0.7 keeps some of what names in general say.
            Level("identical", "相同", equal(c.name), tf=c.name, tf_weight=0.7, m=0.28, u=1.5e-6),
            *_former(c),
            Level("branch", "总分支机构或两个分支机构", core & ~same_branch(c), m=0.002, u=1e-5),
            Level("marks", "序号、方位或期次不同", core & ~same_marks(c), m=0.002, u=4e-6),
            Level("same", "各部分相同", core & same_division(c) & same_form(c), m=0.06, u=1.5e-6),
            Level(
                "without_division",
                "一方无行政区划",
                core & division_missing(c) & same_form(c),
                m=0.055,
                u=3e-6,
            ),
            Level("legal_form", "组织形式不同", core & fitting_division(c), m=0.012, u=2e-6),
            Level("division", "行政区划不同", core, m=0.012, u=2.5e-5),
            Level("sound", "同音", same_sound(c) & alike & nested_division(c), m=0.02, u=4e-6),
            fuzzy("end", "一方前有其他地名", one_is_the_end(c) & alike & nested_division(c), m=0.012, u=2e-5),
            fuzzy("one_differs", "一字之差", one_differs(c) & alike & nested_division(c), m=0.02, u=2e-4),
            Level(
                "trade_name",
                "字号相同，行业不同",
                equal(c.trade_name) & alike & nested_division(c),
                m=0.012,
                u=3e-4,
            ),
            Level("different", "不同", ELSE, m=0.013, u=0.999429),
        ),
    )


def _former(c: OrganizationColumns) -> tuple[Level, ...]:
    if not c.former:
        return ()
    known = cross_equal(c.former, c.name) | equal(c.former)
    return (Level("former", "曾用名称相同", known, tf=c.name, tf_reference="identical", m=0.01, u=2e-6),)


def whole_name(c: OrganizationColumns) -> Condition:
    """The name has a division and a legal form. Of equal names the other has them, too."""
    return Condition(f"l.{c.division} IS NOT NULL AND l.{c.legal_form} IS NOT NULL")


def same_branch(c: OrganizationColumns) -> Condition:
    """Both are the same branch, or neither is one."""
    return _same(c.branch)


def same_marks(c: OrganizationColumns) -> Condition:
    """The same numbers, sides and phases, or none in either name."""
    return _same(c.marks)


def same_division(c: OrganizationColumns) -> Condition:
    """The same division, or none in either name."""
    return _same(c.division)


def division_missing(c: OrganizationColumns) -> Condition:
    """A name leaves the division out."""
    return Condition(f"l.{c.division} IS NULL OR r.{c.division} IS NULL")


def fitting_division(c: OrganizationColumns) -> Condition:
    """The same division, as far as the names give it."""
    return Condition(f"coalesce(l.{c.division} = r.{c.division}, true)")


def nested_division(c: OrganizationColumns) -> Condition:
    """The same division, or one that lies in the other (codes without the zeros of lower levels)."""

    def lies_in(inner: str, outer: str) -> str:
        return f"substr({inner}.{c.division}, 1, length({outer}.{c.division})) = {outer}.{c.division}"

    return Condition(f"coalesce({lies_in('l', 'r')} OR {lies_in('r', 'l')}, true)")


def same_form(c: OrganizationColumns) -> Condition:
    """The same legal form, as far as the names give it; 公司 may be any kind of company."""

    def unspecified(one: str, other: str) -> str:
        return f"({one}.{c.legal_form} = '公司' AND right({other}.{c.legal_form}, 2) = '公司')"

    return Condition(
        f"coalesce(l.{c.legal_form} = r.{c.legal_form}, true)"
        f" OR {unspecified('l', 'r')} OR {unspecified('r', 'l')}"
    )


def same_sound(c: OrganizationColumns) -> Condition:
    """Trade name and industry sound alike, character by character."""
    left, right = sides(c.core)
    return equal(c.pinyin) & Condition(f"length({left}) = length({right})")


def one_is_the_end(c: OrganizationColumns) -> Condition:
    """One core is the end of the other: 辛安颖川汽配店 and 颖川汽配店."""
    left, right = sides(c.core)

    def ends(long: str, short: str) -> str:
        start = f"length({long}) - length({short}) + 1"
        return (
            f"(length({short}) > {_SHORTEST_END} AND length({long}) > length({short})"
            f" AND substr({long}, {start}) = {short})"
        )

    last = Condition(f"substr({left}, -2) = substr({right}, -2)")
    return when(last, Condition(f"{ends(left, right)} OR {ends(right, left)}"))


def one_differs(c: OrganizationColumns) -> Condition:
    """One character of the core differs, or is left out, in cores of four or more."""
    left, right = sides(c.core)
    lengths = Condition(
        f"length({left}) - length({right}) BETWEEN -1 AND 1 AND length({left}) >= 4 AND length({right}) >= 4"
    )
    near = one_substitution(left, right, _LONGEST) | one_indel(left, right, _LONGEST)
    return when(lengths, when(may_be_one_apart(left, right), near))


def _same(column: str) -> Condition:
    return Condition(f"coalesce(l.{column}, '') = coalesce(r.{column}, '')")

"""When two mentions are the same organisation.

A valid code is strong evidence, and not proof: a branch is entered under its parent's code, an agent's code
stands where the client's should. Names change lawfully under one code. Equal codes therefore link where
the names are compatible, or where representative, telephone or address says that it was renamed; a branch and
its parent, and 第一 and 第二, never.
"""

from __future__ import annotations

from basedb.domain import KeyRule
from basedb.linkage.comparing import level_expression
from basedb.linkage.comparisons.addresses import address, address_columns
from basedb.linkage.comparisons.organization_codes import organization_code, representative
from basedb.linkage.comparisons.organizations import (
    OrganizationColumns,
    organization_name,
    same_branch,
)
from basedb.linkage.comparisons.phones import phone
from basedb.linkage.comparisons.strings import equal
from basedb.linkage.model import (
    AnyOf,
    BlockingRule,
    Comparison,
    Condition,
    Constraint,
    MatchModel,
    SoleValue,
)

_COLUMNS_OF_NAME = OrganizationColumns(former="former_name_folded")
_NAME = organization_name(_COLUMNS_OF_NAME)
_CODE = organization_code()
_REPRESENTATIVE = representative()
_ADDRESS = address(("registered", "business"))
_PHONE = phone()


def _comes_out(comparison: Comparison, levels: tuple[str, ...]) -> Condition:
    """The comparison of the two records comes out at one of the levels."""
    names = [level.name for level in comparison.levels]
    places = ", ".join(str(names.index(level)) for level in levels)
    return Condition(f"{level_expression(comparison)} IN ({places})")


# Writings of one name; names that may be; and what never is one organisation.
_ONE_NAME = ("full", "identical", "former", "same", "without_division", "sound")
_SIMILAR_NAME = ("legal_form", "division", "end", "one_differs", "trade_name")
_KIN_NAME = ("branch", "marks")
_OTHER_NAME = ("trade_name", "different")
_ONE_CODE = ("equal", "equal_unverified", "slip")
_NOT_ONE_CODE = tuple(level.name for level in _CODE.levels if level.name not in _ONE_CODE)

_SITES = ("registered_plate", "registered_estate", "business_plate", "business_estate")
_SAME_SITE = " OR ".join(
    f"l.{one}_{part} = r.{other}_{part}"
    for one in ("registered", "business")
    for other in ("registered", "business")
    for part in ("plate", "estate")
)
# What an organisation keeps when it takes another name: two of these at least, since an owner has several firms
# and an agent gives one telephone for all. An ordinal may be left out, but not be another.
_KEPT = (
    equal("representative_folded"),
    equal("phone"),
    equal("name_industry"),
    Condition(_SAME_SITE),
)
_RENAMED = (
    same_branch(_COLUMNS_OF_NAME)
    & Condition("coalesce(l.marks = r.marks, true)")
    & Condition(f"{' + '.join(f'CASE WHEN {kept.sql} THEN 1 ELSE 0 END' for kept in _KEPT)} >= 2")
)
COMPATIBLE = f"""({_comes_out(_NAME, (*_ONE_NAME, *_SIMILAR_NAME)).sql} OR coalesce({_RENAMED.sql}, false))"""

BY_CODE = KeyRule(
    method="org_code",
    keys={
        "org_code": "org_code_valid",
        "registration_number": "registration_number_valid",
        "sole_name": "sole_name IS NOT NULL",
    },
    compatible=COMPATIBLE,
    compares=(
        "name_folded",
        "former_name_folded",
        "division",
        "trade_name",
        "name_industry",
        "legal_form",
        "branch",
        "marks",
        "name_core",
        "core_pinyin",
        "representative_folded",
        "phone",
        *_SITES,
    ),
)

# A departmental key may be given to somebody else: then neither code nor name agrees.
SAME_RECORD = f"""(
    l.code_valid AND r.code_valid AND l.code = r.code
    OR ({COMPATIBLE} AND NOT coalesce(l.code_valid AND r.code_valid AND l.code <> r.code, false))
    OR l.name_folded IS NULL OR r.name_folded IS NULL
)"""

# A register mends a code by ending the entry under the old one and opening another.
SUCCESSION = """(
    l.name_folded = r.name_folded AND l.representative_folded = r.representative_folded
    AND coalesce(l.registered_plate = r.registered_plate, l.phone = r.phone, false)
)"""

# Any code leads to the nine characters of the organisation code, also one whose check fails.
_CODE_TEXT = """coalesce(org_code,
    CASE WHEN length(credit_code) = 18 THEN substr(credit_code, 9, 9) END,
    CASE WHEN length(taxpayer_number) = 18 THEN substr(taxpayer_number, 9, 9)
        WHEN length(taxpayer_number) = 15 AND taxpayer_kind = 'old15' THEN substr(taxpayer_number, 7, 9) END)"""

_PLAIN = (
    "name_folded", "former_name_folded", "trade_name", "name_industry", "name_core", "core_pinyin", "representative_folded",
    "representative_pinyin", "phone", "registration_number",
)  # fmt: skip
_COLUMNS = (
    *_PLAIN, "name_division", "name_form", "name_branch", "name_marks", "org_code", "org_code_valid", "credit_code",
    "taxpayer_number", "taxpayer_kind", "registration_number_valid", "representative_number",
    "representative_number_valid", "registered_address_key", "business_address_key", "sole_name",
    "registration_status",
)  # fmt: skip
_RECORDS = {
    **{name: name for name in _PLAIN},
    "division": "name_division",
    "legal_form": "name_form",
    "branch": "name_branch",
    "marks": "name_marks",
    "representative_number": "CASE WHEN representative_number_valid THEN representative_number END",
    # I, O, S, V and Z are in no credit code: they were written for the digits they look like.
    "code": f"translate({_CODE_TEXT}, 'OISZ', '0152')",
    "code_valid": "coalesce(org_code_valid, false)",
    # A branch is entered under its parent's code by everybody but the register: what it states is not its own.
    "own_code": "CASE WHEN org_code_valid AND (name_branch IS NULL OR registration_status IS NOT NULL) THEN org_code END",
    **address_columns("registered_address_key", "registered"),
    **address_columns("business_address_key", "business"),
}

# What one wrong, missing or additional character, or a place before it, leaves whole of a name of four characters
# or more: its beginning, its end, or all of a short one but the second. Of one representative's firms few share that.
# Thousands share an address and a line of business: there the name must be as rare as the whole, or a city's pairs
# grow with the square of its firms.
_LIKE_NAME = AnyOf(
    (
        "left(name_core, 2)",
        "right(name_core, 3)",
        "CASE WHEN length(name_core) = 4 THEN left(name_core, 1) || right(name_core, 2) END",
    )
)
_SAME_END = "right(trade_name, 2) || coalesce(name_industry, '')"

ORGANIZATION = MatchModel(
    name="organization",
    columns=_COLUMNS,
    records=_RECORDS,
    blocking=(
        BlockingRule("code", "机构代码、注册号", (AnyOf(("code", "registration_number")),)),
        BlockingRule("name", "名称", (AnyOf(("name_folded", "former_name_folded")),)),
        # One registration authority enters one trade name in one line of business once (企业名称登记管理规定 of 2020,
        # article 17): a city has as many of them as it has divisions. Hundreds of branches, of numbered schools, have
        # no more in common than what never makes them one.
        BlockingRule("core", "名称主干", ("name_core", "coalesce(branch, '')", "coalesce(marks, '')")),
        BlockingRule("representative", "代表人，且名称相近", ("representative_pinyin", _LIKE_NAME)),
        BlockingRule(
            "place", "地址，且名称读音或末尾相同", (AnyOf(_SITES), AnyOf(("core_pinyin", _SAME_END)))
        ),
        BlockingRule("phone", "电话", ("phone",)),
        # One wrong character leaves one half of a code whole.
        BlockingRule(
            "half_code",
            "半个代码，且代表人",
            ("representative_pinyin", AnyOf(("'a' || substr(code, 1, 4)", "'b' || substr(code, 5)"))),
        ),
    ),
    comparisons=(_NAME, _CODE, _REPRESENTATIVE, _ADDRESS, _PHONE),
    constraints=(
        Constraint(
            "branch",
            Constraint.CANNOT_LINK,
            Condition("coalesce(l.branch, '') <> coalesce(r.branch, '')"),
            "总机构与分支机构，或两个分支机构",
            "a branch and its parent, or two branches",
            whole=True,
            levels=(("name", ("branch",)),),
        ),
        Constraint(
            "marks",
            Constraint.CANNOT_LINK,
            Condition("coalesce(l.marks, '') <> coalesce(r.marks, '')"),
            "序号、方位或期次不同",
            "different ordinals, sides or phases",
            whole=True,
            levels=(("name", ("marks",)),),
        ),
        Constraint(
            "registered_twice",
            Constraint.CANNOT_LINK,
            Condition(
                "l.name_folded = r.name_folded AND l.representative_number = r.representative_number"
                " AND l.own_code <> r.own_code"
            ),
            "同一名称、同一负责人而代码不同，疑为一户两码",
            "one name and one representative under two codes: perhaps one organisation registered twice",
            refer=True,
            insist=True,
        ),
        Constraint(
            "shared_code",
            Constraint.CANNOT_LINK,
            Condition("l.own_code = r.own_code"),
            "同一代码，名称明显不同",
            "one code under clearly different names",
            refer=True,
            levels=(("name", _OTHER_NAME),),
        ),
        Constraint(
            "other_name",
            Constraint.CANNOT_LINK,
            Condition("l.name_folded <> r.name_folded"),
            "名称不同",
            "another name",
            levels=(("name", ("different",)), ("code", _NOT_ONE_CODE)),
        ),
    ),
    sole_values=(SoleValue("own_code", "own_code", "两个不同的有效代码", "two different valid codes"),),
    auto_link=7.0,
    review=3.0,
    # One firm has hundreds of licences and officers, another a line in one register.
    entity_frequencies=True,
    training=("core", "phone"),
)

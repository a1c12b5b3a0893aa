"""Codes of organisations, and who represents them.

A code is compared by the organisation code in it: eight characters and a check character (GB 11714), found
in positions 9-17 of a credit code and 7-15 of an old taxpayer number, so that all three are one column.
"""

from __future__ import annotations

from dataclasses import dataclass

from basedb.linkage.comparisons.strings import (
    both,
    either,
    equal,
    missing,
    one_slip,
    sides,
    when,
)
from basedb.linkage.model import ELSE, Comparison, Condition, Level

_LENGTH = 9


@dataclass(frozen=True)
class CodeColumns:
    """code: nine characters, valid or not; valid: whether its check character vouches for it."""

    code: str = "code"
    valid: str = "code_valid"


def organization_code(columns: CodeColumns | None = None, called: str = "code") -> Comparison:
    """Compare organisation codes.

    Levels: missing; equal (both valid); equal_unverified; slip (one character mistaken or two swapped, and
    not both valid); two_codes (both valid and different: two organisations, or one registered twice);
    different.
    """
    c = columns or CodeColumns()
    return Comparison(
        called,
        "机构代码",
        (
            Level("missing", "缺失", missing(c.code), missing=True),
            Level("equal", "相同", equal(c.code) & both(f"{{0}}.{c.valid}"), m=0.93, u=1e-7),
            Level("equal_unverified", "相同，但未通过校验", equal(c.code), m=0.01, u=1e-8),
            Level("slip", "差一位，不都通过校验", code_slip(c), m=0.025, u=2e-7),
            Level("two_codes", "均通过校验，代码不同", both(f"{{0}}.{c.valid}"), m=0.01, u=0.95),
            Level("different", "不同", ELSE, m=0.025, u=0.04999969),
        ),
    )


def code_slip(c: CodeColumns) -> Condition:
    """One slip apart; the check character rules out that both are valid."""
    left, right = sides(c.code)
    lengths = Condition(f"length({left}) = {_LENGTH} AND length({right}) = {_LENGTH}")
    return when(either(f"NOT {{0}}.{c.valid}") & lengths, one_slip(left, right, _LENGTH))


@dataclass(frozen=True)
class RepresentativeColumns:
    """The columns a legal representative is compared by."""

    name: str = "representative_folded"
    pinyin: str = "representative_pinyin"
    number: str = "representative_number"


def representative(
    columns: RepresentativeColumns | None = None, called: str = "representative"
) -> Comparison:
    """Compare legal representatives: people lead several organisations and are replaced, so neither is proof.

    Levels: missing; number (the same identity number); identical (the name, weighed by its frequency);
    sound (the same sound); different.
    """
    c = columns or RepresentativeColumns()
    return Comparison(
        called,
        "法定代表人",
        (
            Level("number", "证件号码相同", equal(c.number), m=0.62, u=2e-4),
            Level("missing", "缺失", missing(c.name), missing=True),
            Level("identical", "姓名相同", equal(c.name), tf=c.name, m=0.22, u=3e-4),
            Level("sound", "姓名同音", equal(c.pinyin), m=0.02, u=2e-4),
            Level("different", "不同", ELSE, m=0.14, u=0.9993),
        ),
    )

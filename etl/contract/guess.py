"""What a column is likely to mean, from its header alone, by the words of the domains."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from basedb.headers import HeaderWords

_OPERATION = re.compile(r"^(操作|操作类型|变更类型|数据状态|CZLX)$")
_SELF = "self."
_BRACKETS = "（）()、"


@dataclass(frozen=True)
class Guess:
    """The likely target of a column, and whether somebody should look at it."""

    target: str
    certain: bool


def guess_domain(headers: Sequence[str], domains: Mapping[str, HeaderWords]) -> str:
    """The base an extract with these headers probably belongs to, of those that have words.

    The one that most headers tell of; of several, the one that can say what most headers mean.
    """

    def fit(name: str) -> tuple[int, int]:
        words = domains[name]
        telling = sum(bool(re.search(words.telling, header)) for header in headers)
        return telling, sum(guess_target(header, words) is not None for header in headers)

    return max(domains, key=fit)


def guess_target(header: str, words: HeaderWords) -> Guess | None:
    """The likely target of a column by its header, or None when nothing fits."""
    leaf = header.rsplit("/", 1)[-1]
    for pattern, role in words.roles:
        rest = re.sub(pattern, "", leaf, count=1)
        if rest != leaf or re.search(pattern, header):
            attribute = _attribute(leaf, words) or (words.named if not rest.strip(_BRACKETS) else "")
            return Guess(f"{role}.{attribute}", rest != leaf) if attribute else None
    found = next((item for item in words.targets if re.search(item.pattern, leaf)), None)
    return Guess(found.target, found.certain) if found else None


def is_operation(header: str) -> bool:
    """Whether a header names a delta's operation column."""
    return bool(_OPERATION.match(header))


def _attribute(leaf: str, words: HeaderWords) -> str:
    """The attribute of `self` that a header fits, '' if none."""
    own = (item for item in words.targets if item.target.startswith(_SELF))
    return next((item.target.removeprefix(_SELF) for item in own if re.search(item.pattern, leaf)), "")

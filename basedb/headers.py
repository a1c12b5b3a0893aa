"""Words by which a domain knows the columns of departments' files, for the draft of a contract."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Header:
    """A column's header and what it is likely to mean.

    pattern: searched in the last part of the header. target: ``role.attribute`` of a contract.
    certain: nobody need look at it again.
    """

    pattern: str
    target: str
    certain: bool = True


@dataclass(frozen=True)
class HeaderWords:
    """What a domain says of headers.

    telling: pattern of headers that only files of this domain have. targets: tried in order. roles: pattern
    of words that say whose attribute a column holds, and the role; the rest of the header is looked up among
    the targets of `self`. named: the attribute that a header of a role's words alone stands for.
    """

    telling: str
    targets: tuple[Header, ...]
    roles: tuple[tuple[str, str], ...] = ()
    named: str = ""

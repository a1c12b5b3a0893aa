"""How each value is shown to somebody who gave no purpose: by its column's label and its part in keys.

An attribute that tells entities or departmental records apart (an identity, insurance or certificate
number) is masked; a long number inside another personal value is; what is not personal is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from basedb.domain import BaseDomain
from basedb.masking import mask, mask_cell, mask_text
from etl.contract import Contract

Hide = Callable[[str], str]


def attribute_hiding(domain: BaseDomain, contracts: Mapping[str, Contract]) -> dict[str, Hide]:
    """For each attribute of the domain, and feature of its identifier, how a standard value is shown."""
    keys = set(domain.identifiers())
    personal = {item.name for item in domain.mapped() if item.personal}
    for contract in contracts.values():
        if contract.domain == domain.name:
            keyed_columns = [contract.columns[name] for name in contract.key if name in contract.columns]
            # An employer's record is told apart by its name, which is no secret.
            keys |= personal & {target.attribute for column in keyed_columns for target in column.targets}
    shown: dict[str, Hide] = {item.name: mask_text if item.personal else _whole for item in domain.mapped()}
    return shown | dict.fromkeys(keys, mask)


def column_hiding(contract: Contract, hiding: Mapping[str, Hide]) -> dict[str, Hide]:
    """For each column of a department's extract, how a cell as sent is shown, however damaged it is."""
    shown: dict[str, Hide] = dict.fromkeys(contract.key, mask_cell)
    for name, column in contract.columns.items():
        ways = {hiding[target.attribute] for target in column.targets}
        if mask in ways:
            shown[name] = mask_cell
        elif name not in shown:
            shown[name] = _whole if ways == {_whole} else mask_text
    return shown


def _whole(value: str) -> str:
    return value

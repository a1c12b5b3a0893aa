"""Source contracts: what one departmental extract is, and how its columns reach the base database."""

from etl.contract.errors import ContractError, Problem
from etl.contract.model import (
    Arrival,
    AsOf,
    Catalogue,
    Check,
    Column,
    Contract,
    Delivery,
    Operation,
    Owner,
    ReaderSpec,
    Target,
)
from etl.contract.parse import load_contract, load_contracts

__all__ = [
    "Arrival",
    "AsOf",
    "Catalogue",
    "Check",
    "Column",
    "Contract",
    "ContractError",
    "Delivery",
    "Operation",
    "Owner",
    "Problem",
    "ReaderSpec",
    "Target",
    "load_contract",
    "load_contracts",
]

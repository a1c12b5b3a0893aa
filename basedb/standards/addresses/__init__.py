"""Postal and door-plate addresses: one column in, its parts out."""

from basedb.standards.addresses.column import parse

__all__ = ["parse"]

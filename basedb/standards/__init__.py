"""Identifiers, names, addresses, dates, code lists: pure functions over columns."""

"""Names of organisations: one column in, its parts out."""

from basedb.standards.organizations.column import organization_name

__all__ = ["organization_name"]

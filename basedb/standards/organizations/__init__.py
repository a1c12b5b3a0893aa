"""Names of organisations: one column in, its parts out."""

from basedb.standards.organizations.column import organization_name
from basedb.standards.organizations.kind import organization_kind

__all__ = ["organization_kind", "organization_name"]

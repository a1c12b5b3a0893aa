"""Names of organisations: one column in, its parts out."""

from basedb.standards.organizations.column import organization_name
from basedb.standards.organizations.holders import holder_kind
from basedb.standards.organizations.kind import organization_kind

__all__ = ["holder_kind", "organization_kind", "organization_name"]

"""Tables of the legal-entity base."""

from __future__ import annotations

import sqlalchemy as sa

from basedb.master.tables import evidence_tables, master_tables, mention_table, source_record_table
from legalentity.attributes import ORGANIZATION
from legalentity.survivorship import DERIVED

SCHEMA = "legalentity"
metadata = sa.MetaData()

source_record = source_record_table(metadata, SCHEMA)
organization_mention = mention_table(
    metadata,
    SCHEMA,
    "organization",
    ORGANIZATION,
    indexed=["org_code", "credit_code", "registration_number", "name_core"],
)
organization_evidence, organization_block = evidence_tables(metadata, SCHEMA, "organization")
organization, organization_version = master_tables(
    metadata,
    SCHEMA,
    "organization",
    "机构",
    ORGANIZATION,
    DERIVED,
    indexed=[["credit_code"], ["org_code"], ["name"]],
)

"""Tables of the legal-entity base."""

from __future__ import annotations

import sqlalchemy as sa

from basedb.domain import Crossing
from basedb.master.tables import INSTANT, evidence_tables, master_tables, mention_table, source_record_table
from basedb.store.labels import column
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
    indexed=["org_code", "credit_code", "registration_number", "name_core", "sole_name"],
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

role_person = sa.Table(
    "role_person",
    metadata,
    column("source", sa.Text, "来源", primary_key=True),
    column("source_key", sa.Text, "来源主键", primary_key=True, personal=True),
    column("role", sa.Text, "角色", primary_key=True),
    column("person_id", sa.BigInteger, "人口库人员编号", required=True, personal=True),
    column("method", sa.Text, "人口库认定方法", required=True),
    column("match_weight", sa.Double, "匹配权重"),
    column("decided_at", INSTANT, "认定时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("role_person_key", "source_key"),
    sa.Index("role_person_person", "person_id"),
    schema=SCHEMA,
    comment="机构记录中的法定代表人等在人口库中是谁",
)

PEOPLE = Crossing(entity="population.person", roles=("legal_representative", "officer"), table=role_person)

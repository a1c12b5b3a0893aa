"""Tables of the population base."""

from __future__ import annotations

import sqlalchemy as sa

from basedb.domain import KeyedTable
from basedb.master.tables import INSTANT, evidence_tables, master_tables, mention_table, source_record_table
from basedb.store.labels import column
from population.attributes import PERSON
from population.survivorship import DERIVED

SCHEMA = "population"
metadata = sa.MetaData()

source_record = source_record_table(metadata, SCHEMA)
person_mention = mention_table(
    metadata,
    SCHEMA,
    "person",
    PERSON,
    indexed=["id_number", "id_alternative", "student_id_number", "household_no"],
)
person_evidence, person_block = evidence_tables(metadata, SCHEMA, "person")
person, person_version = master_tables(
    metadata,
    SCHEMA,
    "person",
    "人员",
    PERSON,
    DERIVED,
    indexed=[["id_number"], ["name", "birth_date"], ["household_no"]],
)

household = sa.Table(
    "household",
    metadata,
    column("household_id", sa.BigInteger, "户编号", primary_key=True),
    column("household_no", sa.Text, "户号", required=True, personal=True),
    column("registered_address", sa.Text, "户籍地址", personal=True),
    column("division_code", sa.Text, "统计用区划代码"),
    column("head_id", sa.BigInteger, "户主人员编号", personal=True),
    column("known_from", INSTANT, "我方获知时间", required=True),
    column("run_id", sa.BigInteger, "运行编号", required=True),
    sa.Index("household_no", "household_no"),
    schema=SCHEMA,
    comment="户",
)

HOUSEHOLDS = KeyedTable(
    table=household,
    id_column="household_id",
    key="household_no",
    values=("registered_address", "division_code"),
    order_by="relation_to_head",
    first_member="head_id",
)

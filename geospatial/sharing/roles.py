"""Rights of GIS staff on a PostgreSQL store, as SQL."""

from __future__ import annotations

import re

from geospatial.layers import LAYERS
from geospatial.sharing.served import served_table

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
#: Beside the layers, what a reader may open: nothing in them names a person.
_BESIDE = ("topology_error", "feature_lineage")


class BadRole(ValueError):
    """A name that cannot be a role's."""


def role_statements(reader: str, editor: str) -> list[str]:
    """SQL that makes both roles, without login, and gives them what they need and nothing else.

    reader: for connections of QGIS. Sees the layers (holders of parcels masked), coverage errors, lineage and
    styles; changes nothing. editor: the same, and what `basedb layer import` needs. Editors too should open the
    layers with the reading role: changes are made in an exported file, which is merged. Raises BadRole.
    """
    for name in (reader, editor):
        if not _NAME.fullmatch(name):
            raise BadRole(
                f"角色名 {name} 须为小写字母、数字、下划线 / a role's name is lower-case letters, digits, underscores"
            )
    shown = ", ".join(f"geospatial.{name}" for name in (*map(served_table, LAYERS.values()), *_BESIDE))
    return [
        *(
            "DO $role$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '" + name + "') THEN"
            f" CREATE ROLE {name} NOLOGIN; END IF; END $role$"
            for name in (reader, editor)
        ),
        f"GRANT USAGE ON SCHEMA geospatial TO {reader}",
        f"GRANT SELECT ON {shown} TO {reader}",
        "DO $style$ BEGIN IF to_regclass('public.layer_styles') IS NOT NULL THEN"
        f" GRANT SELECT ON public.layer_styles TO {reader}; END IF; END $style$",
        f"GRANT {reader} TO {editor}",
        # A load stages rows in schema basedb, and writes its ledgers.
        f"GRANT USAGE, CREATE ON SCHEMA basedb TO {editor}",
        f"GRANT USAGE ON SCHEMA geospatial TO {editor}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA basedb, geospatial TO {editor}",
        f"REVOKE UPDATE, DELETE ON basedb.audit, basedb.migration FROM {editor}",
    ]

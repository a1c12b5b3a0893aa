"""Styles on the server: the table in which QGIS looks for those of PostGIS layers."""

from __future__ import annotations

from geospatial.layers import LAYERS
from geospatial.sharing.served import served_table
from geospatial.sharing.styles import qml

# QGIS looks for the table by this name on the search path, with these columns.
_TABLE = """
    CREATE TABLE IF NOT EXISTS public.layer_styles (
        id SERIAL PRIMARY KEY, f_table_catalog VARCHAR, f_table_schema VARCHAR, f_table_name VARCHAR,
        f_geometry_column VARCHAR, stylename TEXT, styleqml XML, stylesld XML, useasdefault BOOLEAN,
        description TEXT, owner VARCHAR(63) DEFAULT CURRENT_USER, ui XML,
        update_time TIMESTAMP DEFAULT CURRENT_TIMESTAMP, type VARCHAR)
"""


def style_statements() -> list[str]:
    """SQL for PostgreSQL that leaves the style of every layer in `public.layer_styles`, if the role may write
    there. Other styles in the table are left alone."""
    values = []
    for layer in LAYERS.values():
        for table in {layer.name, served_table(layer)}:
            name = f"basedb {layer.zh}"
            values.append(
                f"(current_database(), 'geospatial', '{table}', 'geom', '{name}',"
                f" XMLPARSE(DOCUMENT '{_quoted(qml(layer))}'), true, '{layer.zh}')"
            )
    return [
        f"""DO $styles$ BEGIN
            IF has_schema_privilege('public', 'CREATE') THEN
                {_TABLE};
                DELETE FROM public.layer_styles WHERE f_table_catalog = current_database()
                    AND f_table_schema = 'geospatial' AND starts_with(stylename, 'basedb ');
                INSERT INTO public.layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column,
                    stylename, styleqml, useasdefault, description) VALUES {", ".join(values)};
            END IF;
        END $styles$"""
    ]


def _quoted(text: str) -> str:
    return text.replace("'", "''")

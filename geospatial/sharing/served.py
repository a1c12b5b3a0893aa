"""What GIS staff see on the server: every layer without what names persons."""

from __future__ import annotations

from geospatial.layers import Layer
from geospatial.sharing.reading import personal_columns


def served_table(layer: Layer) -> str:
    """The table or view of schema geospatial that may be shown to whoever opens layers."""
    return f"{layer.name}_masked" if personal_columns(layer) else layer.name

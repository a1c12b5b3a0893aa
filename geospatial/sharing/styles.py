"""How each layer looks, once for QGIS and for maps."""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from geospatial.layers import LAYERS, Layer


@dataclass(frozen=True)
class Style:
    """Colours as (red, green, blue, opacity 0-255), the stroke's width in millimetres, drawing order."""

    fill: tuple[int, int, int, int]
    stroke: tuple[int, int, int, int]
    width: float
    order: int


STYLES = {
    "division": Style((245, 243, 236, 120), (130, 120, 150, 255), 0.5, 1),
    "parcel": Style((226, 236, 214, 160), (150, 170, 130, 200), 0.15, 2),
    "road": Style((0, 0, 0, 0), (224, 150, 60, 255), 0.5, 3),
    "building": Style((190, 120, 100, 210), (120, 70, 60, 255), 0.15, 4),
    "address": Style((40, 110, 170, 230), (255, 255, 255, 255), 0.1, 5),
    "pollution_source": Style((200, 30, 40, 255), (255, 255, 255, 255), 0.2, 6),
}


def qml(layer: Layer) -> str:
    """The layer's style as QGIS keeps it (QML)."""
    style = STYLES[layer.name]
    fill, stroke, width = _rgba(style.fill), _rgba(style.stroke), str(style.width)
    kind, symbol, settings = (
        ("marker", "SimpleMarker", {"name": "circle", "size": "1.6", "color": fill, "outline_color": stroke}),
        ("line", "SimpleLine", {"line_color": stroke, "line_width": width}),
        ("fill", "SimpleFill", {"color": fill, "outline_color": stroke, "outline_width": width}),
    )[layer.dimension]
    options = "".join(
        f'<Option type="QString" name={quoteattr(name)} value={quoteattr(value)}/>'
        for name, value in settings.items()
    )
    return (
        '<!DOCTYPE qgis PUBLIC "http://mrcc.com/qgis.dtd" "SYSTEM">'
        '<qgis version="3.22" styleCategories="Symbology|Labeling">'
        '<renderer-v2 type="singleSymbol" symbollevels="0" enableorderby="0"><symbols>'
        f'<symbol type="{kind}" name="0" alpha="1"><layer class="{symbol}" enabled="1" pass="0" locked="0">'
        f'<Option type="Map">{options}</Option></layer></symbol></symbols></renderer-v2></qgis>'
    )


def drawing_order() -> list[Layer]:
    """The layers from the ground up."""
    return sorted(LAYERS.values(), key=lambda layer: STYLES[layer.name].order)


def _rgba(colour: tuple[int, int, int, int]) -> str:
    return ",".join(str(part) for part in colour)

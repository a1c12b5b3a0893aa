"""How each layer looks, once for QGIS and for maps."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from geospatial.layers import LAYERS, Layer

Colour = tuple[int, int, int, int]


@dataclass(frozen=True)
class Rule:
    """Features of a layer that look otherwise. filter: a QGIS expression."""

    label: str
    filter: str
    fill: Colour
    stroke: Colour
    width: float


@dataclass(frozen=True)
class Style:
    """Colours as (red, green, blue, opacity 0-255), the stroke's width in millimetres, drawing order.

    labelled: the scale (its denominator) from which on features carry their label, 0 for never. rules: where
    given, what QGIS draws instead of the one symbol, in drawing order.
    """

    fill: Colour
    stroke: Colour
    width: float
    order: int
    labelled: int = 0
    rules: tuple[Rule, ...] = ()


_CLEAR = (0, 0, 0, 0)
_HIGHWAY = "\"road_class\" IN ('高速', '高速公路', '一级', '一级公路')"
_ARTERY = "\"road_class\" IN ('二级', '二级公路', '三级', '三级公路', '主干路', '次干路')"

STYLES = {
    "division": Style(
        (245, 243, 236, 120), (130, 120, 150, 255), 0.5, 1, labelled=500_000,
        rules=(
            Rule("村（社区）", "\"code\" NOT LIKE '%000'", (245, 243, 236, 120), (170, 165, 180, 255), 0.2),
            Rule("乡镇（街道）", "\"code\" LIKE '%000' AND \"code\" NOT LIKE '%000000'", _CLEAR, (130, 120, 150, 255), 0.5),
            Rule("区县", "\"code\" LIKE '%000000'", _CLEAR, (90, 70, 120, 255), 1.0),
        ),
    ),
    "parcel": Style((226, 236, 214, 160), (150, 170, 130, 200), 0.15, 2, labelled=2_000),
    "road": Style(
        (0, 0, 0, 0), (224, 150, 60, 255), 0.5, 3, labelled=25_000,
        rules=(
            Rule("其他道路", "ELSE", _CLEAR, (224, 150, 60, 255), 0.5),
            Rule("主次干路", _ARTERY, _CLEAR, (230, 130, 40, 255), 0.8),
            Rule("高速、一级公路", _HIGHWAY, _CLEAR, (200, 80, 40, 255), 1.2),
        ),
    ),
    "building": Style((190, 120, 100, 210), (120, 70, 60, 255), 0.15, 4, labelled=2_000),
    "address": Style((40, 110, 170, 230), (255, 255, 255, 255), 0.1, 5, labelled=1_000),
    "pollution_source": Style((200, 30, 40, 255), (255, 255, 255, 255), 0.2, 6, labelled=25_000),
    "topology_error": Style((255, 0, 160, 90), (220, 0, 120, 255), 0.4, 7, labelled=5_000),
    "topology_error_point": Style((255, 0, 160, 220), (255, 255, 255, 255), 0.3, 8, labelled=5_000),
}  # fmt: skip

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22.0"


def qml(layer: Layer) -> str:
    """The layer's style as QGIS keeps it (QML)."""
    root = Xml.Element("qgis", {"version": _VERSION, "styleCategories": "Symbology|Labeling"})
    root.set("labelsEnabled", labels_enabled(layer))
    root.extend(symbology(layer))
    return _DOCTYPE + Xml.tostring(root, "unicode")


def labels_enabled(layer: Layer) -> str:
    """QGIS's mark for layers that carry labels."""
    return "1" if STYLES[layer.name].labelled else "0"


def symbology(layer: Layer) -> list[Xml.Element]:
    """The elements of a layer's look, for a style or a project."""
    style = STYLES[layer.name]
    found = [_renderer(layer, style)]
    if style.labelled:
        found.append(_labeling(layer, style))
    return found


def _renderer(layer: Layer, style: Style) -> Xml.Element:
    kind = "RuleRenderer" if style.rules else "singleSymbol"
    renderer = Xml.Element("renderer-v2", {"type": kind, "symbollevels": "0", "enableorderby": "0"})
    if style.rules:
        rules = Xml.SubElement(renderer, "rules", {"key": "root"})
        for place, rule in enumerate(style.rules):
            Xml.SubElement(
                rules,
                "rule",
                {"key": f"rule{place}", "symbol": str(place), "label": rule.label, "filter": rule.filter},
            )
    looks = [(rule.fill, rule.stroke, rule.width) for rule in style.rules]
    symbols = Xml.SubElement(renderer, "symbols")
    for place, look in enumerate(looks or [(style.fill, style.stroke, style.width)]):
        symbols.append(_symbol(layer, place, *look))
    return renderer


def _symbol(layer: Layer, place: int, fill: Colour, stroke: Colour, width: float) -> Xml.Element:
    kind, symbol, settings = (
        ("marker", "SimpleMarker",
         {"name": "circle", "size": "1.6", "color": _rgba(fill), "outline_color": _rgba(stroke)}),
        ("line", "SimpleLine", {"line_color": _rgba(stroke), "line_width": str(width)}),
        ("fill", "SimpleFill", {"color": _rgba(fill), "outline_color": _rgba(stroke), "outline_width": str(width)}),
    )[layer.dimension]  # fmt: skip
    found = Xml.Element("symbol", {"type": kind, "name": str(place), "alpha": "1"})
    drawn = Xml.SubElement(found, "layer", {"class": symbol, "enabled": "1", "pass": "0", "locked": "0"})
    options = Xml.SubElement(drawn, "Option", {"type": "Map"})
    for name, value in settings.items():
        Xml.SubElement(options, "Option", {"type": "QString", "name": name, "value": value})
    return found


def _labeling(layer: Layer, style: Style) -> Xml.Element:
    labeling = Xml.Element("labeling", {"type": "simple"})
    settings = Xml.SubElement(labeling, "settings")
    text = Xml.SubElement(
        settings,
        "text-style",
        {
            "fieldName": layer.label,
            "isExpression": "0",
            "fontFamily": "Noto Sans CJK SC",
            "fontSize": "8",
            "fontSizeUnit": "Point",
            "textColor": "50,50,50,255",
        },
    )
    Xml.SubElement(
        text,
        "text-buffer",
        {"bufferDraw": "1", "bufferSize": "0.7", "bufferSizeUnits": "MM", "bufferColor": "255,255,255,220"},
    )
    # 0 around a point, 2 along a line, 1 over an area.
    Xml.SubElement(settings, "placement", {"placement": ("0", "2", "1")[layer.dimension]})
    Xml.SubElement(
        settings,
        "rendering",
        {"scaleVisibility": "1", "scaleMin": str(style.labelled), "scaleMax": "0", "displayAll": "0"},
    )
    return labeling


def drawing_order() -> list[Layer]:
    """The layers from the ground up."""
    return sorted(LAYERS.values(), key=lambda layer: STYLES[layer.name].order)


def _rgba(colour: Colour) -> str:
    return ",".join(str(part) for part in colour)

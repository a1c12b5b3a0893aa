"""SDMX-ML 2.1: generic data, written as a stream, and the structure message that describes it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from lxml import etree

from macroeconomy.exchange.observations import ATTRIBUTES, DIMENSIONS, Header, Observation

_ROOT = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_NAMES = {
    "m": f"{_ROOT}/message",
    "g": f"{_ROOT}/data/generic",
    "s": f"{_ROOT}/structure",
    "c": f"{_ROOT}/common",
}
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_TIME = "TIME_PERIOD"
#: Names of the concepts, Chinese and English.
_CONCEPTS = {
    "FREQ": ("频率", "Frequency"),
    "REF_AREA": ("地区", "Reference area"),
    "INDICATOR": ("指标", "Indicator"),
    "BASIS": ("口径", "Basis"),
    "PRICE": ("价格基础", "Price basis"),
    "UNIT_MEASURE": ("计量单位", "Unit of measure"),
    _TIME: ("时期", "Time period"),
    "OBS_VALUE": ("数值", "Observation value"),
    "OBS_STATUS": ("状态", "Observation status"),
    "UNIT_MULT": ("单位倍数（10 的幂）", "Unit multiplier"),
    "DECIMALS": ("小数位数", "Decimals"),
}
#: Code lists that are the same whatever the figures: code → names.
_LISTS: dict[str, dict[str, tuple[str, str]]] = {
    "FREQ": {"M": ("月", "Monthly"), "Q": ("季", "Quarterly"), "H": ("半年", "Half-yearly"), "A": ("年", "Annual")},
    "BASIS": {
        "cur": ("当期", "The period itself"), "ytd": ("累计", "From the start of the year"),
        "ytd_yoy": ("累计同比", "Growth of the cumulative figure"), "cur_yoy": ("当期同比", "Growth of the period"),
        "stock": ("期末", "End of period"), "stock_yoy": ("期末同比", "Growth of the end of period"),
        "index": ("指数", "Index"),
    },
    "PRICE": {
        "current": ("现价", "Current prices"), "constant": ("可比价", "Constant prices"),
        "_Z": ("不适用", "Not applicable"),
    },
    "OBS_STATUS": {
        "P": ("初步", "Provisional value"), "R": ("修订", "Revised value"), "A": ("最终", "Normal value"),
    },
}  # fmt: skip


def _tag(space: str, name: str) -> str:
    return f"{{{_NAMES[space]}}}{name}"


def write_generic(path: Path, header: Header, found: Iterable[Observation]) -> int:
    """Write a generic data message, series by series (observations come in order of their series).

    Returns the number of observations.
    """
    count = 0
    with (
        etree.xmlfile(str(path), encoding="utf-8") as xml,
        _document(xml),
        xml.element(_tag("m", "GenericData"), nsmap=_NAMES),
    ):
        xml.write(_header(header, structured=True))
        with xml.element(_tag("m", "DataSet"), structureRef=header.structure.id, action="Replace"):
            for key, items in groupby(found, key=lambda item: item.key):
                with xml.element(_tag("g", "Series")):
                    xml.write(_values("SeriesKey", dict(zip(DIMENSIONS, key, strict=True))))
                    for item in items:
                        xml.write(_observation(item))
                        count += 1
    return count


class _document:
    """An XML declaration before the root of a stream."""

    def __init__(self, xml: Any) -> None:
        self._xml = xml

    def __enter__(self) -> None:
        self._xml.write_declaration()

    def __exit__(self, *error: object) -> None:
        return None


def _header(header: Header, *, structured: bool) -> Any:
    element = etree.Element(_tag("m", "Header"))
    etree.SubElement(element, _tag("m", "ID")).text = header.message_id
    etree.SubElement(element, _tag("m", "Test")).text = "false"
    etree.SubElement(element, _tag("m", "Prepared")).text = header.prepared.isoformat(timespec="seconds")
    etree.SubElement(element, _tag("m", "Sender"), id=header.structure.agency)
    if structured:
        name = header.structure.id
        told = etree.SubElement(
            element, _tag("m", "Structure"), structureID=name, dimensionAtObservation=_TIME
        )
        inner = etree.SubElement(told, _tag("c", "Structure"))
        _reference(inner, header, name, "DataStructure", "datastructure")
    return element


def _reference(parent: Any, header: Header, name: str, kind: str, package: str, **more: str) -> None:
    structure = header.structure
    attributes = {"agencyID": structure.agency, "version": structure.version, "package": package, **more}
    # References are the one unqualified element of the standard's schemas.
    etree.SubElement(parent, "Ref", id=name, attrib=attributes, **{"class": kind})


def _values(kind: str, values: Mapping[str, str]) -> Any:
    element = etree.Element(_tag("g", kind))
    for name, value in values.items():
        etree.SubElement(element, _tag("g", "Value"), id=name, value=value)
    return element


def _observation(item: Observation) -> Any:
    element = etree.Element(_tag("g", "Obs"))
    etree.SubElement(element, _tag("g", "ObsDimension"), value=item.period)
    etree.SubElement(element, _tag("g", "ObsValue"), value=item.value)
    element.append(_values("Attributes", dict(zip(ATTRIBUTES, item.attributes, strict=True))))
    return element


def write_structure(path: Path, header: Header, lists: Mapping[str, Mapping[str, str]]) -> None:
    """Write the structure message: code lists, concepts, data structure definition and dataflow.

    lists: the codes of REF_AREA, INDICATOR and UNIT_MEASURE with their Chinese names.
    """
    root = etree.Element(_tag("m", "Structure"), nsmap=_NAMES)
    root.append(_header(header, structured=False))
    structures = etree.SubElement(root, _tag("m", "Structures"))
    flows = etree.SubElement(structures, _tag("s", "Dataflows"))
    flow = _maintained(
        flows, "Dataflow", header, header.structure.id, ("宏观经济数据", "Macroeconomic figures")
    )
    _reference(
        etree.SubElement(flow, _tag("s", "Structure")), header, header.structure.id, "DataStructure", "datastructure"
    )  # fmt: skip
    code_lists = etree.SubElement(structures, _tag("s", "Codelists"))
    for name, codes in _all_lists(lists):
        listed = _maintained(code_lists, "Codelist", header, f"CL_{name}", _CONCEPTS[name])
        for code, names in codes.items():
            _names(etree.SubElement(listed, _tag("s", "Code"), id=code), names)
    schemes = etree.SubElement(structures, _tag("s", "Concepts"))
    scheme = _maintained(schemes, "ConceptScheme", header, "MACRO_CONCEPTS", ("概念", "Concepts"))
    for name, names in _CONCEPTS.items():
        _names(etree.SubElement(scheme, _tag("s", "Concept"), id=name), names)
    definitions = etree.SubElement(structures, _tag("s", "DataStructures"))
    definition = _maintained(
        definitions, "DataStructure", header, header.structure.id, ("宏观经济数据", "Macroeconomic figures")
    )
    _components(etree.SubElement(definition, _tag("s", "DataStructureComponents")), header)
    etree.ElementTree(root).write(str(path), encoding="utf-8", xml_declaration=True, pretty_print=True)


def _all_lists(
    lists: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[str, Mapping[str, tuple[str, str]]]]:
    yield from _LISTS.items()
    for name, codes in lists.items():
        yield name, {code: (text, "") for code, text in codes.items()}


def _maintained(parent: Any, kind: str, header: Header, name: str, names: tuple[str, str]) -> Any:
    structure = header.structure
    element = etree.SubElement(
        parent, _tag("s", kind), id=name, agencyID=structure.agency, version=structure.version, isFinal="true"
    )
    _names(element, names)
    return element


def _names(element: Any, names: tuple[str, str]) -> None:
    for language, text in zip(("zh", "en"), names, strict=True):
        if text:
            etree.SubElement(element, _tag("c", "Name"), {_XML_LANG: language}).text = text


def _components(parent: Any, header: Header) -> None:
    dimensions = etree.SubElement(parent, _tag("s", "DimensionList"), id="DimensionDescriptor")
    for place, name in enumerate(DIMENSIONS, 1):
        _component(dimensions, "Dimension", header, name, position=str(place))
    _component(dimensions, "TimeDimension", header, _TIME, position=str(len(DIMENSIONS) + 1))
    attributes = etree.SubElement(parent, _tag("s", "AttributeList"), id="AttributeDescriptor")
    for name in ATTRIBUTES:
        element = _component(attributes, "Attribute", header, name, assignmentStatus="Mandatory")
        relation = etree.SubElement(element, _tag("s", "AttributeRelationship"))
        measured = etree.SubElement(relation, _tag("s", "PrimaryMeasure"))
        etree.SubElement(measured, "Ref", id="OBS_VALUE")
    measures = etree.SubElement(parent, _tag("s", "MeasureList"), id="MeasureDescriptor")
    _component(measures, "PrimaryMeasure", header, "OBS_VALUE")


def _component(parent: Any, kind: str, header: Header, name: str, **more: str) -> Any:
    element = etree.SubElement(parent, _tag("s", kind), id=name, attrib=more)
    identity = etree.SubElement(element, _tag("s", "ConceptIdentity"))
    structure = header.structure
    scheme = {"maintainableParentID": "MACRO_CONCEPTS", "maintainableParentVersion": structure.version}
    attributes = {"agencyID": structure.agency, "package": "conceptscheme", "class": "Concept", **scheme}
    etree.SubElement(identity, "Ref", id=name, attrib=attributes)
    held = etree.SubElement(element, _tag("s", "LocalRepresentation"))
    if name in (*DIMENSIONS, "OBS_STATUS"):
        _reference(
            etree.SubElement(held, _tag("s", "Enumeration")), header, f"CL_{name}", "Codelist", "codelist"
        )
    else:
        form = {_TIME: "ObservationalTimePeriod", "OBS_VALUE": "Double"}.get(name, "Integer")
        etree.SubElement(held, _tag("s", "TextFormat"), textType=form)
    return element

"""SDMX messages: every form gives the same figures, as the SDMX library reads them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import sdmx

from tests.macroeconomy.office import Office

_NS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
_KEY = {
    "FREQ": "Q",
    "REF_AREA": "411100",
    "INDICATOR": "GDP",
    "PRICE": "V",
    "ACCUM": "YTD",
    "UNIT_MEASURE": "CNY",
}
_VALUES = [("2026-Q1", "3.9011", "A"), ("2026-Q2", "8.1240", "P"), ("2026-Q3", "", "M")]


def generic(structure: str = "LH_GDP", without: str = "") -> bytes:
    """A generic data message of SDMX-ML 2.1."""
    key = "".join(f'<g:Value id="{k}" value="{v}"/>' for k, v in _KEY.items() if k != without)
    observations = "".join(
        f'<g:Obs><g:ObsDimension value="{period}"/><g:ObsValue value="{value}"/>'
        f'<g:Attributes><g:Value id="OBS_STATUS" value="{status}"/></g:Attributes></g:Obs>'
        for period, value, status in _VALUES
    )
    return (
        f'<?xml version="1.0" encoding="utf-8"?><m:GenericData xmlns:m="{_NS}/message" xmlns:g="{_NS}/data/generic"'
        f' xmlns:c="{_NS}/common"><m:Header><m:ID>X</m:ID><m:Test>false</m:Test>'
        '<m:Prepared>2026-10-31T00:00:00</m:Prepared><m:Sender id="TJJ"/>'
        f'<m:Structure structureID="{structure}" dimensionAtObservation="TIME_PERIOD"><c:Structure>'
        f'<Ref agencyID="TJJ" id="{structure}" version="1.0"/></c:Structure></m:Structure></m:Header>'
        f'<m:DataSet structureRef="{structure}"><g:Series><g:SeriesKey>{key}</g:SeriesKey>'
        '<g:Attributes><g:Value id="UNIT_MULT" value="8"/></g:Attributes>'
        f"{observations}</g:Series></m:DataSet></m:GenericData>"
    ).encode()


def table() -> bytes:
    """The same as SDMX-CSV, in ten thousands."""
    lines = ["DATAFLOW," + ",".join(_KEY) + ",TIME_PERIOD,OBS_VALUE,OBS_STATUS,UNIT_MULT"]
    for period, value, status in _VALUES:
        scaled = f"{float(value) * 1e4:.0f}" if value else ""
        lines.append("TJJ:LH_GDP(1.0)," + ",".join(_KEY.values()) + f",{period},{scaled},{status},4")
    return "\n".join(lines).encode()


def document() -> bytes:
    """The same as SDMX-JSON 1.0."""
    dimensions = [{"id": name, "values": [{"id": value}]} for name, value in _KEY.items()]
    structure = {
        "id": "LH_GDP",
        "dimensions": {
            "series": dimensions,
            "observation": [{"id": "TIME_PERIOD", "values": [{"id": period} for period, _, _ in _VALUES]}],
        },
        "attributes": {
            "series": [{"id": "UNIT_MULT", "values": [{"id": "8"}]}],
            "observation": [{"id": "OBS_STATUS", "values": [{"id": status} for _, _, status in _VALUES]}],
        },
    }
    observations = {
        str(at): [float(value) if value else None, at] for at, (_, value, _) in enumerate(_VALUES)
    }
    series = {"0:0:0:0:0:0": {"attributes": [0], "observations": observations}}
    return json.dumps({"data": {"structure": structure, "dataSets": [{"series": series}]}}).encode()


def specific() -> bytes:
    """The same as a structure-specific message."""
    key = " ".join(f'{name}="{value}"' for name, value in _KEY.items())
    observations = "".join(
        f'<Obs TIME_PERIOD="{period}" OBS_VALUE="{value}" OBS_STATUS="{status}"/>'
        for period, value, status in _VALUES
    )
    return (
        f'<m:StructureSpecificData xmlns:m="{_NS}/message" xmlns:c="{_NS}/common"><m:Header><m:Structure><c:Structure>'
        '<Ref id="LH_GDP" agencyID="TJJ"/></c:Structure></m:Structure></m:Header>'
        f'<m:DataSet><Series {key} UNIT_MULT="8">{observations}</Series></m:DataSet></m:StructureSpecificData>'
    ).encode()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("gdp_sdmx21.xml", generic()), ("gdp_sdmx.csv", table()), ("gdp_sdmx.json", document()),
        ("gdp_sdmx_ss.xml", specific()),
    ],
)  # fmt: skip
def test_every_form_gives_the_same_figures(desk: Office, name: str, data: bytes) -> None:
    desk.deliver("tj_stats", 1, name, data)
    found = desk.query(
        "SELECT period, round(normal_value, 4), normal_unit, status, price FROM macroeconomy.observation ORDER BY period"
    )
    assert found == [
        ("2026-Q1", 3.9011, "亿元", "final", "current"),
        ("2026-Q2", 8.124, "亿元", "preliminary", "current"),
    ]
    assert [row[0] for row in desk.findings("macro.value_missing")] == [3]


def test_the_library_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "message.xml"
    # The library takes no observation without a value.
    path.write_bytes(re.sub(rb'<g:Obs><g:ObsDimension value="2026-Q3"/>.*?</g:Obs>', b"", generic()))
    values = sdmx.to_pandas(sdmx.read_sdmx(path).data[0])
    assert list(values) == [3.9011, 8.124]


def test_another_structure_is_refused(desk: Office) -> None:
    account = desk.deliver("tj_stats", 1, "gdp_sdmx21.xml", generic("LH_CPI"))
    assert (account.status, account.reason) == ("refused", "sdmx.other_structure")


def test_a_missing_dimension_sets_the_observation_aside(desk: Office) -> None:
    account = desk.deliver("tj_stats", 1, "gdp_sdmx21.xml", generic(without="PRICE"))
    assert account.counts["quarantined"] == 3 and desk.query(
        "SELECT count(*) FROM macroeconomy.observation"
    ) == [(0,)]


def test_a_message_that_is_cut_off_is_refused(desk: Office) -> None:
    assert desk.deliver("tj_stats", 1, "gdp_sdmx21.xml", generic()[:-60]).status == "refused"

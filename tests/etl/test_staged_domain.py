"""A base database without entities: its own stages, everything else as in any load."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from basedb.domain import Attribute, Load, StagedDomain
from basedb.master.tables import source_record_table
from basedb.store import Store, open_store
from basedb.store.migrate import initialise
from etl.archive import Archive
from etl.contract import ContractError, load_contract
from etl.ledger import Account
from etl.load import Loader

CONTRACT = """\
source: qx_rain
domain: weather
title: 雨量
owner: {department: 气象局}
files: {pattern: 'rain_(?P<as_of>\\d{8})\\.csv'}
arrival: {every: day}
reader: {format: delimited, encoding: utf-8}
delivery: {mode: snapshot, max_retire_ratio: 1.0}
key: 站号
columns:
  站号: {to: gauge.number}
  雨量: {to: gauge.rain}
settings: {unit: mm}
"""

_METADATA = sa.MetaData()
_SOURCE_RECORD = source_record_table(_METADATA, "weather")
_GAUGE = sa.Table(
    "gauge",
    _METADATA,
    sa.Column("record_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("number", sa.Text),
    sa.Column("rain", sa.Numeric(9, 1)),
    sa.Column("unit", sa.Text),
    sa.Column("run_id", sa.BigInteger),
    schema="weather",
)


@dataclass(frozen=True)
class Measure:
    """Rain is a number or the row goes to quarantine."""

    name: str = "measure"

    def run(self, load: Load) -> int:
        (rain,) = [name for name, targets in load.feeds.items() if "gauge.rain" in targets]
        load.engine.execute(
            f"""CREATE OR REPLACE TEMP TABLE raw_finding AS
                SELECT row_no, '{rain}' AS column_name, 'date.unreadable' AS code, "{rain}" AS value,
                    NULL::TEXT AS suggestion, 'error' AS severity, true AS failed
                FROM incoming WHERE TRY_CAST("{rain}" AS DECIMAL(9, 1)) IS NULL"""
        )
        load.engine.execute(
            "CREATE OR REPLACE TEMP TABLE raw_event AS SELECT row_no, NULL::DATE AS valid_from FROM incoming"
        )
        return len(load.engine.execute("FROM raw_finding").fetchall())


@dataclass(frozen=True)
class Gather:
    """The gauges of the new records."""

    name: str = "gather"

    def run(self, load: Load) -> int:
        load.engine.execute(
            """CREATE OR REPLACE TEMP TABLE new_gauge AS
                SELECT n.record_id, i.站号 AS number, i.雨量::DECIMAL(9, 1) AS rain
                FROM new_record n JOIN incoming i USING (row_no)"""
        )
        return len(load.engine.execute("FROM new_gauge").fetchall())


@dataclass(frozen=True)
class WriteGauges:
    """Writes them."""

    name: str = "write gauges"

    def run(self, load: Load) -> int:
        load.engine.execute(
            "INSERT INTO weather.gauge SELECT record_id, number, rain, ?, ? FROM new_gauge",
            [load.settings["unit"], load.run_id],
        )
        return 0


def domain(folder: Path) -> StagedDomain:
    (folder / "views").mkdir()
    return StagedDomain(
        name="weather",
        title="气象",
        metadata=_METADATA,
        source_record=_SOURCE_RECORD,
        contracts=folder,
        views=folder / "views",
        attributes=(Attribute("number", "站号", personal=False), Attribute("rain", "雨量", personal=False)),
        settings_schema={
            "type": "object",
            "properties": {"unit": {"enum": ["mm", "cm"]}},
            "required": ["unit"],
            "additionalProperties": False,
        },
        prepare=(Measure(),),
        master=(Gather(),),
        publish=(WriteGauges(),),
    )


@dataclass
class Station:
    """A store of the domain, and its loader."""

    store: Store
    domain: StagedDomain
    folder: Path

    def deliver(self, day: int, text: str, plan: bool = False) -> Account:
        path = self.folder / f"rain_202611{day:02d}.csv"
        path.write_text(text, "utf-8")
        contract = load_contract(self.folder / "qx_rain.yml", self.domain)
        loader = Loader(
            self.store, self.domain, {contract.source: contract}, Archive(self.folder / "archive")
        )
        delivery = loader.receive(contract, path, received_at=datetime(2026, 11, day, 20, tzinfo=UTC))
        return loader.plan(contract, delivery) if plan else loader.load(contract, delivery)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with self.store.reading() as engine:
            return engine.execute(query).fetchall()


@pytest.fixture
def station(store_url: str, tmp_path: Path) -> Station:
    (tmp_path / "qx_rain.yml").write_text(CONTRACT, "utf-8")
    store, weather = open_store(store_url), domain(tmp_path)
    initialise(store, [weather])
    return Station(store, weather, tmp_path)


def test_its_rows_are_classified_accounted_quarantined_and_published(station: Station) -> None:
    planned = station.deliver(1, "站号,雨量\n1,3.5\n2,大雨\n", plan=True)
    assert (planned.counts["added"], planned.counts["quarantined"]) == (1, 1)
    assert station.ask("SELECT count(*) FROM weather.gauge") == [(0,)]
    first = station.deliver(1, "站号,雨量\n1,3.5\n2,大雨\n")
    assert (first.counts["added"], first.counts["quarantined"]) == (1, 1)
    assert first.findings == {"date.unreadable": 1}
    second = station.deliver(2, "站号,雨量\n1,3.5\n2,40\n")
    assert (second.counts["unchanged"], second.counts["added"]) == (1, 1)
    assert station.ask("SELECT number, rain::TEXT, unit FROM weather.gauge ORDER BY number") == [
        ("1", "3.5", "mm"),
        ("2", "40.0", "mm"),
    ]
    assert station.ask("SELECT state FROM basedb.quarantine") == [("fixed",)]
    assert station.deliver(2, "站号,雨量\n1,3.5\n2,40\n").status == "identical"


def test_a_stage_that_fails_leaves_nothing_behind(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails after it wrote; the records written before it go, too, and the file loads when it is mended."""
    station.deliver(1, "站号,雨量\n1,3.5\n")
    before = station.ask("SELECT count(*) FROM weather.source_record")

    def fail(stage: WriteGauges, load: Load) -> int:
        load.engine.execute("INSERT INTO weather.gauge (record_id) VALUES (99)")
        raise OSError("no space left")

    with monkeypatch.context() as broken:
        broken.setattr(WriteGauges, "run", fail)
        with pytest.raises(OSError, match="no space"):
            station.deliver(2, "站号,雨量\n1,4.0\n")
    assert station.ask("SELECT count(*) FROM weather.gauge") == [(1,)]
    assert station.ask("SELECT count(*) FROM weather.source_record") == before
    assert station.ask("SELECT max(as_of)::TEXT FROM basedb.delivery") == [("2026-11-01",)]
    assert station.deliver(2, "站号,雨量\n1,4.0\n").counts["changed"] == 1


@pytest.mark.parametrize("settings", ["settings: {unit: inch}", "settings: {}", "settings: {unt: mm}"])
def test_its_settings_are_checked(settings: str, tmp_path: Path) -> None:
    path = tmp_path / "qx_rain.yml"
    path.write_text(CONTRACT.replace("settings: {unit: mm}", settings), "utf-8")
    with pytest.raises(ContractError, match="settings"):
        load_contract(path, domain(tmp_path))

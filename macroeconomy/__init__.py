"""The macroeconomic base: indicators, series, and every published figure with its vintages."""

from pathlib import Path

from basedb.domain import StagedDomain
from macroeconomy.after_night import after_night
from macroeconomy.attributes import ATTRIBUTES
from macroeconomy.forecast.tables import SAID
from macroeconomy.migrations import MIGRATIONS
from macroeconomy.notes import WriteNotes
from macroeconomy.settings import SCHEMA as SETTINGS
from macroeconomy.stages import CheckFigures, FindObservations, ReadFigures, WriteObservations
from macroeconomy.tables import metadata, source_record

_HERE = Path(__file__).parent

DOMAIN = StagedDomain(
    name="macroeconomy",
    title="宏观经济数据库",
    metadata=metadata,
    source_record=source_record,
    contracts=_HERE / "sources",
    views=_HERE / "views",
    attributes=ATTRIBUTES,
    settings_schema=SETTINGS,
    prepare=(ReadFigures(),),
    master=(FindObservations(), CheckFigures()),
    publish=(WriteObservations(), WriteNotes()),
    migrations=MIGRATIONS,
    after_night=after_night,
    said=SAID,
    joins=True,
)

"""Splink's own charts of a model: interactive, saved as files that open offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from basedb.linkage.exchange import export_splink
from basedb.linkage.model import InvalidModel, MatchModel
from basedb.linkage.parameters import Parameters
from basedb.whole_file import write_whole


def save_splink_charts(model: MatchModel, parameters: Parameters, beside: Path) -> list[Path]:
    """Write Splink's charts of match weights and of m and u beside a file; returns what was written.

    The libraries they need are inside. InvalidModel where the extra ``basedb[splink]`` is missing.
    """
    try:
        from splink import DuckDBAPI, Linker, SettingsCreator
    except ModuleNotFoundError as error:
        raise InvalidModel(
            f"缺少 {error.name}：请安装 basedb[splink] / {error.name} is missing: install basedb[splink]"
        ) from error
    from basedb.linkage.splink_settings import prepared_columns

    settings = export_splink(model, parameters) | {"link_type": "dedupe_only"}
    columns = [f'NULL::VARCHAR AS "{name}"' for name in model.records]
    columns += [f'NULL::VARCHAR[] AS "{name}"' for name in prepared_columns(model)]
    with duckdb.connect() as engine:
        # The charts read the settings; a linker wants records all the same.
        engine.execute(f"CREATE TABLE nobody AS SELECT 1 AS vertex, {', '.join(columns)}")
        database = DuckDBAPI(connection=engine)
        linker = Linker(database.register("nobody"), SettingsCreator.from_path_or_dict(settings))
        made: dict[str, Any] = {
            "weights": linker.visualisations.match_weights_chart(),
            "m-u": linker.visualisations.m_u_parameters_chart(),
        }
        files = []
        for name, chart in made.items():
            file = beside.with_name(f"{beside.stem}-splink-{name}.html")
            write_whole(file, chart.to_html(inline=True))
            files.append(file)
    return files

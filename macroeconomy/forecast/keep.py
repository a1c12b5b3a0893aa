"""Writing forecasts to the store: each once, none changed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import pandas as pd

from basedb.domain import Counted
from basedb.store import Session, scalar
from macroeconomy.forecast.models import VERSION
from macroeconomy.forecast.predict import Prediction

#: The bounds of the 50, 80 and 95 % intervals, and the middle.
PROBABILITIES = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
_COPIED = (
    "series_id", "indicator", "division", "frequency", "basis", "price", "period", "period_end", "vintage", "origin",
    "horizon", "model", "model_version", "scenario", "value", "deviation", "unit", "inputs", "figures", "repaired",
    "filled",
)  # fmt: skip
#: A forecast from the same figures by the same model is the same forecast.
_SAME = ("series_id", "period", "vintage", "model", "model_version", "scenario", "inputs")


def keep(
    session: Session,
    counters: Counted,
    run_id: int,
    made: Sequence[Prediction],
    made_at: datetime,
    scenario: str = "",
) -> int:
    """Add the forecasts that the store does not have yet; returns how many those are."""
    if not made:
        return 0
    engine = session.engine
    told = pd.concat([_rows(prediction, scenario) for prediction in made], ignore_index=True)
    engine.register("forecasts_made", told)
    session.fetch(
        "forecast_known", "macroeconomy.forecast", ", ".join(_SAME), "series_id",
        "SELECT DISTINCT series_id FROM forecasts_made",
    )  # fmt: skip
    engine.execute(
        "CREATE OR REPLACE TEMP TABLE forecast_new AS SELECT row_number() OVER (ORDER BY place) AS number, *"
        f" FROM forecasts_made ANTI JOIN forecast_known USING ({', '.join(_SAME)})"
    )
    engine.unregister("forecasts_made")
    count = int(scalar(engine, "SELECT count(*) FROM forecast_new"))
    if not count:
        return 0
    first = counters.take("macroeconomy.forecast", count)
    engine.execute(
        f"INSERT INTO macroeconomy.forecast (forecast_id, {', '.join(_COPIED)}, made_at, run_id)"
        f" SELECT {first} - 1 + number, {', '.join(_COPIED)}, ?::TIMESTAMPTZ, {run_id} FROM forecast_new",
        [made_at],
    )
    engine.execute(
        "INSERT INTO macroeconomy.forecast_quantile (forecast_id, probability, value)"
        f" SELECT {first} - 1 + number, unnest(?::DOUBLE[]), unnest(quantiles) FROM forecast_new",
        [list(PROBABILITIES)],
    )
    return count


def _rows(prediction: Prediction, scenario: str) -> pd.DataFrame:
    history, found = prediction.history, prediction.forecast
    quantiles = [found.quantile(probability) for probability in PROBABILITIES]
    frame = pd.DataFrame(
        {
            "place": range(len(prediction.periods)),
            "period": [period.code for period in prediction.periods],
            "period_end": [period.end for period in prediction.periods],
            "horizon": prediction.horizons,
            "value": found.point,
            "deviation": found.deviations,
            "quantiles": [[float(values[at]) for values in quantiles] for at in range(len(found.mean))],
        }
    )
    same = {
        name: getattr(history, name)
        for name in ("series_id", "indicator", "division", "frequency", "basis", "price", "unit", "vintage", "origin")
    }  # fmt: skip
    return frame.assign(
        **same, model=found.model, model_version=VERSION, scenario=scenario, inputs=prediction.inputs,
        figures=len(history.values), repaired=history.repaired, filled=history.filled,
    )  # fmt: skip

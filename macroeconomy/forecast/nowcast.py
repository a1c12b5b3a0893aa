"""Nowcasts of a quarterly figure from monthly ones, what changed them, and what they would be if.

A dynamic factor model with one common factor and autoregressive idiosyncratic parts, by the EM algorithm
(Bańbura & Modugno 2014), in which a quarter's growth is a weighted sum of the months' (Mariano & Murasawa
2003). The news between two vintages is what was published less what was expected, times its weight (Bańbura &
Modugno 2014); scenarios are forecasts conditional on assumed paths (Bańbura, Giannone & Lenza 2015). Needs
statsmodels.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from statsmodels.tools.sm_exceptions import ConvergenceWarning, EstimationWarning
from statsmodels.tsa.statespace.dynamic_factor_mq import DynamicFactorMQ

from macroeconomy.analysis.seasonal import factors
from macroeconomy.forecast.distribution import Forecast
from macroeconomy.forecast.panel import Panel

_ITERATIONS = 100
_TOLERANCE = 1e-5
_SURPRISE = ("indicator", "period", "expected", "observed", "weight", "impact")


@dataclass(frozen=True)
class News:
    """What moved a nowcast between two vintages, in percentage points of the quarter's growth.

    surprises: one row per figure: indicator, period, expected, observed, weight, impact. revisions: impact of
    figures that were revised. before, after: the growth nowcast with each vintage.
    """

    before: float
    after: float
    revisions: float
    surprises: pd.DataFrame


class NotEstimated(ValueError):
    """The factor model could not be estimated from a panel."""


class Nowcaster:
    """A factor model fitted to a panel.

    autocorrelated: whether what is not common moves on from month to month; where that cannot be estimated, it is white
    noise. NotEstimated if that cannot be either.
    """

    def __init__(self, panel: Panel):
        self.panel = panel
        for self.autocorrelated in (True, False):
            fitted = _estimated(panel, self.autocorrelated)
            if fitted is not None:
                self._fitted = fitted
                return
        raise NotEstimated("the factor model could not be estimated")

    def quarters(self, least: int = 1) -> pd.PeriodIndex:
        """The quarters after the target's last figure, up to the panel's last month; `least` at least."""
        last = self.panel.quarterly.index[-1]
        reached = self.panel.monthly.index[-1].asfreq("Q")
        return pd.period_range(last + 1, max(reached, last + least), freq="Q")

    def growth(
        self, quarters: pd.PeriodIndex, assumed: Mapping[str, float] | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        """Growth of each quarter over the one before without seasons, in per cent, and its standard deviation.

        assumed: per cent by which an indicator will run above what is expected of it, from the next month on
        (percentage points, of rates). KeyError for an indicator that is not in the panel.
        """
        fitted = self._fitted if not assumed else self._conditional(quarters, assumed)
        name, months = self.panel.quarterly.columns[0], quarters.asfreq("M", how="E")
        told = fitted.get_prediction(start=months[0], end=months[-1], information_set="smoothed")
        mean = told.predicted_mean[name].loc[months].to_numpy()
        bounds = told.conf_int(alpha=0.3173)
        width = bounds[f"upper {name}"] - bounds[f"lower {name}"]
        return mean, width.loc[months].to_numpy() / 2

    def forecast(self, quarters: pd.PeriodIndex, assumed: Mapping[str, float] | None = None) -> Forecast:
        """The target's own figures in some quarters after its last, seasons and calendar put back."""
        history, adjusted = self.panel.target.history, self.panel.target.adjusted
        if adjusted is None:
            raise ValueError("the target has no factors")
        mean, deviation = self.growth(quarters, assumed)
        numbers = pd.RangeIndex(history.values.index[-1] + 1, history.values.index[-1] + 1 + len(quarters))
        back = factors(adjusted, "Q", numbers, history.basis == "stock").to_numpy()
        own = float(adjusted.adjusted.iloc[-1]) * np.exp(np.cumsum(mean) / 100) * back
        # A quarter's surprise stays in the quarters after it.
        loading = np.tril(np.outer(own, deviation / 100))
        return Forecast("nowcast", own, loading, 1.0, 0.0)

    def news(self, earlier: Panel, quarter: pd.Period) -> News:
        """What moved the growth of a quarter since an earlier vintage of the panel."""
        before = self._fitted.apply(earlier.monthly, endog_quarterly=earlier.quarterly)
        name = self.panel.quarterly.columns[0]
        found = self._fitted.news(
            before, impact_date=str(quarter.asfreq("M", how="E")), impacted_variable=name,
            comparison_type="previous", revisions_details_start=False,
        )  # fmt: skip
        if found.impacts.empty:  # nothing was published or revised
            same = float(self.growth(pd.PeriodIndex([quarter]))[0][0])
            return News(same, same, 0.0, pd.DataFrame(columns=_SURPRISE))
        impacts = found.impacts.iloc[0]
        details = found.details_by_impact.reset_index()
        surprises = pd.DataFrame(
            {
                "indicator": details["updated variable"],
                "period": details["update date"].astype(str),
                "expected": details["forecast (prev)"].astype(float),
                "observed": details["observed"].astype(float),
                "weight": details["weight"].astype(float),
                "impact": details["impact"].astype(float),
            }
        )
        return News(
            float(impacts["estimate (prev)"]), float(impacts["estimate (new)"]),
            float(impacts["impact of revisions"]), surprises,
        )  # fmt: skip

    def _conditional(self, quarters: pd.PeriodIndex, assumed: Mapping[str, float]) -> Any:
        """The model with paths assumed for some indicators in the months to come."""
        monthly = self.panel.monthly
        last = max(quarters[-1].asfreq("M", how="E"), monthly.index[-1] + 1)
        longer = monthly.reindex(pd.period_range(monthly.index[0], last, freq="M"))
        expected = self._fitted.get_prediction(start=monthly.index[0], end=last, information_set="smoothed")
        for name, percent in assumed.items():
            if name not in monthly:
                raise KeyError(name)
            start = monthly.index[monthly[name].notna()][-1] + 1
            path = expected.predicted_mean[name].loc[start:].copy()
            grows = self.panel.columns[name].grows
            path.iloc[0] += 100 * np.log1p(percent / 100) if grows else percent
            longer.loc[path.index, name] = path
        return self._fitted.apply(longer, endog_quarterly=self.panel.quarterly)


def _estimated(panel: Panel, autocorrelated: bool) -> Any:
    """The fitted model; None if the EM algorithm went astray: its likelihood must never fall."""
    model = DynamicFactorMQ(
        panel.monthly,
        endog_quarterly=panel.quarterly,
        factors=1,
        factor_orders=1,
        idiosyncratic_ar1=autocorrelated,
    )
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # The likelihood hardly rises any more; the iterations are limited on purpose.
        warnings.simplefilter("ignore", ConvergenceWarning)
        warnings.simplefilter("error", EstimationWarning)
        try:
            fitted = model.fit(maxiter=_ITERATIONS, tolerance=_TOLERANCE, disp=False)
        except (EstimationWarning, np.linalg.LinAlgError):
            return None
    return fitted if np.isfinite(fitted.llf) else None

"""The models there are, by name."""

from __future__ import annotations

from macroeconomy.forecast.arima import arima
from macroeconomy.forecast.models import Model, damped, ets, holt, log_theta, naive, simple, theta

MODELS: dict[str, Model] = {
    "naive": naive,
    "ses": simple,
    "holt": holt,
    "damped": damped,
    "ets": ets,
    "theta": theta,
    "log_theta": log_theta,
    "arima": arima,
}
#: Whose mean is the default forecast.
COMBINED = ("damped", "theta", "log_theta")
#: Models of statsforecast, by their names there.
ENGINES = {
    "auto_arima": "AutoARIMA",
    "auto_ets": "AutoETS",
    "auto_ces": "AutoCES",
    "auto_theta": "AutoTheta",
}
#: What can be asked for.
NAMES = ("combined", *MODELS, *ENGINES)

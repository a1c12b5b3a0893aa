"""Forecasts of single series, with intervals."""

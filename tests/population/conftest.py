"""The town whose people the views are tried on."""

from __future__ import annotations

from tests.population.town import town

__all__ = ["town"]

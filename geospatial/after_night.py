"""After the files of a night: places of addresses, and breaches of the coverage rules."""

from __future__ import annotations

import time

from basedb.domain import NightEnd
from basedb.store import Session
from basedb.upkeep import note
from geospatial.errors import ERRORS, refresh_errors
from geospatial.locating.counting import refresh_counts
from geospatial.locating.places import STAGE as PLACES
from geospatial.locating.places import refresh_places


def after_night(session: Session, night: NightEnd) -> int:
    """See `basedb.domain.AfterNight`."""
    started = time.perf_counter()
    places = refresh_places(session, night.addresses, night.published_at, night.run_id)
    places += refresh_counts(session, night.addresses, night.run_id)
    located = time.perf_counter()
    errors = refresh_errors(session, night.published_at, night.run_id)
    note(session, PLACES, night.run_id, places, located - started)
    note(session, ERRORS, night.run_id, errors, time.perf_counter() - located)
    return places + errors

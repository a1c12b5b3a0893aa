"""How master tables are stored: an embedded file, or PostgreSQL with PostGIS."""

from basedb.store.errors import StoreBusy, StoreError, StoreMissing, is_interruption
from basedb.store.open import DEFAULT_URL, Store, open_store
from basedb.store.session import Session, in_any_order, scalar

__all__ = [
    "DEFAULT_URL",
    "Session",
    "Store",
    "StoreBusy",
    "StoreError",
    "StoreMissing",
    "in_any_order",
    "is_interruption",
    "open_store",
    "scalar",
]

"""Identity, survivorship, history and provenance."""

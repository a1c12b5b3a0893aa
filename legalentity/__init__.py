"""The legal-entity base."""

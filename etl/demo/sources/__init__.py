"""The departments of the demo: one module per extract, each a `Source`; a new family is one more module."""

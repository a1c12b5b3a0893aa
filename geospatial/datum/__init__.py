"""The datum gate: the one way by which a coordinate enters the base."""

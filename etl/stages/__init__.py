"""The stages of a load. A stage is a small dataclass with `run(batch)`; a plan is a list of them."""

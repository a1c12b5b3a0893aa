"""The foundation of the base databases; knows no domain by name."""

__version__ = "0.1.0"

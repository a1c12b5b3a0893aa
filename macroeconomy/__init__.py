"""The macroeconomic base."""

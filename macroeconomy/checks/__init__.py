"""Checks of figures against each other."""

"""Layers for people: files GIS staff open, and maps one can look at."""

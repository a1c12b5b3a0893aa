"""Readers: every departmental format to a table of text cells."""

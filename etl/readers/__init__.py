"""Readers: every departmental format to a table of text cells."""

from etl.readers.read import read
from etl.readers.result import IgnoredRow, Note, ReadRefusal, ReadResult, RejectedRow

__all__ = ["IgnoredRow", "Note", "ReadRefusal", "ReadResult", "RejectedRow", "read"]

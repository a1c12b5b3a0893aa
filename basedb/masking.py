"""Showing that a value is there, and which, without showing the value."""

from __future__ import annotations

import re

# Identity numbers, social credit codes and telephone numbers inside longer text, and any run of eleven
# digits or more as departments damage them: full width, grouped with blanks or dashes, cut short.
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])[0-9A-Z]{2}[0-9]{6}[0-9A-Za-z]{7,10}(?![0-9A-Za-z])"
    r"|[0-9０-９](?:[ \-－\u3000]?[0-9０-９]){10,}[ ]?[0-9０-９XxＸｘ*]?"
)
_DIGIT = re.compile(r"[0-9０-９]")


def mask(value: str) -> str:
    """An identifier with its middle starred: 411102********1234; short ones keep little or nothing."""
    size = len(value)
    if size >= 15:
        return value[:6] + "*" * (size - 10) + value[-4:]
    if size >= 11:
        return value[:3] + "*" * (size - 7) + value[-4:]
    if size >= 7:
        return value[0] + "*" * (size - 3) + value[-2:]
    return "*" * size


def mask_key(value: str) -> str:
    """A departmental key, part by part: columns are joined by |, tiebreaks by #."""
    return re.sub(r"[^|#]+", lambda part: mask(part[0]), value)


def mask_text(value: str) -> str:
    """Free text with every long number in it masked."""
    return _NUMBER.sub(lambda found: mask(found[0]), value)


def mask_cell(value: str) -> str:
    """A cell of an identifier column masked, however damaged; a word without digits stays."""
    return mask(value.strip()) if len(_DIGIT.findall(value)) >= 4 else value

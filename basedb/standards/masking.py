"""Identity numbers as they may be shown: enough to find the record, too little to use."""

from __future__ import annotations

import re

MASK = "****"
_SHORT = 12
# Runs of digits as departments write them: full width, grouped with blanks or dashes, X at the end.
_NUMBER = re.compile(r"[0-9０-９](?:[ \-－\u3000]?[0-9０-９]){9,}[ ]?[0-9０-９XxＸｘ*]?")
_DIGIT = re.compile(r"[0-9０-９]")


def mask_number(text: str) -> str:
    """One identity number masked: the first six characters and the last two remain.

    A shorter text keeps three and two of eleven (a telephone number), or its first two at most.
    """
    length = len(text)
    if length >= _SHORT:
        return f"{text[:6]}{MASK}{text[-2:]}"
    if length >= 9:
        return f"{text[:3]}{MASK}{text[-2:]}"
    return f"{text[:2]}{MASK}" if length > 2 else MASK


def mask_text(text: str) -> str:
    """Text with every run of ten or more digits in it masked; the rest stays readable."""
    return _NUMBER.sub(lambda match: mask_number(match[0]), text)


def mask_cell(text: str) -> str:
    """A cell of an identifier column masked, however damaged; text without digits stays."""
    return mask_number(text.strip()) if len(_DIGIT.findall(text)) >= 4 else text

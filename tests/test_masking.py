"""What may be shown of an identity number, however it was written."""

from __future__ import annotations

import pytest

from basedb.masking import mask_cell, mask_text


@pytest.mark.parametrize(
    "text",
    [
        "411102195507010012", "41110219550701001X", "41110219550701001", "411102550701001",
        "４１１１０２１９５５０７０１００１２",
        "411102 19550701 0012", "411102-19550701-001x", "13500000000",
    ],
)  # fmt: skip
def test_no_number_survives_in_text(text: str) -> None:
    masked = mask_text(f"号码{text}，姓名李建国，2026-11-01 12:30，3号楼304室")
    assert text not in masked and "****" in masked
    assert masked.endswith("，姓名李建国，2026-11-01 12:30，3号楼304室")


def test_an_identifier_cell_is_masked_whatever_is_in_it() -> None:
    assert mask_cell("4.11102E+17") != "4.11102E+17"
    assert mask_cell("外籍，无") == "外籍，无"

"""The light helper for benchmarks."""

from __future__ import annotations

from pathlib import Path

from etl.demo import residents


def test_rows_and_changes_are_exact(tmp_path: Path) -> None:
    made = residents(tmp_path, 3_000, seed=4, changed=0.005)
    assert made.second is not None
    first, second = ((tmp_path / f.file).read_bytes().split(b"\r\n") for f in (made.first, made.second))
    assert made.first.rows == len(first) - 2 == 3_000
    assert sum(a != b for a, b in zip(first, second, strict=True)) == made.changed == 15


def test_one_night_alone(tmp_path: Path) -> None:
    made = residents(tmp_path, 500, seed=4)
    assert made.second is None and made.first.rows == 500

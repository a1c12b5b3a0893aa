"""What was loaded once is read again as it was the first time."""

from __future__ import annotations

from pathlib import Path

from etl.archive import Archive, fingerprint


def test_the_code_page_beside_a_table_is_kept_with_it(tmp_path: Path) -> None:
    """A rebuild, a release and a waiver read from the archive; the inbox may be empty by then."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    table, code_page = inbox / "学生.dbf", inbox / "学生.CPG"
    table.write_bytes(b"a table")
    code_page.write_text("UTF-8")
    archive, digest = Archive(tmp_path / "archive"), fingerprint(table)
    archive.add(table, digest)
    table.unlink()
    code_page.unlink()
    with archive.named(digest, "jy_students/20261101/学生.dbf") as kept:
        assert (kept.name, kept.read_bytes()) == ("学生.dbf", b"a table")
        assert kept.with_suffix(".cpg").read_text() == "UTF-8"

"""When a command cannot do what was asked, or is stopped: one line, the right code, nothing half done."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from basedb.cli.main import main
from basedb.store import open_store
from basedb.whole_file import whole_file
from etl.load import Loader
from tests.cli.desk import Desk
from tests.etl.city import number, resident

LI = resident("李建国", number("19550701", 1))


def _shift(desk: Desk, statement: str) -> None:
    with open_store(desk.url).writing("a test") as session:
        session.apply(statement)


def test_a_store_of_another_version_is_neither_read_nor_written(desk: Desk) -> None:
    [(last,)] = desk.query("SELECT max(version) FROM basedb.migration WHERE component = 'population'")
    newer = "INSERT INTO basedb.migration (component, version, name, applied_at) VALUES ('population', 99, 'x', now())"
    _shift(desk, newer)
    for command in (["status"], ["nightly", desk.inbox], ["review", "list"]):
        assert "比本程序新" in desk(*command, code=5).stderr
    _shift(desk, f"DELETE FROM basedb.migration WHERE component = 'population' AND version IN (99, {last})")
    assert "basedb upgrade" in desk("nightly", desk.inbox, code=5).stderr


def test_an_interrupted_night_ends_and_fails_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine reports Ctrl-C as an error of a query; it must not count as a fault of the file."""
    name = desk.put("ga_population", "20261101", [LI])

    def pressed(*_: object) -> None:
        raise RuntimeError("Query interrupted")

    with monkeypatch.context() as patched:
        patched.setattr(Loader, "load", pressed)
        assert "再次运行" in desk("nightly", desk.inbox, code=130).stderr
    assert desk.query("SELECT count(*) FROM basedb.run") == [(0,)]
    assert desk.nightly()["by_name"][name]["status"] == "loaded"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nighty"], "没有命令 nighty，是不是 nightly？"),
        (["load"], "缺少参数 CONTRACT"),
        (["merge", "1", "2"], "缺少选项 --reason"),
        (["runs", "--lst", "3"], "没有选项 --lst，是不是 --last"),
        (["run", "show", "x"], "RUN_ID 的值有误"),
        (["merge", "1", "2", "--reason", " "], "--reason 的值有误"),
        (["merge", "1", str(2**63), "--reason", "核实"], "RIGHT 的值有误"),
        (["review", "assign", "--top", "-3", "--to", "赵敏"], "--top 的值有误"),
        (["review", "assign", "1", "2", "--to", ""], "--to 的值有误"),
        (["review", "list", "--limit", "0"], "--limit 的值有误"),
    ],
)
def test_a_wrong_call_is_told_in_one_line(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2 and len(result.stderr.splitlines()) == 1
    assert told in result.stderr and "--help" in result.stderr


def test_a_group_without_a_command_shows_its_help() -> None:
    assert "Commands:" in CliRunner().invoke(main, ["review"]).output


def test_a_terminal_too_narrow_for_a_table_and_one_without_chinese(
    duckdb_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(duckdb_url, tmp_path)
    desk("init")
    monkeypatch.setenv("COLUMNS", "60")
    told = CliRunner().invoke(main, ["--store", duckdb_url, "status"]).output
    assert "来源：ga_population" in told
    plain = CliRunner(charset="ascii").invoke(main, ["--store", duckdb_url, "status"])
    assert plain.exit_code == 0 and "ga_population" in plain.output


def test_ctrl_c_before_anything_began_shows_no_import() -> None:
    """The key is pressed while the engine is imported."""
    code = """if True:
        import os, signal, sys
        signal.signal(signal.SIGINT, signal.default_int_handler)  # whatever the suite was started by
        class Pressed:
            def find_spec(self, name, path=None, target=None):
                if name == "duckdb":
                    os.kill(os.getpid(), signal.SIGINT)
        sys.meta_path.insert(0, Pressed())
        from basedb.cli.entry import main
        main()
    """
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (-signal.SIGINT, "")


def test_what_cannot_be_written_whole_is_not_written(tmp_path: Path) -> None:
    kept = tmp_path / "字典.xlsx"
    kept.write_text("yesterday's")
    with pytest.raises(OSError, match="full"), whole_file(kept) as partial:
        partial.write_text("half")
        raise OSError("full")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["yesterday's"]
    with whole_file(kept) as partial:
        partial.write_text("today's")
    assert [path.read_text() for path in tmp_path.iterdir()] == ["today's"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["dictionary", "-o", "/dev/full"])
    assert result.exit_code == 2
    (tmp_path / "x.md").symlink_to("/dev/full")
    result = CliRunner().invoke(main, ["dictionary", "-o", str(tmp_path / "x.md")])
    assert result.exit_code == 2 and "No space left" in result.stderr and "Traceback" not in result.output

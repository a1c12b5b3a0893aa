"""The `basedb` command: its groups, and every failure as one line with its exit code."""

from __future__ import annotations

import errno
import io
import os
import sys
from importlib import import_module
from typing import Any

import click
import duckdb

from basedb import __version__
from basedb.cli import exits, options, output, usage
from basedb.cli.exits import Failure, Usage
from basedb.cli.site import Site
from basedb.linkage.model import InvalidModel
from basedb.refusal import Refused
from basedb.store import StoreError, is_interruption
from etl.contract import ContractError
from etl.readers.result import ReadRefusal

# command → module of basedb.cli that has a click command of that name, in the order of --help.
_COMMANDS = {
    "init": "store_setup",
    "upgrade": "store_setup",
    "load": "load",
    "plan": "load",
    "nightly": "nightly",
    "status": "status",
    "runs": "runs",
    "run": "runs",
    "quarantine": "quarantine",
    "release": "release",
    "report": "report",
    "reconcile": "reconcile",
    "review": "review",
    "merge": "identity",
    "split": "identity",
    "explain": "explain",
    "sql": "sql",
    "dictionary": "dictionary",
    "contract": "contract",
    "model": "model",
    "evaluate": "evaluate",
    "macro": "macro",
    "rebuild": "rebuild",
    "crs": "crs",
    "layer": "layer",
    "locate": "locate",
    "demo": "demo",
}

_INTERRUPTED = (
    "已中断：正在进行的一步没有入库，先前完成的都在；再次运行同一命令即可"
    " / interrupted: the step under way was not published, what was finished is in; run the same command again"
)


class Commands(click.Group):
    """Loads a command's module when it is asked for, and turns known failures into exit codes."""

    def main(self, *arguments: Any, **settings: Any) -> Any:
        """Run a command; a character that the output's encoding lacks is escaped instead of ending it."""
        for stream in (sys.stdout, sys.stderr):
            if isinstance(stream, io.TextIOWrapper):
                stream.reconfigure(errors="backslashreplace")
        return super().main(*arguments, **settings)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuses words that are no text in the terminal's encoding: no ledger could hold them."""
        broken = [word for word in args if any("\ud800" <= letter <= "\udfff" for letter in word)]
        if broken:
            shown = broken[0].encode("utf-8", "backslashreplace").decode()
            raise Usage(
                f"“{shown}”不是 UTF-8 文字，请核对终端的编码或给文件改名 / no UTF-8: check the terminal, rename the file"
            )
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for name in _COMMANDS if self.get_command(ctx, name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.commands and cmd_name in _COMMANDS:
            name = f"basedb.cli.{_COMMANDS[cmd_name]}"
            try:
                command: click.Command = getattr(import_module(name), cmd_name)
            except ModuleNotFoundError as error:
                if error.name != name:
                    raise
                return None
            options.share(command)
            self.add_command(command, cmd_name)
        return self.commands.get(cmd_name)

    def invoke(self, ctx: click.Context) -> Any:
        ctx.ensure_object(Site)  # options after the command's name must reach the same one
        try:
            return super().invoke(ctx)
        except (
            StoreError, ContractError, InvalidModel, Refused, ReadRefusal, FileNotFoundError, PermissionError
        ) as error:  # fmt: skip
            if "BASEDB_DEBUG" in os.environ:
                raise
            failure = _failure(error)
        except OSError as error:
            if error.errno == errno.EPIPE or "BASEDB_DEBUG" in os.environ:
                raise  # who reads the output has seen enough
            where = error.filename or "文件"
            failure = Failure(
                exits.USAGE, "file", f"读写{where}失败：{error.strerror} / reading or writing failed: {error}"
            )
        except (KeyboardInterrupt, RuntimeError, duckdb.InterruptException) as error:
            if not (isinstance(error, click.Abort) or is_interruption(error)):
                raise
            failure = Failure(exits.INTERRUPTED, "interrupted", _INTERRUPTED)
        except Failure as error:
            failure = error
        except click.exceptions.NoArgsIsHelpError:
            raise  # shows the help of a group without a command
        except click.UsageError as error:
            failure = Usage(usage.told(error))
        if ctx.ensure_object(Site).json:
            problem = {"kind": failure.kind, "exit_code": failure.exit_code, "message": failure.message}
            output.print_json({"error": {**problem, "details": failure.details}})
            ctx.exit(failure.exit_code)
        raise failure


def _failure(error: Exception) -> Failure:
    """What the failure means to whoever called, in one line."""
    if isinstance(error, StoreError):
        return Failure(exits.STORE, "store", " ".join(str(error).split()))
    if isinstance(error, InvalidModel):
        return Failure(exits.USAGE, "model", str(error))
    if isinstance(error, ContractError):
        problems = [str(problem) for problem in error.problems]
        return Failure(
            exits.CONTRACT, "contract", f"合同有误 / broken contract:\n  {chr(10).join(problems)}", problems
        )
    if isinstance(error, FileNotFoundError | PermissionError):
        return Failure(
            exits.USAGE, "file", f"打不开 {error.filename}：{error.strerror} / cannot open the file"
        )
    return Failure(exits.NOTHING, getattr(error, "code", "refused"), str(error))


@click.group(
    cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, params=options.shared_options()
)
@click.version_option(__version__, prog_name="basedb")
def main() -> None:
    """城市基础信息库：人口、法人、空间、宏观经济。

    Foundational information databases of a city. 退出码见 docs/exit-codes.md。
    """

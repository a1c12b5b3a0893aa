"""Exit codes, and failures that end a command with one line instead of a traceback.

The codes are documented in docs/exit-codes.md.
"""

from __future__ import annotations

from typing import Any

import click

OK = 0
DEFECT = 1
USAGE = 2
PARTLY = 3
CONTRACT = 4
STORE = 5
NOTHING = 6
DIFFERENT = 7
INTERRUPTED = 130


class Failure(click.ClickException):
    """A command that cannot go on; `code` is its exit code, `kind` names it for machines."""

    def __init__(self, code: int, kind: str, message: str, details: list[str] | None = None):
        super().__init__(message)
        self.exit_code: int = code  # type: ignore[misc]  # click names it on the class only
        self.kind, self.details = kind, details or []

    def show(self, file: Any = None) -> None:
        click.echo(f"错误 / error: {self.message}", err=True, file=file)


class Usage(Failure):
    """Something that was asked for does not exist or does not fit."""

    def __init__(self, message: str):
        super().__init__(USAGE, "usage", message)

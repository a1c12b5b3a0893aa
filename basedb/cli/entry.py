"""Where the installed `basedb` begins."""

from __future__ import annotations

import signal
from typing import Any


def main() -> Any:
    """Run the command. While its modules are imported nothing has begun, and Ctrl-C simply ends the process
    (130, as a shell counts), where Python would show how far the import was; a shell that told it to ignore
    Ctrl-C is obeyed."""
    heeded = signal.getsignal(signal.SIGINT)
    if heeded is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from basedb.cli.main import main as command

    signal.signal(signal.SIGINT, heeded)
    return command()

"""Loads that are killed: child processes forked from a server that has everything imported."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.process import BaseProcess
from pathlib import Path

from etl.load import Loader
from tests.etl.city import City

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["etl.load", "population", "psycopg2", "pandas", "pyarrow.compute"])


def load_in_child(
    city: City, source: str, path: Path, night: int, stage: str = "", seconds: float = 0.0
) -> int | None:
    """Load a file in another process that kills itself `seconds` after it enters `stage`; its exit code."""
    process = start_child(city, source, path, night, stage, seconds)
    process.join()
    return process.exitcode


def start_child(
    city: City, source: str, path: Path, night: int, stage: str = "", seconds: float = 0.0, pause: float = 0.0
) -> BaseProcess:
    """Start such a process; with `pause` it stands still that long when it enters `stage` instead of dying."""
    url = city.store.url
    process = _context.Process(
        target=_load, args=(url, city.folder, source, path, night, stage, seconds, pause), daemon=True
    )
    process.start()
    return process


def _load(
    url: str, folder: Path, source: str, path: Path, night: int, stage: str, seconds: float, pause: float
) -> None:
    def progress(entered: str) -> None:
        if entered != stage:
            return
        if pause:
            (folder / "paused").touch()
            threading.Event().wait(pause)
        elif seconds:
            threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL)).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    city = ObservedCity.at(url, folder)
    city.progress = progress
    city.load(source, path, night)


class ObservedCity(City):
    """A city whose loads report their stages."""

    progress = staticmethod(lambda stage: None)

    @property
    def loader(self) -> Loader:
        loader = super().loader
        return Loader(
            loader.store,
            loader.domain,
            loader.peers,
            loader.archive,
            wait=loader.wait,
            progress=self.progress,
        )

"""An operator at the command line, with an inbox that departments deliver into."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from basedb.cli.main import main
from basedb.store import open_store
from tests.etl.city import Row, content

HEADER = "文件名,来源部门,数据日期,方式,送达时间,行数,字节数,SHA256"
_SUFFIX = {"wj_births": "jsonl", "wj_deaths": "xml", "jy_students": "dbf"}


class Desk:
    """Runs `basedb` against one store. A call checks the exit code and returns the result."""

    def __init__(self, url: str, folder: Path):
        self.url = url
        self.inbox = folder / "inbox"
        self.inbox.mkdir(exist_ok=True)

    def __call__(self, *arguments: object, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["--store", self.url, *map(str, arguments)])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    def json(self, *arguments: object, code: int = 0) -> Any:
        """The JSON document a command prints."""
        return json.loads(self(*arguments, "--json", code=code).stdout)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """What the store answers."""
        with open_store(self.url).reading() as engine:
            return engine.execute(sql).fetchall()

    def put(
        self, source: str, day: str, rows: Sequence[Row] | bytes, as_of: str = "", folder: str | None = None
    ) -> str:
        """A file arrives on a delivery day; returns its name in the inbox."""
        base = f"{source}_{as_of or day}.{_SUFFIX.get(source, 'csv')}"
        name = f"{source}/{day}/{base}" if folder is None else f"{folder}/{base}".lstrip("/")
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(rows if isinstance(rows, bytes) else content(source, rows))
        return name

    def enlist(
        self, day: str, *lines: tuple[str, str, int, str], sha256: str = "", encoding: str = "utf-8"
    ) -> None:
        """The delivery list of a day: (file name, as-of, rows, time of arrival)."""
        text = [HEADER]
        for name, as_of, rows, arrived in lines:
            path = self.inbox / name
            body = path.read_bytes() if path.exists() else b""
            digest = sha256 or hashlib.sha256(body).hexdigest()
            text.append(f"{name},公安局,{as_of},全量,{arrived},{rows},{len(body)},{digest}")
        path = self.inbox / "_delivery" / day / "delivery.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(("\r\n".join(text) + "\r\n").encode(encoding))

    def nightly(self, *arguments: object, code: int = 0) -> Any:
        """Run the night and return its account, files by name."""
        document = self.json("nightly", self.inbox, *arguments, code=code)
        # A file that two bases read has two accounts; the first is that of its home.
        document["by_name"] = {file["file"]: file for file in reversed(document["files"])}
        return document

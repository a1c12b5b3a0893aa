"""A private PostgreSQL server with PostGIS for tests and benchmarks, gone when its owner is gone.

    with Cluster() as cluster:
        url = cluster.create_database("city")       # postgresql://postgres@127.0.0.1:23456/city
        cluster.stop("immediate")                   # as if the power failed
        cluster.start()                             # same port, same data

`python -m tests.cluster` keeps one up until Ctrl-C; with `--check` it only says whether one could start.

The data directory is a temporary one (in memory, where there is plenty and TMPDIR does not say otherwise),
never in the repository, and nothing of the machine's own PostgreSQL is touched. A watchdog holds the
reading end of a pipe whose writing end only the owner has: when the owner ends in any way, SIGKILL
included, the pipe closes and the watchdog stops the server and removes the directory. So no signal handler
is needed, and no later run has anything to clean up.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

StopMode = Literal["smart", "fast", "immediate"]

OLDEST = 15
MEMORY = "/dev/shm"
MEMORY_NEEDED = 8 << 30
SUPERUSER = "postgres"
TEMPLATE = "basedb_postgis"
# Below the range from which systems lend ports to outgoing connections, so that a stopped server finds its
# port free when it starts again.
PORTS = range(20_000, 32_000)
# What fits into a socket's address on the strictest system (macOS), less "/.s.PGSQL.12345" and a final NUL.
LONGEST_SOCKET_DIRECTORY = 104 - 17

WATCHDOG = """
read -r _
"$1" stop --pgdata "$2/data" --mode immediate --wait --timeout 60
rm -rf "$2"
"""


class ClusterError(RuntimeError):
    """The server could not be found, started or stopped."""


@dataclass(frozen=True)
class Installation:
    """The server programs of one PostgreSQL version."""

    bindir: Path
    version: int

    @property
    def has_postgis(self) -> bool:
        return any((share / "extension" / "postgis.control").exists() for share in self._share_directories())

    def _share_directories(self) -> Iterator[Path]:
        yield Path(f"/usr/share/postgresql/{self.version}")
        yield self.bindir.parent / "share"
        yield self.bindir.parent / "share" / "postgresql"
        if (self.bindir / "pg_config").exists():
            yield Path(_output(self.bindir / "pg_config", "--sharedir"))


@dataclass(frozen=True)
class Account:
    """The user the server runs as; PostgreSQL refuses to run as root."""

    uid: int
    gid: int
    home: str
    switches: bool

    @classmethod
    def choose(cls) -> Account | None:
        """Whoever we are; for root, an unprivileged user that every system has."""
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid(), os.path.expanduser("~"), switches=False)
        for name in ("postgres", "nobody", "daemon"):
            with contextlib.suppress(KeyError):
                entry = pwd.getpwnam(name)
                return cls(entry.pw_uid, entry.pw_gid, entry.pw_dir, switches=True)
        return None

    def process_options(self) -> dict[str, Any]:
        """What `subprocess` needs to run a program as this user, without our PGPORT, PGDATA and the like."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        options: dict[str, Any] = {"cwd": "/", "env": {**environment, "HOME": self.home}}
        if self.switches:
            options |= {"user": self.uid, "group": self.gid, "extra_groups": []}
        return options

    def reaches(self, directory: Path) -> bool:
        """Whether this user may enter `directory` (root's own temporary directory may be closed to it)."""
        path = directory.resolve()
        return not self.switches or all(place.stat().st_mode & 0o001 for place in (path, *path.parents))


def available() -> str | None:
    """None if a cluster with PostGIS can be started here, else the reason why not."""
    found = _installations()
    if not found:
        return f"no PostgreSQL server programs (version {OLDEST} or newer) found"
    if not any(installation.has_postgis for installation in found):
        versions = ", ".join(str(installation.version) for installation in found)
        return f"PostGIS is not installed for PostgreSQL {versions}"
    if Account.choose() is None:
        return "running as root, and there is no other user to run the server as"
    return None


class Cluster:
    """A PostgreSQL server of our own, running inside the `with` block."""

    def __init__(
        self,
        *,
        durable: bool = False,
        shared_buffers: str = "512MB",
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`durable` keeps fsync, full-page writes and a real disk, as a data centre does: for benchmarks.

        `settings` are further lines of postgresql.conf; they win over ours.
        """
        self.port = 0
        self._durable = durable
        self._settings = _server_settings(durable, shared_buffers) | dict(settings or {})
        self._directory: Path | None = None
        self._bindir = Path()
        self._account: Account
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._template_ready = False

    def __enter__(self) -> Self:
        reason = available()
        account = Account.choose()
        if reason is not None or account is None:
            raise ClusterError(reason)
        self._account = account
        self._bindir = next(found.bindir for found in _installations() if found.has_postgis)
        self._owner = os.getpid()
        try:
            self._create()
        except BaseException:
            self._remove()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remove()

    # The server

    @property
    def directory(self) -> Path:
        """The temporary directory that holds the data, the socket and the log."""
        if self._directory is None:
            raise ClusterError("the cluster is not open; use it in a `with` block")
        return self._directory

    @property
    def log(self) -> Path:
        return self.directory / "log"

    @property
    def pid(self) -> int | None:
        """The server's process id, None while it is stopped."""
        try:
            pid = int((self.directory / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (FileNotFoundError, ProcessLookupError, ValueError):
            return None
        except PermissionError:
            pass
        return pid

    @property
    def running(self) -> bool:
        return self.pid is not None

    def start(self) -> None:
        """Start the server, with recovery if it was stopped hard. Does nothing if it is running."""
        if not self.running:
            options = f"-p {self.port}"
            self._pg_ctl("start", "--log", str(self.log), "--options", options, "--wait", "--timeout", "120")

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop the server: `fast` disconnects clients and closes down, `immediate` just drops everything."""
        if self.running:
            self._pg_ctl("stop", "--mode", mode, "--wait", "--timeout", "120")

    def restart(self, mode: StopMode = "fast") -> None:
        self.stop(mode)
        self.start()

    # The databases

    def url(self, database: str = "postgres") -> str:
        return f"postgresql://{SUPERUSER}@127.0.0.1:{self.port}/{quote(database, safe='')}"

    def create_database(self, name: str, template: str = TEMPLATE) -> str:
        """Create a database with PostGIS in it and return its URL.

        It is a copy of a template, which is several times quicker than installing the extension anew;
        another database that nobody is connected to may serve as one.
        """
        self._ensure_template()
        self._execute("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, whoever may still be connected; it need not exist."""
        self._execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _ensure_template(self) -> None:
        if self._template_ready:
            return
        self.drop_database(TEMPLATE)  # half made, if an earlier attempt was interrupted
        self._execute("CREATE DATABASE {}", TEMPLATE)
        self._execute("CREATE EXTENSION postgis", database=TEMPLATE)
        # A template somebody is connected to cannot be copied.
        self._execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", TEMPLATE)
        self._template_ready = True

    def _execute(self, statement: str, *names: str, database: str = "postgres") -> None:
        connection = psycopg2.connect(self.url(database), connect_timeout=30, sslmode="disable")
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
        finally:
            connection.close()

    # Coming and going

    def _create(self) -> None:
        self._template_ready = False
        self._directory = self._make_directory()
        self._watchdog = subprocess.Popen(
            ["/bin/sh", "-c", WATCHDOG, "basedb-cluster-watchdog", self._bindir / "pg_ctl", self.directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is for the owner
            **self._account.process_options(),
        )
        self._run(
            *("initdb", "--pgdata", str(self.directory / "data"), "--username", SUPERUSER, "--auth", "trust"),
            *("--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions"),
        )
        settings = self._settings | {"unix_socket_directories": str(self.directory)}
        lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
        with open(self.directory / "data" / "postgresql.conf", "a", encoding="utf-8") as file:
            file.write("\n".join(["", *lines, ""]))
        self._start_on_a_free_port()

    def _start_on_a_free_port(self) -> None:
        for attempt in range(5):
            self.port = _free_port()
            try:
                self.start()
                return
            except ClusterError as error:
                # Another server may have taken the port since we looked.
                if attempt == 4 or "Address already in use" not in str(error):
                    raise

    def _make_directory(self) -> Path:
        for base in map(Path, self._places()):
            fits = len(os.fsencode(base / "basedb-pg-12345678")) <= LONGEST_SOCKET_DIRECTORY
            if fits and base.is_dir() and self._account.reaches(base):
                directory = Path(tempfile.mkdtemp(prefix="basedb-pg-", dir=base))
                if self._account.switches:
                    os.chown(directory, self._account.uid, self._account.gid)
                return directory
        raise ClusterError("no temporary directory that the server's user can enter; set TMPDIR")

    def _places(self) -> Iterator[str]:
        # A database is some 300 files. In memory a copy takes 20 ms; on a busy disk it was seen to take 250.
        if not self._durable and "TMPDIR" not in os.environ and _memory_to_spare():
            yield MEMORY
        yield from (tempfile.gettempdir(), "/tmp", "/var/tmp")

    def _remove(self) -> None:
        if self._directory is None or os.getpid() != self._owner:  # a forked child is not the owner
            return
        with contextlib.suppress(ClusterError):
            self.stop("immediate")
        shutil.rmtree(self._directory, ignore_errors=True)
        self._directory = None
        if self._watchdog is not None:
            with self._watchdog:  # closes the pipe and waits at the end
                self._watchdog.kill()
            self._watchdog = None

    def _pg_ctl(self, action: str, *options: str) -> None:
        self._run("pg_ctl", action, "--silent", "--pgdata", str(self.directory / "data"), *options)

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bindir / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            **self._account.process_options(),
        )
        if done.returncode != 0:
            said = f"{done.stdout.strip()}\n{self._log_tail()}".strip()
            raise ClusterError(f"{program} failed with code {done.returncode}: {said}")

    def _log_tail(self) -> str:
        with contextlib.suppress(FileNotFoundError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])
        return ""


def _server_settings(durable: bool, shared_buffers: str) -> dict[str, str]:
    settings = {
        "listen_addresses": "127.0.0.1",
        "shared_buffers": shared_buffers,
        "maintenance_work_mem": "256MB",
        "max_wal_size": "4GB" if durable else "1GB",
        "autovacuum": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %d ",
    }
    if not durable:
        # Safe only as long as the machine stays up. synchronous_commit stays on: without it, a hard stop of
        # the server would lose commits it had confirmed, which is what fault tests look for in our code.
        settings |= {
            "fsync": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
    return settings


@functools.cache
def _installations() -> tuple[Installation, ...]:
    """The server installations of this machine, the newest first."""
    bindirs = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    if program := shutil.which("pg_ctl"):
        bindirs.append(Path(program).resolve().parent)
    if program := shutil.which("pg_config"):
        # Debian's pg_config prints the directory even where only the client is installed.
        with contextlib.suppress(subprocess.CalledProcessError):
            bindirs.append(Path(_output(Path(program), "--bindir")))
    found = set()
    for bindir in bindirs:
        if all((bindir / program).exists() for program in ("initdb", "pg_ctl", "postgres")):
            version = re.search(r"\d+", _output(bindir / "postgres", "--version"))
            if version and int(version[0]) >= OLDEST:
                found.add(Installation(bindir.resolve(), int(version[0])))
    return tuple(sorted(found, key=lambda installation: installation.version, reverse=True))


def _output(program: Path, option: str) -> str:
    return subprocess.run([program, option], stdout=subprocess.PIPE, check=True, text=True).stdout.strip()


def _memory_to_spare() -> bool:
    """Whether the file system in memory may take a test's databases (a container's often has 64 MB)."""
    with contextlib.suppress(OSError):
        available = re.search(r"MemAvailable: *(\d+) kB", Path("/proc/meminfo").read_text())
        enough_free = shutil.disk_usage(MEMORY).free >= MEMORY_NEEDED
        return enough_free and available is not None and int(available[1]) << 10 >= MEMORY_NEEDED
    return False


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _free_port() -> int:
    for port in random.sample(PORTS, len(PORTS)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise ClusterError(f"no free port between {PORTS.start} and {PORTS.stop}")


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.cluster", description="Run a private PostgreSQL + PostGIS server until Ctrl-C."
    )
    parser.add_argument("--check", action="store_true", help="only say whether a cluster can start here")
    parser.add_argument("--durable", action="store_true", help="keep fsync and full-page writes on")
    parser.add_argument("--database", default="city", help="the database to create (default: %(default)s)")
    options = parser.parse_args()
    if reason := available():
        print(reason, file=sys.stderr)
        return 1
    if not options.check:
        with contextlib.suppress(KeyboardInterrupt), Cluster(durable=options.durable) as cluster:
            print(cluster.create_database(options.database), flush=True)
            signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())

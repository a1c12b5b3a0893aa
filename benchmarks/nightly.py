"""How long a night takes, as ratios to COPY of the same file on the same server in the same run.

    python -m benchmarks.nightly [--rows 1000000] [--stores postgresql duckdb] [--domain legalentity|geospatial]

The file is the register of residents, or, with ``--domain legalentity``, that of enterprises, or, with ``--domain
geospatial``, a layer of parcels (COPY then is of the features into a PostGIS table with a GiST index, and what
follows at a night's end counts to the load). COPY means:
server-side ``COPY … ENCODING 'GB18030'`` of the file's raw text columns into a logged table with a primary
key and three indexes (ID number; name and birth date; household; of enterprises code, name and
representative) in place, warm cache, median of three. A load is measured from the call to the published transaction, in a
process of its own whose peak memory (helper processes added) is shown beside it; the server's
memory is not counted. The server is a private one, with fsync on.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import psycopg2

from benchmarks._features import Sent, copy_features, parcels, read_features
from etl.demo import enterprises, residents
from etl.demo.delivery import Delivered
from tests.cluster import Cluster


@dataclass(frozen=True)
class Register:
    """A snapshot to measure nights with. copy: seconds of its COPY. write: its files of two nights (into a
    folder, of so many rows, by a seed)."""

    source: str
    copy: Callable[[Cluster, Path], float]
    write: Callable[[Path, int, int], tuple[Delivered, Delivered] | tuple[Sent, Sent]]


CHANGED = 0.005
_DAY = re.compile(r"(?<!\d)20\d{6}(?!\d)")


def _residents(folder: Path, rows: int, seed: int) -> tuple[Delivered, Delivered]:
    made = residents(folder, rows, seed, changed=CHANGED)
    assert made.second is not None
    return made.first, made.second


def _enterprises(folder: Path, rows: int, seed: int) -> tuple[Delivered, Delivered]:
    return enterprises(folder, rows, seed, CHANGED)


def _copy(cluster: Cluster, path: Path, indexes: tuple[tuple[str, ...], ...]) -> float:
    """Seconds of COPY into a fresh table indexed as the master table is."""
    with path.open(encoding="gb18030") as file:
        header = file.readline().strip().split(",")
    url = cluster.create_database("copy")
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        columns = ", ".join(f'"{name}" text' for name in header)
        cursor.execute(f"CREATE TABLE raw (id bigserial PRIMARY KEY, {columns})")
        for index in indexes:
            listed = ", ".join(f'"{name}"' for name in index)
            cursor.execute(f"CREATE INDEX ON raw ({listed})")
    path.read_bytes()  # warm cache
    started = time.perf_counter()
    with connection, connection.cursor() as cursor, path.open("rb") as file:
        names = ", ".join(f'"{name}"' for name in header)
        cursor.copy_expert(
            f"COPY raw ({names}) FROM STDIN WITH (FORMAT csv, HEADER, ENCODING 'GB18030')", file
        )
    seconds = time.perf_counter() - started
    connection.close()
    cluster.drop_database("copy")
    return seconds


REGISTERS = {
    "population": Register(
        "ga_population",
        partial(_copy, indexes=(("公民身份号码",), ("姓名", "出生日期"), ("户号",))),
        _residents,
    ),
    "legalentity": Register(
        "scjg_enterprises",
        partial(_copy, indexes=(("统一社会信用代码",), ("企业名称",), ("法定代表人",))),
        _enterprises,
    ),
    "geospatial": Register("zrzy_parcels", copy_features, partial(parcels, changed=CHANGED)),
}
TARGETS = {"first load": 3.0, "0.5 % changed": 0.5, "same bytes, new as-of": 0.15, "same delivery": 0.05}


def main() -> None:
    """Generate the files, run COPY and the loads, print one table per store and size."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--stores", nargs="+", default=["postgresql", "duckdb"])
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--domain", choices=list(REGISTERS), default="population")
    parser.add_argument("--child", nargs=3, metavar=("DOMAIN", "STORE", "FILE"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        _measure_load(*arguments.child)
        return
    with Cluster(durable=True, shared_buffers="1GB", settings={"max_wal_size": "8GB"}) as cluster:
        for rows in arguments.rows:
            with tempfile.TemporaryDirectory(prefix="basedb-bench-") as scratch:
                _compare(Path(scratch), cluster, rows, arguments.stores, arguments.seed, arguments.domain)


def _compare(scratch: Path, cluster: Cluster, rows: int, stores: list[str], seed: int, domain: str) -> None:
    register = REGISTERS[domain]
    made = register.write(scratch, rows, seed)
    first, second = (scratch / delivered.file for delivered in made)
    same_later = _a_day_later(second)
    shutil.copyfile(second, same_later)
    steps = {
        "first load": first,
        "0.5 % changed": second,
        "same bytes, new as-of": same_later,
        "same delivery": same_later,
    }
    copies = [register.copy(cluster, first) for _ in range(3)]
    copy = statistics.median(copies)
    print(
        f"\n{made[0].rows:,} rows, {first.stat().st_size / 1e6:.0f} MB: COPY {copy:.1f} s ({_listed(copies)})",
        flush=True,
    )
    if domain == "geospatial":
        print(f"ST_Read of the same file into a bare table: {read_features(first):.1f} s", flush=True)
    for store in stores:
        url = (
            cluster.create_database(f"night_{rows}")
            if store == "postgresql"
            else f"duckdb:///{scratch}/city.duckdb"
        )
        print(f"{store:<12} {'seconds':>9} {'ratio':>7} {'target':>7} {'peak MiB':>9}   stages")
        for name, path in steps.items():
            seconds, peak, stages = _load(domain, url, path)
            print(
                f"  {name:<24}{seconds:>8.2f} {seconds / copy:>7.3f} {TARGETS[name]:>7} {peak:>9,.0f}   {stages}",
                flush=True,
            )
        if store == "postgresql":
            cluster.drop_database(f"night_{rows}")


def _a_day_later(path: Path) -> Path:
    """Where the delivery of the day after lies: the day is in the file's name or in that of its folder."""
    days = _DAY.findall(str(path))
    day = datetime.strptime(days[-1], "%Y%m%d").date()
    later = Path(str(path).replace(days[-1], f"{day + timedelta(days=1):%Y%m%d}"))
    later.parent.mkdir(exist_ok=True)
    return later


def _load(domain: str, url: str, path: Path) -> tuple[float, float, str]:
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.nightly", "--child", domain, url, str(path)],
        stdout=subprocess.PIPE, check=True, text=True,
    )  # fmt: skip
    told = json.loads(answer.stdout.splitlines()[-1])
    return told["seconds"], told["peak"], told["stages"]


def _measure_load(name: str, url: str, file: str) -> None:
    """In the child: load one file and tell seconds, peak memory and the seconds of each stage."""
    from basedb.domain import StagedDomain, installed_domains
    from basedb.store import open_store
    from basedb.store.migrate import initialise
    from etl.after_night import after_night
    from etl.archive import Archive
    from etl.contract.parse import load_contracts
    from etl.load import Loader

    store, domain = open_store(url), installed_domains()[name]
    initialise(store, list(installed_domains().values()))
    contracts = load_contracts(domain.contracts)
    loader = Loader(store, domain, contracts, Archive(Path(file).parent / "archive"))
    contract = contracts[REGISTERS[name].source]
    peak = _PeakMemory()
    started = time.perf_counter()
    folder = Path(file).parent.name
    as_of = datetime.strptime(folder, "%Y%m%d").date() if folder.isdigit() else None
    account = loader.load(contract, loader.receive(contract, Path(file), as_of=as_of))
    seconds = time.perf_counter() - started
    stages = " ".join(f"{step.stage} {step.seconds:.1f}" for step in account.steps) or account.status
    if isinstance(domain, StagedDomain):
        after_night(store, {name: domain}, 30.0)
        stages += f" after night {time.perf_counter() - started - seconds:.1f}"
        seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "peak": peak.mebibytes, "stages": stages}))


class _PeakMemory:
    """The largest resident size of this process and its helpers together, sampled ten times a second."""

    def __init__(self) -> None:
        self.mebibytes = 0.0
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while True:
            pages = sum(_resident_pages(pid) for pid in [os.getpid(), *_children()])
            self.mebibytes = max(self.mebibytes, pages * resource.getpagesize() / 2**20)
            time.sleep(0.1)


def _resident_pages(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _children() -> list[int]:
    mine = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == os.getpid():
            mine.append(int(folder.name))
    return mine


def _listed(seconds: Iterator[float] | list[float]) -> str:
    return ", ".join(f"{second:.1f}" for second in seconds)


if __name__ == "__main__":
    main()

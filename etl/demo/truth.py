"""The truth beside the extracts: the person behind every row, and the people themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from etl.demo.addresses import Addresses
from etl.demo.columns import NEVER, Column, choose, fixed, lookup
from etl.demo.delivery import Delivered, Extract
from etl.demo.draws import Ints
from etl.demo.noise import RATES, tag_counts, tag_texts
from etl.demo.people import EDUCATION, ETHNIC, ETHNIC_CODES, MARITAL, RELATIONS, People
from etl.demo.population import ENTRIES, World
from etl.demo.sources.base import Night, cover_documents, id_cells, name_text, person_ids


class Truth:
    """Writes `truth/<source>.parquet` file by file."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "truth"
        self._directory.mkdir(parents=True, exist_ok=True)
        self._writers: dict[str, pq.ParquetWriter] = {}
        self._counts: dict[tuple[str, str], list[int]] = {}

    def rows(self, extract: Extract, entry: Delivered) -> None:
        """Say whom the rows of a delivered file are about."""
        size = extract.rows
        bits = extract.truth["tags"].to_numpy()
        columns: dict[str, pa.Array] = {
            "file": _same(entry.file, size),
            "data_night": pa.array(np.full(size, entry.data_night, dtype=np.int16)),
            "delivered_night": pa.array(np.full(size, entry.delivered_night, dtype=np.int16)),
            "row_no": pa.array(np.arange(1, size + 1, dtype=np.int32)),
            **extract.truth,
            "tags": tag_texts(extract.source, bits),
        }
        table = pa.table(columns)
        if extract.source not in self._writers:
            path = self._directory / f"{extract.source}.parquet"
            self._writers[extract.source] = pq.ParquetWriter(
                path,
                table.schema,
                compression="zstd",
                use_dictionary=["file", "tags"],
                write_statistics=False,
            )
        self._writers[extract.source].write_table(table)
        if not entry.kind:
            for channel, hits in tag_counts(extract.source, bits).items():
                count = self._counts.setdefault((extract.source, channel), [0, 0])
                count[0] += hits
                count[1] += size

    def close(self, world: World, delivered: Sequence[Delivered], nights: Sequence[Night]) -> None:
        """Write the people, the files, the events and the measured rates."""
        for writer in self._writers.values():
            writer.close()
        self._write("people", people_table(world))
        self._write("external_people", externals_table(world))
        self._write("files", pa.Table.from_pylist([asdict(d) for d in delivered]))
        events = [(n.number, event, who) for n in nights for event, who in n.events if len(who)]
        self._write(
            "events",
            pa.table(
                {
                    "night": pa.array(
                        np.repeat([e[0] for e in events], [len(e[2]) for e in events]).astype(np.int16)
                    ),
                    "event": pa.array([e[1] for e in events for _ in e[2]], pa.string()),
                    "person_id": person_ids(np.concatenate([np.zeros(0, np.int64), *(e[2] for e in events)])),
                }
            ),
        )
        rates = [
            {"extract": s, "channel": c, "hits": h, "rows": n, "configured": RATES[s][c]}
            for (s, c), (h, n) in sorted(self._counts.items())
        ]
        self._write("noise_rates", pa.Table.from_pylist(rates))

    def _write(self, name: str, table: pa.Table) -> None:
        pq.write_table(table, self._directory / f"{name}.parquet", compression="zstd", write_statistics=False)


def _same(text: str, size: int) -> pa.Array:
    return pa.DictionaryArray.from_arrays(
        pa.array(np.zeros(size, dtype=np.int32)), pa.array([text], pa.string())
    )


def _numbers(people: People, bodies: Ints) -> Column:
    return choose(bodies > 0, fixed(id_cells(people, np.arange(len(bodies)), bodies)), "")


def people_table(world: World) -> pa.Table:
    """Everybody, as on the last night."""
    p = world.people
    everyone = np.arange(len(p))
    words = Addresses(world.city, world.homes)
    return pa.table(
        {
            "person_id": person_ids(everyone),
            "name": name_text(p, world.names, everyone),
            "sex": lookup(["", "男", "女"], p.sex),
            "ethnic_code": lookup(ETHNIC_CODES, p.ethnic),
            "ethnic": lookup(ETHNIC, p.ethnic),
            "birth_date": pa.array(p.birth.astype(np.int32), pa.int32()).cast(pa.date32()),
            "id_no": cover_documents(p, everyone, fixed(id_cells(p, everyone))),
            "old_id_no": _numbers(p, p.old_number),
            "second_id_no": _numbers(p, p.second_number),
            "id_shared_with": person_ids(p.shares),
            "father_id": person_ids(p.father),
            "mother_id": person_ids(p.mother),
            "spouse_id": person_ids(p.spouse),
            "twin_of": person_ids(p.twin),
            "household_no": pa.array(p.household).cast(pa.string()),
            "relation": lookup(RELATIONS, p.relation),
            "marital": lookup(MARITAL, p.marital),
            "education": lookup(EDUCATION, p.education),
            "address": words.text(p.home),
            "hukou_address": words.text(p.register),
            "phone": choose(p.phone > 0, pa.array(p.phone).cast(pa.string()), ""),
            "employer_org_id": person_ids(p.employer, "E"),
            "school_org_id": person_ids(p.school, "E"),
            "death_date": _days(p.died),
            "left_date": _days(p.left),
            "enter_night": pa.array(p.entered),
            "enter_kind": lookup(ENTRIES, p.entry),
        }
    )


def externals_table(world: World) -> pa.Table:
    """Spouses in marriage records who do not live in the city."""
    p = world.externals
    everyone = np.arange(len(p))
    return pa.table(
        {
            "external_id": person_ids(everyone, "X"),
            "name": name_text(p, world.names, everyone),
            "sex": lookup(["", "男", "女"], p.sex),
            "birth_date": _days(p.birth),
            "id_no": _numbers(p, p.number),
        }
    )


def _days(days: Ints) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32(), mask=days == NEVER).cast(pa.date32())

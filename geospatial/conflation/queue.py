"""The stewards' queue of doubtful pairs of two surveys of a layer."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from basedb.domain import Attribute
from basedb.stewardship.judgements import Entry
from basedb.stewardship.lookup import Lookup, listed
from basedb.stewardship.pairs import Pair, Seen, Signed, Verdict
from basedb.stewardship.plan import DIFFERENT as SAID_DIFFERENT
from basedb.stewardship.plan import SAME as SAID_SAME
from basedb.stewardship.plan import Unresolved
from basedb.stewardship.queue import DOUBTFUL, Item
from basedb.stewardship.sides import Mentioned, Sides, line_of
from geospatial.conflation.doubts import Standing, Surroundings, matches, standing_pairs
from geospatial.conflation.judging import DIFFERENT, SAME, UNSURE, WITHDRAWN
from geospatial.conflation.picture import Drawn, draw_pair
from geospatial.layers import Layer

_HEADER = ("主要来源", "主要来源主键", "次要来源", "次要来源主键", "判定", "判定人", "判定时间", "理由")
_WORDS = {SAID_SAME: SAME, SAID_DIFFERENT: DIFFERENT, "unsure": UNSURE}
_SAID = {SAME: SAID_SAME, DIFFERENT: SAID_DIFFERENT}
_DAYS = 365


@dataclass(frozen=True)
class _Judged:
    """A row of `pair_judgement`; ended_by: the one that took its place."""

    record_id: int
    sides: tuple[str, str, str, str]
    verdict: str
    made_by: str
    made_at: datetime
    reason: str
    ended_by: _Judged | None = None


@dataclass(frozen=True)
class LayerPairs:
    """See `basedb.stewardship.pairs.PairQueue`: the left number is a feature that the leading survey draws, the
    right one a record version of a lesser survey."""

    layer: Layer

    @property
    def name(self) -> str:
        return self.layer.name

    @property
    def qualified(self) -> str:
        return f"geospatial.{self.layer.name}"

    @property
    def zh(self) -> str:
        return self.layer.zh

    @property
    def numbers(self) -> tuple[str, str]:
        return "要素", "记录"

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        return tuple(item for item in self.layer.attributes if not item.personal)

    @property
    def source(self) -> str:
        return f"pairs_{self.layer.name}"

    def items(self, lookup: Lookup, now: datetime, about: Sequence[int] = ()) -> list[Item]:
        wanted = (
            f" AND (m.feature_id IN ({listed(about)}) OR m.record_id IN ({listed(about)}))" if about else ""
        )
        rows = matches(lookup, f"m.grade = 'review' AND v.layer = '{self.layer.name}'{wanted}")
        pairs = standing_pairs(lookup, self.layer, [(row["feature_id"], row["record_id"]) for row in rows])
        notes = {item.sides: item for item in self._judged(lookup) if item.ended_by is None}
        assigned = self._assigned(lookup)
        items = [self._item(pair, notes, assigned, now) for pair in pairs.values()]
        return sorted(items, key=lambda item: (-item.worth, item.pair))

    def look(self, lookup: Lookup, pairs: Sequence[Pair]) -> dict[Pair, Seen]:
        found = standing_pairs(lookup, self.layer, pairs)
        judged = {item.sides: item for item in self._judged(lookup) if item.ended_by is None}
        return {
            numbers: Seen(
                self._sides(pair),
                hashlib.sha256(f"{pair.leading.record_id}:{pair.other.record_id}".encode()).hexdigest()[:12],
                _told(pair, judged.get(_sides_of(pair))),
                _facts(pair, judged.get(_sides_of(pair))),
            )
            for numbers, pair in found.items()
        }

    def pictures(self, lookup: Lookup, pairs: Sequence[Pair]) -> dict[Pair, str]:
        found = standing_pairs(lookup, self.layer, pairs)
        if not found:
            return {}
        around = Surroundings(lookup, self.layer, list(found.values()))
        return {numbers: draw_pair(_drawn(pair), around.of(pair)) for numbers, pair in found.items()}

    def judgements(self, lookup: Lookup, withdrawn: bool, about: Sequence[int] = ()) -> list[Entry[str]]:
        judged = [item for item in self._judged(lookup) if item.verdict in _SAID]
        judged = [item for item in judged if withdrawn or item.ended_by is None]
        ids = self._ids_of(lookup)
        entries = [_entry(item, ids) for item in judged]
        kept = [item for item in entries if not about or {item.a_id, item.b_id} & set(about)]
        return sorted(kept, key=lambda item: -item.judgement_id)

    def decide(self, verdicts: Sequence[Verdict], lookup: Lookup, folder: Path, signed: Signed) -> Path:
        pairs = standing_pairs(lookup, self.layer, [(item.left, item.right) for item in verdicts])
        judged = {item.sides: item for item in self._judged(lookup) if item.ended_by is None}
        rows = []
        for item in verdicts:
            if (item.left, item.right) not in pairs:
                raise Unresolved(
                    f"没有要素 {item.left} 与记录 {item.right} 这一对：左为主要来源的要素，右为次要来源的现行记录"
                    " / no such pair of a leading feature and a standing record of a lesser survey"
                )
            sides = _sides_of(pairs[item.left, item.right])
            known = judged.get(sides)
            if known is not None and known.verdict in _SAID and known.verdict != _WORDS[item.verdict]:
                raise Unresolved(
                    f"与判定 {known.record_id}（{known.verdict}，{known.made_by}：{known.reason}）矛盾，请先撤回"
                    f" / contradicts judgement {known.record_id}; withdraw it first"
                )
            rows.append((*sides, _WORDS[item.verdict], item.reason))
        return self._write(folder, rows, signed)

    def withdraw(
        self, judgements: Sequence[int], reason: str, lookup: Lookup, folder: Path, signed: Signed
    ) -> Path:
        inforce = {
            item.record_id: item
            for item in self._judged(lookup)
            if item.ended_by is None and item.verdict in _SAID
        }
        missing = sorted(set(judgements) - set(inforce))
        if missing:
            raise Unresolved(f"判定 {'、'.join(map(str, missing))} 不存在或已撤回 / not in force")
        return self._write(
            folder, [(*inforce[number].sides, WITHDRAWN, reason) for number in judgements], signed
        )

    def _write(self, folder: Path, rows: Sequence[tuple[str, ...]], signed: Signed) -> Path:
        path = folder / f"{self.source}_{signed.made_at.strftime('%Y%m%dT%H%M%S%f')}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            written = csv.writer(file)
            written.writerow(_HEADER)
            for *said, reason in rows:
                written.writerow(
                    [*said, signed.made_by, signed.made_at.isoformat(timespec="seconds"), reason]
                )
        return path

    def _item(
        self, pair: Standing, notes: dict[Any, _Judged], assigned: dict[Pair, str], now: datetime
    ) -> Item:
        """Worth: how probable it is that the two are one, up to as much again in a year of waiting."""
        assert pair.likeness is not None
        note = notes.get(_sides_of(pair))
        unsure = note if note is not None and note.verdict == UNSURE else None
        since = pair.likeness.known_from.astimezone(UTC)
        probability = 1 / (1 + 2**-pair.likeness.weight)
        return Item(
            left=pair.feature_id,
            right=pair.other.record_id,
            left_mention=pair.leading.record_id,
            right_mention=pair.other.record_id,
            kind=DOUBTFUL,
            weight=pair.likeness.weight,
            probability=probability,
            evidence=1,
            vetoes=(),
            conflicts=(),
            shares_identifier=False,
            records=(1, 1),
            since=since,
            assigned_to=assigned.get((pair.feature_id, pair.other.record_id)),
            unsure_by=unsure.made_by if unsure else None,
            unsure_reason=unsure.reason if unsure else None,
            worth=probability * (1 + min(max((now - since).days, 0), _DAYS) / _DAYS),
        )

    def _sides(self, pair: Standing) -> Sides:
        said = [json.loads(record.attributes) for record in (pair.leading, pair.other)]
        lines = tuple(
            line_of(item, _counted(said[0], item.name), _counted(said[1], item.name))
            for item in self.attributes
            if any(item.name in values for values in said)
        )
        records = [
            Mentioned(
                record.record_id, record.source, record.source_key, "self", "current", record.as_of,
                record.versions,
            )
            for record in (pair.leading, pair.other)
        ]  # fmt: skip
        return Sides(pair.feature_id, pair.other.record_id, lines, ((records[0],), (records[1],)))

    def _assigned(self, lookup: Lookup) -> dict[Pair, str]:
        rows = lookup.rows(
            "SELECT left_id, right_id, assigned_to FROM basedb.review_assignment WHERE entity = ?",
            [self.qualified],
        )
        return {(row["left_id"], row["right_id"]): row["assigned_to"] for row in rows}

    def _judged(self, lookup: Lookup) -> list[_Judged]:
        """Everything people said about pairs of the layer, each with what took its place."""
        rows = lookup.rows(
            "SELECT record_id, first_source, first_key, second_source, second_key, verdict, judged_by, judged_at,"
            " coalesce(reason, '') AS reason FROM geospatial.pair_judgement WHERE layer = ? AND status <> 'retired'"
            " ORDER BY record_id DESC",
            [self.layer.name],
        )
        found: list[_Judged] = []
        later: dict[tuple[str, str, str, str], _Judged] = {}
        for row in rows:
            sides = (row["first_source"], row["first_key"], row["second_source"], row["second_key"])
            item = _Judged(
                row["record_id"], sides, row["verdict"], row["judged_by"],
                datetime.fromisoformat(row["judged_at"]), row["reason"], later.get(sides),
            )  # fmt: skip
            later[sides] = item
            found.append(item)
        return found

    def _ids_of(self, lookup: Lookup) -> dict[tuple[str, str, str], int]:
        """The numbers that judged records have now: ("feature" or "record", source, source_key) → number."""
        rows = lookup.rows(
            """WITH judged AS (
                SELECT first_source AS source, first_key AS source_key FROM geospatial.pair_judgement
                UNION SELECT second_source, second_key FROM geospatial.pair_judgement)
            SELECT v.source, v.source_key, v.record_id, v.feature_id FROM geospatial.feature_version v
            SEMI JOIN judged USING (source, source_key) WHERE v.status = 'current' AND v.layer = ?""",
            [self.layer.name],
        )
        return {
            (kind, row["source"], row["source_key"]): row[f"{kind}_id"]
            for row in rows
            for kind in ("feature", "record")
        }


def _counted(said: Mapping[str, Any], name: str) -> Counter[Any]:
    return Counter([said[name]] if name in said else [])


def _sides_of(pair: Standing) -> tuple[str, str, str, str]:
    return pair.leading.source, pair.leading.source_key, pair.other.source, pair.other.source_key


def _entry(item: _Judged, ids: Mapping[tuple[str, str, str], int]) -> Entry[str]:
    first, second, end = item.sides[:2], item.sides[2:], item.ended_by
    return Entry(
        judgement_id=item.record_id,
        verdict=_SAID[item.verdict],
        a=":".join(first),
        b=":".join(second),
        a_id=ids.get(("feature", *first)),
        b_id=ids.get(("record", *second)),
        made_by=item.made_by,
        made_at=item.made_at,
        reason=item.reason,
        withdrawn_by=end.made_by if end else None,
        withdrawn_at=end.made_at if end else None,
        withdrawn_reason=end.reason if end else None,
    )


def _drawn(pair: Standing) -> Drawn:
    alike = pair.likeness
    said = "" if alike is None else f"，重叠 {alike.overlap:.0%}，交并比 {alike.iou:.2f}"
    return Drawn(
        pair.leading.shape, pair.other.shape, f"{pair.leading.named}（要素 {pair.feature_id}）",
        f"{pair.other.named}（记录 {pair.other.record_id}）{said}",
    )  # fmt: skip


def _told(pair: Standing, judged: _Judged | None) -> tuple[tuple[str, str], ...]:
    alike = pair.likeness
    told = [
        ("两者相距太远，没有比对过", "too far apart to be compared")
        if alike is None
        else (
            f"去除系统偏移后重叠 {alike.overlap:.0%}（占较小者），交并比 {alike.iou:.2f}，权重 {alike.weight:+.1f}",
            "common area of the smaller one, intersection over union and weight, without the shift between the surveys",
        )
    ]
    if judged is not None and judged.verdict in _SAID:
        told.append(
            (
                f"判定 {judged.record_id}：{judged.made_by} 判定为{judged.verdict}（{judged.reason}）",
                f"judgement {judged.record_id}: {_SAID[judged.verdict]}",
            )
        )
    return tuple(told)


def _facts(pair: Standing, judged: _Judged | None) -> dict[str, Any]:
    alike = pair.likeness
    return {
        "weight": alike and alike.weight,
        "overlap": alike and alike.overlap,
        "iou": alike and alike.iou,
        "grade": alike and alike.grade,
        "judgement": judged.record_id if judged is not None and judged.verdict in _SAID else None,
    }

"""The desk for doubtful pairs of entities: their mentions side by side, judgements between mentions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from basedb import audit
from basedb.cli import stewarding
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say, table
from basedb.cli.review_view import (
    entry_document,
    item_document,
    show_item,
    show_records,
    show_sides,
    show_why,
)
from basedb.cli.site import Site
from basedb.cli.stewarding import VERDICT, Look
from basedb.domain import Domain
from basedb.linkage.model import Constraint
from basedb.stewardship.answers import Answer, plan_answers
from basedb.stewardship.judgements import Entry, list_judgements, resolve_ids
from basedb.stewardship.lookup import Lookup, looking, recall_mentions
from basedb.stewardship.plan import joined
from basedb.stewardship.queue import KINDS, Filter, Item, kind_text, read_queue
from basedb.stewardship.sides import Sides, held_mentions, put_side_by_side
from basedb.stewardship.split_merge import plan_pair
from basedb.stewardship.why import Why, explain
from basedb.stewardship.workbook import write_queue


@dataclass(frozen=True)
class EntityDesk:
    """See `basedb.cli.review_desk.Desk`."""

    site: Site
    domain: Domain

    @property
    def kept_under(self) -> str:
        return self.domain.entity.qualified

    @property
    def kinds(self) -> Collection[str]:
        constraints = self.domain.entity.model.constraints
        return {*KINDS, *(item.name for item in constraints if item.kind == Constraint.CANNOT_LINK)}

    def kind_text(self, kind: str) -> tuple[str, str]:
        return kind_text(self.domain.entity, kind)

    def items(self, about: Sequence[int] = ()) -> list[Item]:
        with looking(self.site.ready_store) as lookup:
            return read_queue(lookup, self.domain.entity, about=about)

    def pairs(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        stewarding.pairs_of(ids)
        with looking(self.site.ready_store) as lookup:
            found = stewarding.possible(resolve_ids, lookup, self.domain.entity, ids)
        return [(min(pair), max(pair)) for pair in stewarding.pairs_of(found)]

    def show(self, ids: Sequence[int], look: Look, follow: bool = False) -> None:
        if look.picture is not None:
            raise Usage(f"{self.domain.entity.zh}没有图 / there are no pictures of these")
        entity = self.domain.entity
        with looking(self.site.ready_store) as lookup:
            found = sorted(stewarding.possible(resolve_ids, lookup, entity, ids, follow))
            if len(set(found)) < len(found):
                told = " 与 ".join(map(str, ids))
                raise Usage(f"{told} 是同一{entity.zh} {found[0]} / both are {found[0]}")
            if len(found) == 1:
                self._show_one(lookup, found[0], look)
                return
            queue = read_queue(lookup, entity, about=found)
            item = next((item for item in queue if item.pair == (found[0], found[1])), None)
            self._show_pair(lookup, found[0], found[1], item, look)

    def decide(self, ids: Sequence[int], verdict: str, by: str, reason: str, follow: bool) -> None:
        entity, store = self.domain.entity, self.site.ready_store
        stewarding.pairs_of(ids)
        with looking(store) as lookup:
            found = stewarding.possible(resolve_ids, lookup, entity, ids, follow)
            pairs = stewarding.pairs_of(found)
            plans = [
                stewarding.possible(plan_pair, lookup, entity, min(pair), max(pair), verdict)
                for pair in pairs
            ]
        revised = stewarding.enter(
            self.site, store, self.domain, joined(plans), stewarding.decision(by, reason), "review decide"
        )
        if self.site.json:
            told = [{"left": min(pair), "right": max(pair)} for pair in pairs]
            print_json({"verdict": verdict, "pairs": told, **stewarding.revised_document(revised)})
            return
        stewarding.tell_verdict(pairs, verdict)
        stewarding.tell_judgements(revised)
        stewarding.tell_revised(self.domain, revised)

    def judgements(self, everything: bool, about: Sequence[int]) -> list[Entry[int]]:
        with looking(self.site.ready_store) as lookup:
            return list_judgements(lookup, self.domain.entity, withdrawn=everything, about=about)

    def withdraw(self, ids: Sequence[int], by: str, reason: str) -> None:
        store = self.site.ready_store
        worker = stewarding.reviser(self.site, store, self.domain, "review withdraw")
        revised = stewarding.possible(worker.withdraw, ids, stewarding.decision(by, reason))
        if self.site.json:
            print_json({"withdrawn": ids, **stewarding.revised_document(revised)})
            return
        say(f"已撤回 {len(ids)} 项判定 / withdrawn")
        stewarding.tell_revised(self.domain, revised)

    def export(self, path: Path, wanted: Filter, limit: int, look: Look) -> dict[str, Any]:
        store, entity = self.site.ready_store, self.domain.entity
        hide = stewarding.hiding(self.site, self.domain, look.whole, look.purpose)
        with looking(store) as lookup:
            items = [item for item in read_queue(lookup, entity) if wanted.admits(item)][:limit]
            audit.record(store, "review export", look.purpose, f"{entity.name} → {path.name}", len(items))
            write_queue(path, lookup, entity, items, hide)
        return {"items": len(items)}

    def take(self, answers: Sequence[Answer], by: str, reason: str, skip_stale: bool) -> None:
        store = self.site.ready_store
        with looking(store) as lookup:
            plans, stale, settled = plan_answers(lookup, self.domain.entity, answers)
        stewarding.refuse_stale(stale, skip_stale)
        entered = stewarding.decision(by, reason)
        revised = (
            stewarding.enter(self.site, store, self.domain, joined(plans), entered, "review import")
            if plans
            else None
        )
        counts = stewarding.answer_counts(answers, [item for item, _ in stale], settled)
        if self.site.json:
            print_json({**counts, **({} if revised is None else stewarding.revised_document(revised))})
            return
        stewarding.tell_counts(counts)
        if revised is not None:
            stewarding.tell_judgements(revised)
            stewarding.tell_revised(self.domain, revised)

    def _show_pair(self, lookup: Lookup, left: int, right: int, item: Item | None, look: Look) -> None:
        """Show two entities, once the read is on record."""
        entity = self.domain.entity
        hide = stewarding.hiding(self.site, self.domain, look.whole, look.purpose)
        recall_mentions(lookup, entity, [left, right])
        sides = put_side_by_side(entity, held_mentions(lookup, entity), left, right, hide)
        why = explain(lookup, entity, left, right, look.whole)
        self._record(look, f"{entity.name} {left} {right}", sides)
        if self.site.json:
            print_json(
                {
                    "item": None if item is None else item_document(item),
                    "sides": sides,
                    "why": _why_document(why),
                }
            )
            return
        say(f"{entity.zh} {left} 与 {right}", "bold")
        if item is not None:
            show_item(self.kind_text(item.kind), item)
        show_sides(entity.zh, sides)
        show_records(sides)
        show_why(self.domain, why)
        say(f"判定 / decide: basedb review decide {left} {right} {'|'.join(VERDICT)} --reason …", "dim")

    def _show_one(self, lookup: Lookup, number: int, look: Look) -> None:
        """The records of one entity, as `basedb split` names them."""
        entity = self.domain.entity
        hide = stewarding.hiding(self.site, self.domain, look.whole, look.purpose)
        recall_mentions(lookup, entity, [number])
        sides = put_side_by_side(entity, held_mentions(lookup, entity), number, 0, hide)
        self._record(look, f"{entity.name} {number}", sides)
        if self.site.json:
            print_json({entity.id_column: number, "lines": sides.lines, "records": sides.records[0]})
            return
        table(
            f"{entity.zh} {number}，逐项 / values",
            ["属性", "值"],
            [(line.zh, "；".join(f"{v.text} ×{v.mentions}" for v in line.left)) for line in sides.lines],
        )
        show_records(sides)
        say(f"拆分 / split: basedb split {number} --records <提及编号> --reason …", "dim")

    def _record(self, look: Look, detail: str, sides: Sides) -> None:
        count = sum(record.versions for records in sides.records for record in records)
        audit.record(self.site.ready_store, "review show", look.purpose, detail, count)


def _why_document(why: Why) -> dict[str, Any]:
    """Without the values the comparisons read, which are not masked."""
    document = {name: getattr(why, name) for name in why.__dataclass_fields__}
    if why.explanation is not None:
        kept = ("comparison", "zh", "level", "level_zh", "missing", "m", "u", "weight", "adjustment")
        document["explanation"] = {
            **{name: getattr(why.explanation, name) for name in ("a", "b", "prior_weight", "match_weight", "constraints")},
            "steps": [{name: getattr(step, name) for name in kept} for step in why.explanation.steps],
        }  # fmt: skip
    document["judgements"] = [entry_document(entry) for entry in why.judgements]
    return document

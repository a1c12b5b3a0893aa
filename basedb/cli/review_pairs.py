"""The desk for pairs that a base brings along itself: pictures, and verdicts that come in as deliveries."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import click

from basedb import fonts
from basedb.cli import stewarding
from basedb.cli.accounts import account_document, exit_code
from basedb.cli.exits import Usage
from basedb.cli.output import print_json, say
from basedb.cli.review_view import item_document, show_item, show_records, show_sides
from basedb.cli.site import Site
from basedb.cli.stewarding import VERDICT, Look
from basedb.stewardship.answers import Answer
from basedb.stewardship.judgements import Entry
from basedb.stewardship.lookup import Lookup, looking
from basedb.stewardship.pairs import PairQueue, Signed, Verdict
from basedb.stewardship.queue import KINDS, Filter, Item
from basedb.stewardship.workbook import Asked, write_asked
from basedb.whole_file import write_whole
from etl.after_night import after_night
from etl.ledger import Account


@dataclass(frozen=True)
class PairDesk:
    """See `basedb.cli.review_desk.Desk`."""

    site: Site
    queue: PairQueue

    @property
    def kept_under(self) -> str:
        return self.queue.qualified

    @property
    def kinds(self) -> Collection[str]:
        return KINDS

    def kind_text(self, kind: str) -> tuple[str, str]:
        return KINDS[kind]

    def items(self, about: Sequence[int] = ()) -> list[Item]:
        with looking(self.site.ready_store) as lookup:
            return self.queue.items(lookup, datetime.now(UTC), about)

    def pairs(self, ids: Sequence[int]) -> list[tuple[int, int]]:
        return stewarding.pairs_of(ids)

    def show(self, ids: Sequence[int], look: Look, follow: bool = False) -> None:
        ((left, right),) = self.pairs(ids)
        if look.picture is not None and look.picture.suffix.lower() != ".svg":
            raise Usage(f"{look.picture.name}：可画 .svg / a picture of a pair is .svg")
        with looking(self.site.ready_store) as lookup:
            seen = self.queue.look(lookup, [(left, right)]).get((left, right))
            if seen is None:
                one, other = self.queue.numbers
                raise Usage(f"没有{one} {left} 与{other} {right} 这一对 / no such pair")
            item = next(
                (i for i in self.queue.items(lookup, datetime.now(UTC), [left]) if i.pair == (left, right)),
                None,
            )
            drawn = self.queue.pictures(lookup, [(left, right)]) if look.picture is not None else {}
        for drawing in drawn.values():
            write_whole(look.picture, drawing)  # type: ignore[arg-type]  # drawn only where it is named
        if self.site.json:
            print_json(
                {
                    "item": None if item is None else item_document(item),
                    "sides": seen.sides,
                    "why": seen.facts,
                    "picture": look.picture,
                }
            )
            return
        say(self._named(left, right), "bold")
        if item is not None:
            show_item(self.kind_text(item.kind), item)
        show_sides(self.queue.zh, seen.sides)
        show_records(seen.sides)
        for zh, en in seen.told:
            say(f"  {zh} / {en}")
        say(
            f"已画出 {look.picture} / drawn" if look.picture else "看图 / a picture: --picture pair.svg",
            "dim",
        )
        say(
            f"判定 / decide: basedb review decide {left} {right} {'|'.join(VERDICT)} --domain {self.queue.name}"
            " --reason …",
            "dim",
        )

    def decide(self, ids: Sequence[int], verdict: str, by: str, reason: str, follow: bool) -> None:
        pairs = self.pairs(ids)
        said = [Verdict(left, right, verdict, reason) for left, right in pairs]
        account = self._enter("review decide", by, partial(self.queue.decide, said))
        if self.site.json:
            told = [{"left": left, "right": right} for left, right in pairs]
            print_json({"verdict": verdict, "pairs": told, "account": account_document(account)})
        else:
            stewarding.tell_verdict(pairs, verdict)
        self._end(account)

    def judgements(self, everything: bool, about: Sequence[int]) -> list[Entry[str]]:
        with looking(self.site.ready_store) as lookup:
            return self.queue.judgements(lookup, everything, about)

    def withdraw(self, ids: Sequence[int], by: str, reason: str) -> None:
        account = self._enter("review withdraw", by, partial(self.queue.withdraw, ids, reason))
        if self.site.json:
            print_json({"withdrawn": ids, "account": account_document(account)})
        else:
            say(f"已撤回 {len(ids)} 项判定 / withdrawn")
        self._end(account)

    def export(self, path: Path, wanted: Filter, limit: int, look: Look) -> dict[str, Any]:
        """The workbook, and beside it a page with the picture of each pair."""
        page = path.with_suffix(".html")
        with looking(self.site.ready_store) as lookup:
            every = self.queue.items(lookup, datetime.now(UTC))
            items = [item for item in every if wanted.admits(item)][:limit]
            seen = self.queue.look(lookup, [item.pair for item in items])
            drawn = self.queue.pictures(lookup, [item.pair for item in items])
        asked = [
            Asked(
                item, self.kind_text(item.kind)[0], seen[item.pair].sides, seen[item.pair].code,
                f"{page.name}#{item.left}-{item.right}",
            )
            for item in items
        ]  # fmt: skip
        write_asked(path, self.queue.attributes, asked, whole=False)
        write_whole(page, self._page(items, drawn))
        return {"items": len(items), "pictures": page}

    def take(self, answers: Sequence[Answer], by: str, reason: str, skip_stale: bool) -> None:
        with looking(self.site.ready_store) as lookup:
            seen = self.queue.look(lookup, [(item.left, item.right) for item in answers])
            judged = {
                (entry.a_id, entry.b_id): entry.verdict for entry in self.queue.judgements(lookup, False)
            }
        settled = [item for item in answers if judged.get((item.left, item.right)) == item.verdict]
        stale = [
            (item, "这一对已不存在 / the pair is gone")
            if (item.left, item.right) not in seen
            else (item, "导出后记录有变化 / records changed since the export")
            for item in answers
            if item not in settled
            and ((item.left, item.right) not in seen or seen[item.left, item.right].code != item.code)
        ]
        stewarding.refuse_stale(stale, skip_stale)
        gone = {item.row for item, _ in stale} | {item.row for item in settled}
        said = [
            Verdict(item.left, item.right, item.verdict, item.reason)
            for item in answers
            if item.row not in gone
        ]
        counts = stewarding.answer_counts(answers, [item for item, _ in stale], settled)
        account = self._enter("review import", by, partial(self.queue.decide, said)) if said else None
        if self.site.json:
            print_json({**counts, **({} if account is None else {"account": account_document(account)})})
        else:
            stewarding.tell_counts(counts)
        if account is not None:
            self._end(account)

    def _enter(self, command: str, by: str, write: Callable[[Lookup, Path, Signed], Path]) -> Account:
        """Load the delivery that `write` makes; what is derived at a night's end follows at once."""
        site, store = self.site, self.site.ready_store
        signed = Signed(by, datetime.now(UTC))
        contract = site.contract(self.queue.source)
        with tempfile.TemporaryDirectory(prefix="basedb-judgement-") as folder:
            with looking(store) as lookup:
                path = stewarding.possible(write, lookup, Path(folder), signed)
            loader = site.loader(store, contract.domain, command, lambda stage: None)
            account = loader.load(contract, loader.receive(contract, path, received_at=signed.made_at))
        if account.status == "loaded":
            after_night(store, site.domains_of(store), site.wait)
        return account

    def _end(self, account: Account) -> None:
        if account.message and not self.site.json:
            say(account.message)
        raise click.exceptions.Exit(exit_code([account.status]))

    def _named(self, left: int, right: int) -> str:
        one, other = self.queue.numbers
        return f"{self.queue.zh}：{one} {left} 与{other} {right}"

    def _page(self, items: Sequence[Item], drawn: dict[tuple[int, int], str]) -> str:
        parts = [
            f'<h2 id="{item.left}-{item.right}">{escape(self._named(*item.pair))}</h2>{drawn[item.pair]}'
            for item in items
        ]
        return (
            f'<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>{escape(self.queue.zh)}</title>'
            f"<style>body{{font:14px {fonts.CSS};margin:24px}}</style></head><body>{''.join(parts)}</body></html>"
        )

"""Keeping a new version of a match model and, if asked, letting it decide in the same transaction."""

from __future__ import annotations

from collections.abc import Callable

from basedb.cli.output import say
from basedb.cli.site import Site
from basedb.domain import Domain
from basedb.linkage.versions import activate
from basedb.store import Session, Store
from etl.installed import of_domain
from etl.quarantine import Decision
from etl.revision import DUCKDB, Revised, Reviser, Revision

Keep = Callable[[Session], int]


def keep_version(
    site: Site, store: Store, domain: Domain, keep: Keep, use: bool, decision: Decision, engine: str = DUCKDB
) -> tuple[int, Revised | None]:
    """Write a version with `keep`; with `use`, everything is scored anew in the same transaction, by `engine`."""
    if not use:
        with store.writing("basedb model", site.wait) as session:
            return keep(session), None
    kept: list[int] = []

    def prepare(revision: Revision) -> str:
        kept.append(keep(revision.session))
        activate(revision.session, domain.entity, kept[0])
        return str(kept[0])

    peers = of_domain(site.contracts(), domain.name)
    revised = Reviser(store, domain, peers, "model use", site.wait).relink(decision, prepare, engine)
    return kept[0], revised


def tell_kept(version: int, revised: Revised | None) -> None:
    """Say what became of a version."""
    if revised is None:
        say(
            f"已存为第 {version} 版，未启用。比较：basedb model compare active {version}；启用：basedb model use {version}"
            f" / kept as version {version}, not in use yet"
        )
        return
    say(
        f"第 {version} 版已启用，全部记录已重新评分：合并编号 {len(revised.merged):,} 个，新编号 {len(revised.fresh):,} 个，"
        f"{revised.moved:,} 次提及改变归属（运行 {revised.run_id}）"
        f" / version {version} decides; everything was scored again"
    )

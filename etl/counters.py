"""Id counters, advanced inside the publishing transaction so that ids neither repeat nor leak."""

from __future__ import annotations

from basedb.store import Session


class Counters:
    """The counters of a store as one session sees them; `save` writes them back."""

    def __init__(self, session: Session):
        rows = session.engine.execute("SELECT name, next_value FROM basedb.counter").fetchall()
        self._session = session
        self._stored: dict[str, int] = dict(rows)
        self._next = dict(self._stored)

    def peek(self, name: str) -> int:
        """The next id that `take` would give."""
        return self._next.get(name, 1)

    def take(self, name: str, count: int = 1) -> int:
        """Reserve `count` consecutive ids and return the first."""
        first = self.peek(name)
        self._next[name] = first + count
        return first

    def save(self) -> None:
        """Write advanced counters to the store."""
        moved = {name: value for name, value in self._next.items() if self._stored.get(name) != value}
        known = [(value, name) for name, value in moved.items() if name in self._stored]
        fresh = [(name, value) for name, value in moved.items() if name not in self._stored]
        if known:
            self._session.engine.execute(
                "CREATE OR REPLACE TEMP TABLE advanced (next_value BIGINT, name TEXT)"
            )
            self._session.engine.executemany("INSERT INTO temp.advanced VALUES (?, ?)", known)
            staged = self._session.stage("SELECT * FROM temp.advanced")
            self._session.apply(
                f"UPDATE basedb.counter AS t SET next_value = s.next_value FROM {staged} AS s WHERE t.name = s.name"
            )
        if fresh:
            self._session.engine.executemany(
                "INSERT INTO basedb.counter (name, next_value) VALUES (?, ?)", fresh
            )
        self._stored = dict(self._next)

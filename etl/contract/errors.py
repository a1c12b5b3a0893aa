"""What is wrong with a contract, said so that the person who wrote it can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Problem:
    """One mistake in a contract: where it stands, what is wrong, and the way out.

    `setting` is the dotted path of the setting (``columns.姓名.to``); `suggestion` is what to write
    instead, or an empty string where only the author can know.
    """

    path: Path
    line: int
    setting: str
    zh: str
    en: str
    suggestion: str = ""

    def __str__(self) -> str:
        text = f"{self.path}:{self.line}: {self.setting}: {self.zh} / {self.en}"
        return f"{text} → {self.suggestion}" if self.suggestion else text


class ContractError(ValueError):
    """A contract that cannot be used; `problems` lists everything found wrong with it."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word most like `word`, or None when nothing resembles it."""
    candidates = sorted(known)
    close = difflib.get_close_matches(word, candidates, n=1, cutoff=0.5)
    return close[0] if close else None

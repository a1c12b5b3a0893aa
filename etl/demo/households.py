"""Households with kin: who lives together, how old they are, and whose child is whose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from etl.demo.columns import NEVER
from etl.demo.draws import Draws, Ints
from etl.demo.people import DIVORCED, MARRIED, RELATION, SINGLE, WIDOWED, People

YEAR = 146_097 / 400
HUSBAND, WIFE, CHILD_1, CHILD_2, CHILD_3, FATHER, MOTHER = range(7)
SLOTS = 7
ALONE, COUPLE, NUCLEAR, ONE_PARENT, THREE_GENERATIONS = range(5)
_SHARES = [17, 23, 36, 5, 19]
# husband's age by kind of household: (from, to, weight)
_AGES = {
    ALONE: [(18, 30, 34), (30, 60, 26), (60, 92, 40)],
    COUPLE: [(23, 35, 16), (35, 50, 8), (50, 65, 40), (65, 90, 36)],
    NUCLEAR: [(24, 32, 13), (32, 42, 42), (42, 56, 45)],
    ONE_PARENT: [(27, 55, 1)],
    THREE_GENERATIONS: [(25, 34, 26), (34, 45, 52), (45, 54, 22)],
}


@dataclass
class Frame:
    """Households drawn but not yet made into people: one column per place in the household."""

    kind: Ints
    birth: Ints  # household x place
    there: NDArray[np.bool_]
    twins: NDArray[np.bool_]
    head: Ints  # place of the head


def _years(draws: Draws, label: str, keys: Ints, low: float, span: float) -> NDArray[np.float64]:
    return low + span * draws.uniform(label, keys)


def draw(draws: Draws, keys: Ints, today: int, label: str = "house") -> Frame:
    """One household per key."""
    n = len(keys)
    kind = draws.pick(label + ".kind", keys, _SHARES)
    age = np.zeros(n)
    for k, spans in _AGES.items():
        mine = np.flatnonzero(kind == k)
        span = draws.pick(label + ".span", keys[mine], [w for _, _, w in spans])
        low, high = np.array([s[0] for s in spans]), np.array([s[1] for s in spans])
        age[mine] = low[span] + draws.uniform(label + ".age", keys[mine]) * (high - low)[span]
    ages = np.full((n, SLOTS), -1.0)
    ages[:, HUSBAND] = age
    wife = age - 6 + 8 * draws.uniform(label + ".wife", keys)
    ages[:, WIFE] = np.where(wife < 20.5, 20.5 + 4 * draws.uniform(label + ".bride", keys), wife)
    there = np.zeros((n, SLOTS), dtype=bool)
    woman = draws.hit(
        label + ".woman", keys, np.where(age > 60, 0.68, np.where(kind == ONE_PARENT, 0.7, 0.45))
    )
    both = np.isin(kind, [COUPLE, NUCLEAR, THREE_GENERATIONS])
    there[:, HUSBAND] = both | ~woman
    there[:, WIFE] = both | woman

    parent = np.isin(kind, [NUCLEAR, ONE_PARENT, THREE_GENERATIONS])
    children = 1 + draws.pick(label + ".children", keys, [44, 46, 10])
    youngest = np.minimum(11.0, ages[:, WIFE] - 20.1)
    at = 20 + youngest * draws.uniform(label + ".first", keys)
    twins = draws.hit(label + ".twins", keys, 0.02) & parent
    children = np.where(twins, np.maximum(children, 2), children)
    for i, slot in enumerate((CHILD_1, CHILD_2, CHILD_3)):
        child = ages[:, WIFE] - at
        ages[:, slot] = child
        stays = np.select([child < 18, child < 24, child < 31], [1.0, 0.75, 0.32], 0.05)
        draw_ = draws.uniform(label + ".stays", keys * 4 + i)
        there[:, slot] = (
            parent & (children > i) & (child > 0) & ((draw_ < stays) | (kind == ONE_PARENT) & (i == 0))
        )
        at = at + _years(draws, f"{label}.gap{i}", keys, 1.4, 5.5)
    twin = twins & there[:, CHILD_1]
    ages[twin, CHILD_2] = ages[twin, CHILD_1]
    there[twin, CHILD_2] = True

    three = kind == THREE_GENERATIONS
    ages[:, FATHER] = age + _years(draws, label + ".father", keys, 21, 11)
    ages[:, MOTHER] = age + _years(draws, label + ".mother", keys, 20, 10)
    there[:, FATHER] = three & (ages[:, FATHER] < 94) & draws.hit(label + ".father?", keys, 0.74)
    there[:, MOTHER] = three & (ages[:, MOTHER] < 97) & draws.hit(label + ".mother?", keys, 0.84)

    old = there[:, FATHER] & draws.hit(label + ".old", keys, 0.38)
    wife_leads = there[:, WIFE] & (~there[:, HUSBAND] | draws.hit(label + ".wife leads", keys, 0.1))
    head = np.where(old, FATHER, np.where(wife_leads, WIFE, HUSBAND))
    return Frame(kind, today - (ages * YEAR).astype(np.int64), there, twin, head)


def cut(frame: Frame, people: int) -> Frame:
    """The first households that together have that many people; the last one may lose some."""
    total = np.cumsum(frame.there.sum(axis=1))
    last = int(np.searchsorted(total, people))
    if last >= len(total):
        raise ValueError(f"{len(total)} households hold only {int(total[-1])} people")
    frame = Frame(*(getattr(frame, f)[: last + 1] for f in ("kind", "birth", "there", "twins", "head")))
    surplus = int(total[last]) - people
    for slot in (CHILD_3, MOTHER, FATHER, CHILD_2, CHILD_1, HUSBAND, WIFE):
        if surplus and frame.there[-1, slot] and frame.head[-1] != slot:
            frame.there[-1, slot] = False
            surplus -= 1
    frame.twins[-1] &= frame.there[-1, CHILD_1] and frame.there[-1, CHILD_2]
    return frame


def people_of(
    draws: Draws, frame: Frame, first: int, today: int, label: str = "house"
) -> tuple[People, Ints, Ints]:
    """The people of the frame, with kin; and the household (row of the frame) and place in it of each."""
    home, slot = np.nonzero(frame.there)
    n = len(home)
    people = People.blank(n)
    who = np.full(frame.there.shape, -1, dtype=np.int64)
    who[home, slot] = first + np.arange(n)
    keys = first + np.arange(n)
    people.birth[:] = frame.birth[home, slot]
    people.sex[:] = np.select(
        [np.isin(slot, [HUSBAND, FATHER]), np.isin(slot, [WIFE, MOTHER])],
        [1, 2],
        2 - draws.hit(label + ".sex", keys, 0.525).astype(np.int64),
    )
    child = (slot >= CHILD_1) & (slot <= CHILD_3)
    people.father[:] = np.where(child, who[home, HUSBAND], np.where(slot == HUSBAND, who[home, FATHER], -1))
    people.mother[:] = np.where(child, who[home, WIFE], np.where(slot == HUSBAND, who[home, MOTHER], -1))
    partner = np.array([WIFE, HUSBAND, -1, -1, -1, MOTHER, FATHER])[slot]
    people.spouse[:] = np.where(partner >= 0, who[home, np.maximum(partner, 0)], -1)
    twin = frame.twins[home] & ((slot == CHILD_1) | (slot == CHILD_2))
    other = np.where(slot == CHILD_1, CHILD_2, CHILD_1)
    people.twin[:] = np.where(twin, who[home, other], -1)
    # two twins in three are of one sex
    same = twin & (slot == CHILD_2) & draws.hit(label + ".same", keys, 0.66)
    people.sex[same] = people.sex[people.twin[same] - first]
    people.relation[:] = _relations(people.sex, slot, frame.head[home], home)
    parent = ((slot == HUSBAND) | (slot == WIFE)) & (frame.birth[:, CHILD_1] > people.birth.min(initial=0))[
        home
    ]
    parent &= np.isin(frame.kind, [NUCLEAR, ONE_PARENT, THREE_GENERATIONS])[home]
    before = np.where(parent, frame.birth[home, CHILD_1] - 280, today - 1)
    _marry(draws, people, keys, today, before, label)
    return people, home, slot


def _relations(sex: NDArray[np.int8], slot: Ints, head: Ints, home: Ints) -> NDArray[np.int8]:
    """The relation to the head, as the register words it."""
    r = RELATION
    by_head = {
        HUSBAND: {HUSBAND: "户主", WIFE: "妻", FATHER: "父亲", MOTHER: "母亲"},
        WIFE: {HUSBAND: "夫", WIFE: "户主", FATHER: "公公", MOTHER: "婆婆"},
        FATHER: {HUSBAND: "子", WIFE: "儿媳", FATHER: "户主", MOTHER: "妻"},
    }
    out = np.zeros(len(slot), dtype=np.int8)
    for h, words in by_head.items():
        for s, word in words.items():
            out[(head == h) & (slot == s)] = r[word]
    child = (slot >= CHILD_1) & (slot <= CHILD_3)
    grand = child & (head == FATHER)
    out[grand] = np.where(sex[grand] == 1, r["孙子"], r["孙女"])
    # the how-manieth son or daughter
    for s, words_ in ((1, "长子 次子 三子"), (2, "长女 次女 三女")):
        mine = np.flatnonzero(child & ~grand & (sex == s))
        edge = np.concatenate([[True], home[mine][1:] != home[mine][:-1]]) if len(mine) else np.zeros(0, bool)
        rank = np.arange(len(mine)) - np.maximum.accumulate(np.where(edge, np.arange(len(mine)), 0))
        out[mine] = np.array([r[w] for w in words_.split()])[rank]
    return out


def _marry(draws: Draws, people: People, keys: Ints, today: int, before: Ints, label: str) -> None:
    """Marital status, and the day of the marriage (before the first child) of those who have a spouse."""
    age = people.age(today)
    chance = draws.uniform(label + ".marital", keys)
    alone = np.select(
        [age < 22, age < 35, age < 60],
        [SINGLE, np.where(chance < 0.93, SINGLE, DIVORCED), np.where(chance < 0.4, SINGLE, DIVORCED)],
        np.where(chance < 0.9, WIDOWED, SINGLE),
    )
    people.marital[:] = np.where(people.spouse >= 0, MARRIED, alone)
    partner = np.where(people.spouse >= 0, people.spouse - keys[:1], np.arange(len(keys)))
    grown = np.maximum(people.birth, people.birth[partner]) + int(22.1 * YEAR)
    # a couple shares the draw of the one who comes first
    pair = np.minimum(keys, np.where(people.spouse >= 0, people.spouse, keys))
    late = (
        draws.uniform(label + ".wedding", pair) * np.minimum(6 * YEAR, np.maximum(1, today - grown))
    ).astype(np.int64)
    day = np.minimum(grown + late, np.minimum(before, today - 1))
    divorced = people.marital == DIVORCED
    people.married[:] = np.where((people.spouse >= 0) | divorced, day, NEVER)

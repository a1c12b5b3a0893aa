"""Damage to names. Few rows are struck, so each is rewritten on its own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from etl.demo.columns import Column, overlay
from etl.demo.noise import Bools, Noise
from etl.demo.spec import rare, same_sound, traditional

Change = Callable[[str, int], str]
_DOTS = ["", " ", ".", "．", "•", "・", "‧"]
_DOTS_IN_GBK = 4


def _homophone(name: str, detail: int) -> str:
    places = [i for i, c in enumerate(name) if i and c in same_sound()]
    if not places:
        return name
    i = places[detail % len(places)]
    sounds = same_sound()[name[i]]
    return name[:i] + sounds[detail // 7 % len(sounds)] + name[i + 1 :]


def _traditional(name: str, detail: int) -> str:
    return "".join(traditional().get(c, c) for c in name)


def _drop(name: str, detail: int) -> str:
    return name[:-1] if len(name) > 2 else name


def _space(name: str, detail: int) -> str:
    return [name + " ", " " + name, name[:1] + " " + name[1:], name[:1] + "　" + name[1:]][detail % 4]


def _dot(name: str, detail: int) -> str:
    return name.replace("·", _DOTS[detail % len(_DOTS)])


def _dot_in_gbk(name: str, detail: int) -> str:
    return name.replace("·", _DOTS[detail % _DOTS_IN_GBK])


def _rare(name: str, detail: int) -> str:
    for character, (pinyin, look_alike) in rare().items():
        if character in name:
            name = name.replace(character, ["?", "*", pinyin, look_alike][detail % 4])
    return name


_CHANGES: dict[str, Change] = {
    "name_homophone": _homophone,
    "name_trad": _traditional,
    "name_drop": _drop,
    "name_space": _space,
    "name_dot_c": _dot,
    "name_rare_c": _rare,
    "name_not_in_gbk": _rare,
}


def damage(
    noise: Noise, names: Column, dotted: Bools, rare_: Bools, channels: list[str], role: str = ""
) -> Column:
    """The names with each channel applied in turn; tags only where a name really changed."""
    for channel in channels:
        where = (
            dotted
            if channel == "name_dot_c"
            else rare_
            if channel.startswith(("name_rare", "name_not"))
            else None
        )
        # a character the encoding lacks has no choice
        struck = rare_ if channel == "name_not_in_gbk" else noise.hit(channel, where, role)
        rows = np.flatnonzero(struck)
        if not len(rows):
            continue
        detail = noise.below("name.detail" + channel + role, 1 << 20)[rows].tolist()
        before = names.take(pa.array(rows)).to_pylist()
        change = (
            _dot_in_gbk if channel == "name_dot_c" and "name_not_in_gbk" in channels else _CHANGES[channel]
        )
        after = [change(n, d) for n, d in zip(before, detail, strict=True)]
        noise.tag(channel, rows[np.array([a != b for a, b in zip(before, after, strict=True)])])
        names = overlay(names, [(rows, pa.array(after, pa.string()))])
    return names

"""Records of invented people in two registers, with the truth, for measuring linkage.

    from benchmarks._people import people
    people(engine, left=1_000_000, right=500_000, seed=7)     # tables `people_left`, `people_right`

The left register holds every person once (a share of them twice, if asked), the right one holds people
of the left register and others, damaged as departments damage them: names by a homophone or a dropped
character, birth dates by a digit or with day and month exchanged, telephones and addresses out of date,
everything missing now and then. Names, telephones and addresses repeat as real ones do.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
import pyarrow as pa
from pypinyin import lazy_pinyin

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_GIVEN = (
    "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂鹏华红梅建国志文玉婷雪晓东海燕春生浩宇欣怡梓涵子轩一诺"
    "峰波辉健俊凯斌亮龙飞林森炎鑫淼焱垚嘉佳家瑞睿锐蕊慧惠会卉荟琳霖麟临琪琦奇祺淇晨辰宸尘臣萍苹坪凤风丰枫"
    "玲灵凌岭铃莉力立利丽云芸耘匀韵运倩茜洁杰捷婕颖莹盈萤瑛樱莲廉连怜月悦越岳乐博伯柏铂珊杉姗山善珍真贞臻"
    "振震镇锦瑾谨进晋靖境敬竞菁晶精京泽则择责德得义艺毅逸亦怡仪宜贻夷新心馨昕歆薪思斯丝司巧乔翘俏素苏肃粟"
)


@dataclass(frozen=True)
class Damage:
    """How often a field of the right register is not that of the left."""

    name_missing: float = 0.005
    name_homophone: float = 0.02
    name_dropped: float = 0.01
    born_missing: float = 0.03
    born_swapped: float = 0.01
    born_digit: float = 0.02
    sex_missing: float = 0.02
    phone_missing: float = 0.2
    phone_changed: float = 0.25
    moved: float = 0.2
    address_missing: float = 0.03
    id_missing: float = 0.35
    id_digit: float = 0.02


def people(
    engine: duckdb.DuckDBPyConnection,
    left: int = 1_000_000,
    right: int = 500_000,
    *,
    seed: int = 7,
    shared: float = 0.6,
    repeated: float = 0.0,
    damage: Damage | None = None,
) -> None:
    """Make tables `people_left` and `people_right`.

    Columns: vertex (right above left), person (the truth), id_number, name, pinyin, born (YYYY-MM-DD),
    sex, phone, community, door. shared: of the right records, the share whose person is in the left
    register. repeated: of the left records, the share that is a damaged second record of a person.
    """
    rng = np.random.default_rng(seed)
    damage = damage or Damage()
    again = int(left * repeated)
    persons = left - again
    known = int(right * shared)
    everyone = _persons(rng, persons + right - known)
    first = {name: values[:persons] for name, values in everyone.items()}
    second = _damaged(rng, _taken(everyone, rng.choice(persons, again, replace=again > persons)), damage)
    drawn = rng.choice(persons, known, replace=known > persons)
    there = np.concatenate([drawn, np.arange(persons, len(everyone["person"]))])
    rng.shuffle(there)
    _store(engine, "people_left", {n: np.concatenate([first[n], second[n]]) for n in first}, 0)
    _store(engine, "people_right", _damaged(rng, _taken(everyone, there), damage), left)


def _persons(rng: np.random.Generator, number: int) -> dict[str, np.ndarray]:
    surnames, given = np.array(list(_SURNAMES)), np.array(list(_GIVEN))
    skew = 1 / np.arange(2, len(surnames) + 2)
    weight = 1 / np.arange(8, len(given) + 8) ** 0.7
    weight /= weight.sum()
    second = np.where(rng.random(number) < 0.85, rng.choice(given, number, p=weight), "")
    name = np.char.add(
        np.char.add(rng.choice(surnames, number, p=skew / skew.sum()), rng.choice(given, number, p=weight)),
        second,
    )
    day = np.datetime64("1935-01-01") + rng.integers(0, 31000, number)
    born = np.datetime_as_string(day, unit="D")
    # A few clerks enter the first of January where nothing is known.
    lazy = rng.random(number) < 0.01
    born[lazy] = np.char.add(np.char.ljust(born[lazy], 4).astype("U4"), "-01-01")
    sex = rng.integers(1, 3, number)
    homes = max(number * 2 // 5, 1)
    home = rng.integers(0, homes, number)
    serial = np.char.zfill(rng.integers(0, 10_000, number).astype("U4"), 4)
    county = rng.integers(411100, 411130, number).astype("U6")
    return {
        "person": np.arange(number),
        "id_number": np.char.add(np.char.add(county, np.char.replace(born, "-", "")), serial),
        "name": name,
        "born": born,
        "sex": sex.astype("U1"),
        "phone": (13_000_000_000 + rng.integers(0, 6_999_999_999, number)).astype("U11"),
        "community": _communities(home, homes),
        "door": _doors(home),
    }


def _communities(home: np.ndarray, homes: int) -> np.ndarray:
    """Four hundred homes to a community."""
    number = home % max(homes // 400, 1)
    return np.char.add("祁山路街道", np.char.add(number.astype("U8"), "社区"))


def _doors(home: np.ndarray) -> np.ndarray:
    text = np.char.add(((home // 7) % 40 + 1).astype("U4"), "号楼")
    text = np.char.add(text, np.char.add((home // 300 % 4 + 1).astype("U2"), "单元"))
    return np.char.add(text, np.char.add((home % 1900 + 100).astype("U4"), "室"))


def _taken(everyone: dict[str, np.ndarray], places: np.ndarray) -> dict[str, np.ndarray]:
    return {name: values[places] for name, values in everyone.items()}


def _damaged(
    rng: np.random.Generator, records: dict[str, np.ndarray], damage: Damage
) -> dict[str, np.ndarray]:
    number = len(records["person"])
    found = {name: values.copy() for name, values in records.items()}

    def some(share: float) -> np.ndarray:
        return np.flatnonzero(rng.random(number) < share)

    places = some(damage.name_homophone)
    found["name"][places] = [_homophone(rng, name) for name in found["name"][places]]
    places = some(damage.name_dropped)
    found["name"][places] = found["name"][places].astype("U2")
    places = some(damage.born_swapped)
    born = found["born"][places]
    found["born"][places] = [b[:5] + b[8:] + "-" + b[5:7] if int(b[8:]) <= 12 else b for b in born]
    places = some(damage.born_digit)
    found["born"][places] = [b[:3] + str(rng.integers(0, 10)) + b[4:] for b in found["born"][places]]
    places = some(damage.id_digit)
    found["id_number"][places] = [i[:14] + str(rng.integers(1000, 10000)) for i in found["id_number"][places]]
    places = some(damage.phone_changed)
    found["phone"][places] = (13_000_000_000 + rng.integers(0, 6_999_999_999, len(places))).astype("U11")
    places = some(damage.moved)
    strangers = rng.permutation(places)
    found["community"][places], found["door"][places] = (
        records["community"][strangers],
        records["door"][strangers],
    )
    for column, share in (
        ("name", damage.name_missing),
        ("born", damage.born_missing),
        ("sex", damage.sex_missing),
        ("phone", damage.phone_missing),
        ("id_number", damage.id_missing),
        ("door", damage.address_missing),
    ):
        found[column][some(share)] = ""
    return found


_SOUNDS: dict[str, list[str]] = {}


def _homophone(rng: np.random.Generator, name: str) -> str:
    if not _SOUNDS:
        for character in _GIVEN:
            _SOUNDS.setdefault(lazy_pinyin(character)[0], []).append(character)
    at = int(rng.integers(1, len(name)))
    same = _SOUNDS.get(lazy_pinyin(name[at])[0], [name[at]])
    return name[:at] + str(rng.choice(same)) + name[at + 1 :]


def _store(engine: duckdb.DuckDBPyConnection, table: str, columns: dict[str, np.ndarray], start: int) -> None:
    number = len(columns["person"])
    arrow = pa.table(
        {"vertex": np.arange(start, start + number), "person": columns["person"]}
        | {name: pa.array(values) for name, values in columns.items() if name != "person"}
    )
    sounds = {character: lazy_pinyin(character)[0] for character in _SURNAMES + _GIVEN}
    engine.register("people_made", arrow)
    engine.register(
        "people_sound", pa.table({"sign": list(sounds), "sound": [f"{sound} " for sound in sounds.values()]})
    )
    engine.execute(
        f"""CREATE OR REPLACE TABLE {table} AS
            WITH named AS (SELECT DISTINCT name FROM people_made WHERE name <> ''),
            sounded AS (
                SELECT n.name, a.sound || b.sound || coalesce(c.sound, '') AS pinyin FROM named n
                JOIN people_sound a ON a.sign = n.name[1] JOIN people_sound b ON b.sign = n.name[2]
                LEFT JOIN people_sound c ON c.sign = n.name[3])
            SELECT vertex, person, nullif(id_number, '') AS id_number, nullif(m.name, '') AS name,
                   trim(s.pinyin) AS pinyin, nullif(born, '') AS born, nullif(sex, '') AS sex,
                   nullif(phone, '') AS phone, CASE WHEN door <> '' THEN community END AS community,
                   nullif(door, '') AS door
            FROM people_made m LEFT JOIN sounded s ON s.name = m.name ORDER BY vertex"""
    )
    engine.unregister("people_made")
    engine.unregister("people_sound")

"""Where the trade name ends and the industry begins.

`data/industry_words.csv` holds the words that organisations' names end with: it was compiled for this
project from the vocabulary of GB/T 4754 and of registers. A site's own file replaces it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from basedb.standards import codelists

_CLASS = re.compile(
    r"(?:经营部|门市部|服务部|销售部|批发部|加工部|修理部|维修部|装饰部|商店|商行|专卖店|零售店|批发店|养殖场|加工厂|服务中心"
    r"|服务站|工作室|事务所|店|部|行|铺|馆|厂|屋|坊|城|园|场|站|社|室|所|庄|点|中心)$"
)
_WORKS = re.compile(r"厂$")
_BEFORE_CLASS = "鞋药茶面菜书花车布酒米油肉鱼糖灯饭表粥"
_SHORTEST = 2


class Industries:
    """Splits what is left of a name when its division and legal form are off."""

    def __init__(self) -> None:
        self._words = _by_end(codelists.directory())

    def split(self, text: str, firm: bool = False, shortest: int = _SHORTEST) -> tuple[str, str]:
        """Trade name and industry; the trade name keeps `shortest` characters at least.

        firm: the name has a legal form, so that its last character is no word for a shop (糕点).

        >>> Industries().split("华峰大药房")
        ('华峰', '大药房')
        """
        end = self._before(text, len(text), shortest)
        if end == len(text) and (kind := (_WORKS if firm else _CLASS).search(text)):
            if kind.start() >= shortest:
                end = kind.start()
            if end > shortest and text[end - 1] in _BEFORE_CLASS:
                end = min(self._before(text, end, shortest), end - 1)
        while end > shortest:
            earlier = self._before(text, end, shortest)
            if earlier == end:
                break
            end = earlier
        return text[:end], text[end:]

    def leaves_trade_name(self, text: str) -> bool:
        """Whether something is left when every word of an industry is taken off the end."""
        return len(self.split(text, shortest=0)[0]) >= _SHORTEST

    def _before(self, text: str, end: int, shortest: int) -> int:
        """Where the word that ends at `end` begins; `end` if there is none."""
        if end - 2 >= shortest and (words := self._words.get(text[end - 2 : end])):
            for word in words:
                if end - len(word) >= shortest and text.endswith(word, 0, end):
                    return end - len(word)
        return end


@lru_cache(maxsize=4)
def _by_end(directory: str) -> dict[str, tuple[str, ...]]:
    """The words by their last two characters, longest first."""
    found: dict[str, list[str]] = {}
    for word in codelists.read_csv("industry_words.csv", directory)["word"]:
        found.setdefault(word[-2:], []).append(word)
    return {end: tuple(sorted(many, key=len, reverse=True)) for end, many in found.items()}

"""Headlines as sentences, Chinese and English, as statistical communiqués put them."""

from __future__ import annotations

from macroeconomy.briefing.headlines import Headline

_QUARTERS = {
    1: ("一季度", "Q1"),
    2: ("上半年", "the first half"),
    3: ("前三季度", "Q1–Q3"),
    4: ("全年", "the year"),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def sentence(headline: Headline) -> tuple[str, str]:
    """What a headline says, in Chinese and in English."""
    kind = headline.indicator.kind
    when_zh, when_en = span(headline.period, headline.basis)
    name, code = headline.indicator.name, headline.indicator.code
    if kind == "index" and headline.level is not None:
        rise = headline.level.value - 100
        zh = f"{when_zh}，{name}同比{_moved(rise, '上涨', '下降', '持平')}"
        en = f"{when_en}: {code} {rise:+.1f} % year on year"
    else:
        zh, en = f"{when_zh}，{name}", f"{when_en}: {code}"
        if headline.level is not None:
            zh += f" {headline.level} {headline.level.unit}"
            en += f" {headline.level} {headline.level.unit}"
        if headline.growth is not None:
            zh += f"，同比{_moved(headline.growth.value, '增长', '下降', '持平')}"
            en += f", {headline.growth.value:+.1f} % year on year"
    change = headline.change
    if change is not None:
        zh += f"，{_turned(headline, change)}"
        en += f", {change:+.1f} points from the period before"
    marks = [level.is_doubted for level in (headline.level, headline.growth) if level is not None]
    return (f"{zh}（存疑）。", f"{en} (doubtful).") if any(marks) else (f"{zh}。", f"{en}.")


def span(period: str, basis: str) -> tuple[str, str]:
    """What a period's figures cover: from the start of the year, or its end, or the month itself."""
    year, _, rest = period.partition("-")
    if rest.startswith("Q"):
        zh, en = _QUARTERS[int(rest[1:])]
        return zh, f"{en} {year}"
    month = int(rest)
    name = f"{_MONTHS[month - 1]} {year}"
    if basis == "stock":
        return f"{month}月末", f"End of {name}"
    if basis in ("index", "cur") or month == 1:
        return f"{month}月", name
    return f"1—{month}月", f"Jan–{name}"


def _moved(value: float, up: str, down: str, level: str) -> str:
    shown = f"{abs(value):.1f}"
    return level if shown == "0.0" else f"{up if value > 0 else down} {shown}%"


def _turned(headline: Headline, change: float) -> str:
    """How growth moved: a fall that lessens is said to narrow."""
    level = (
        headline.growth.value if headline.growth else headline.level.value - 100 if headline.level else 0.0
    )
    falls = level < 0 and level - change < 0
    what = "降幅" if falls else "涨幅" if headline.indicator.kind == "index" else "增速"
    shown = f"{abs(change):.1f}"
    if shown == "0.0":
        return f"{what}与上期持平"
    up, down = ("收窄", "扩大") if falls else ("加快", "回落") if what == "增速" else ("扩大", "回落")
    return f"{what}较上期{up if change > 0 else down} {shown} 个百分点"

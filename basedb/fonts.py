"""Fonts that have Chinese characters, for pages and pictures."""

from __future__ import annotations

#: As CSS names them, what people have installed first.
CSS = "'Noto Sans CJK SC','Source Han Sans SC','Microsoft YaHei','PingFang SC',sans-serif"
_FAMILIES = ("Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "WenQuanYi Zen Hei", "SimHei")


def picture_family() -> list[str]:
    """Installed families for matplotlib; ModuleNotFoundError without it (the extra ``maps``)."""
    from matplotlib import font_manager

    installed = {font.name for font in font_manager.fontManager.ttflist}
    return [name for name in _FAMILIES if name in installed] or ["sans-serif"]

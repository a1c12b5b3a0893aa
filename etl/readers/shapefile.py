"""What a shapefile needs before GDAL can read it: all its parts, an encoding, field names that are whole."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

from etl.bundle import SHAPEFILE_PARTS
from etl.readers import codes
from etl.readers.result import ReadRefusal

_UTF8 = frozenset({"utf-8", "utf8", "65001"})
_NAME = 11


def check_parts(path: Path, source: Path) -> None:
    """Refuse a shapefile without its index or table, or with a part that is cut off; `path` is the file that was
    delivered."""
    there = {item.suffix.lower() for item in _beside(source)}
    missing = [part for part in (".shx", ".dbf") if part not in there]
    if missing:
        raise ReadRefusal(
            path,
            codes.TRUNCATED,
            f"shapefile 缺少 {'、'.join(missing)}，请把 {'、'.join(SHAPEFILE_PARTS[:4])} 一起送来",
            f"parts of the shapefile are missing: {', '.join(missing)}",
        )
    for part in _beside(source):
        stated = _stated_size(part)
        if stated > part.stat().st_size:
            raise ReadRefusal(
                path,
                codes.TRUNCATED,
                f"{part.name} 应有 {stated:,} 字节，实有 {part.stat().st_size:,}，请重送",
                f"{part.name} should have {stated:,} bytes",
            )


def _stated_size(part: Path) -> int:
    """How many bytes the head of a part says it has, at least; 0 where it does not say."""
    with part.open("rb") as file:
        head = file.read(28)
    if part.suffix.lower() in (".shp", ".shx") and len(head) == 28:
        (words,) = struct.unpack(">i", head[24:28])
        return 2 * int(words)
    if part.suffix.lower() == ".dbf" and len(head) >= 12:
        records, start, size = struct.unpack("<IHH", head[4:12])
        return int(start + records * size)
    return 0


def encoding_of(source: Path) -> str | None:
    """The encoding of the attributes: what the .cpg or the code page byte says (None: GDAL reads that),
    cp936 where neither does."""
    if any(item.suffix.lower() == ".cpg" for item in _beside(source)):
        return None
    with _table(source).open("rb") as file:
        return None if file.read(30)[29:30] not in (b"", b"\0") else "cp936"


def record_count(source: Path) -> int:
    """How many records the table holds, those marked deleted included."""
    with _table(source).open("rb") as file:
        (count,) = struct.unpack("<I", file.read(8)[4:8])
    return int(count)


def with_whole_names(source: Path, folder: Path) -> Path:
    """The shapefile, or a copy of it in `folder` whose field names do not end in half a character.

    Names are cut at ten bytes, wherever a character of several bytes ends; GDAL hands out the half.
    """
    data = _table(source).read_bytes()
    (start,) = struct.unpack_from("<H", data, 8)
    encoding = _label(source)
    head = bytearray(data[:start])
    for at in range(32, start - _NAME, 32):
        if head[at] in (0x0D, 0x00):
            break
        name = bytes(head[at : at + _NAME]).split(b"\0")[0]
        whole = name.decode(encoding, "ignore").encode(encoding)
        head[at : at + _NAME] = whole.ljust(_NAME, b"\0")
    if bytes(head) == data[:start]:
        return source
    for part in _beside(source):
        shutil.copyfile(part, folder / f"{source.stem}{part.suffix.lower()}")
    (folder / f"{source.stem}.dbf").write_bytes(bytes(head) + data[start:])
    return folder / f"{source.stem}.shp"


def _label(source: Path) -> str:
    for item in _beside(source):
        if item.suffix.lower() == ".cpg":
            label = item.read_text("ascii", "replace").strip().lower()
            return "utf-8" if label in _UTF8 else "gb18030"
    return "gb18030"


def _beside(source: Path) -> list[Path]:
    return sorted(source.parent.glob(f"{source.stem}.*"))


def _table(source: Path) -> Path:
    return next(item for item in _beside(source) if item.suffix.lower() == ".dbf")

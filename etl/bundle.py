"""A delivery of several files that are one, packed into one archive: a shapefile and its parts, the folder of a
file geodatabase.

Everything downstream (fingerprint, archive, rebuild) knows deliveries as single files; the parts are
therefore put into a zip that depends on their bytes only.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

#: What may lie beside a .shp and belongs to it; the first four are looked for by whoever sends one.
SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".qix", ".sbn", ".sbx", ".qmd", ".shp.xml")

#: A folder with this ending is a file geodatabase.
DATABASE = ".gdb"

_EPOCH = (1980, 1, 1, 0, 0, 0)


def is_database(path: Path) -> bool:
    """Whether the path is the folder of a file geodatabase."""
    return path.suffix.lower() == DATABASE and path.is_dir()


def companions(path: Path) -> tuple[Path, ...]:
    """The files beside `path`, or in it, that belong to it, in name order; empty for a file that stands alone."""
    if is_database(path):
        return tuple(item for item in sorted(path.iterdir()) if item.is_file() and item.suffix != ".lock")
    if path.suffix.lower() != ".shp":
        return ()
    stem = path.stem.lower()
    return tuple(
        item
        for item in sorted(path.parent.iterdir())
        if item != path and item.is_file() and _part_of(item.name.lower(), stem)
    )


def belongs_to_another(path: Path) -> bool:
    """Whether the file is a part of a shapefile whose .shp lies beside it."""
    name = path.name.lower()
    if name.endswith(".shp") or not name.endswith(SHAPEFILE_PARTS):
        return False
    stems = {path.name[: -len(part)] for part in SHAPEFILE_PARTS if name.endswith(part)}
    return any((path.parent / f"{stem}{end}").is_file() for stem in stems for end in (".shp", ".SHP"))


def size_of(path: Path) -> int:
    """Bytes of the file and of everything that belongs to it."""
    return sum(item.stat().st_size for item in _all_of(path))


def written_at(path: Path) -> float:
    """When the file, or the newest of what belongs to it, was last written (seconds of the epoch)."""
    return max(item.stat().st_mtime for item in _all_of(path))


@contextmanager
def as_one_file(path: Path) -> Iterator[Path]:
    """The file itself, or, if others belong to it, a zip of them all under its own name."""
    parts = companions(path)
    if not parts:
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="basedb-bundle-") as folder:
        packed = Path(folder) / path.name
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
            for item in _all_of(path):
                name = item.relative_to(path.parent).as_posix()
                archive.writestr(zipfile.ZipInfo(name, _EPOCH), item.read_bytes())
        yield packed


def bundled(path: Path, folder: Path) -> list[Path]:
    """Unpack the zip at `path` into the empty `folder`, with the folders inside; the files."""
    found = []
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            parts = [part for part in PurePosixPath(_decoded(info)).parts if part not in ("/", "..")]
            if info.is_dir() or not parts or parts[-1].startswith("."):
                continue
            target = folder.joinpath(*parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(archive.read(info))
            found.append(target)
    return found


def _all_of(path: Path) -> tuple[Path, ...]:
    parts = companions(path)
    return parts if path.is_dir() else (path, *parts)


def _decoded(info: zipfile.ZipInfo) -> str:
    """Chinese Windows writes GBK names where the format says cp437."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return info.filename


def _part_of(name: str, stem: str) -> bool:
    return any(name == stem + part for part in SHAPEFILE_PARTS)

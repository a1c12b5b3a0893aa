"""The files that lie in an inbox, and those that cannot be taken as they lie there."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG

from etl.bundle import belongs_to_another, companions, is_database
from etl.delivery_findings import FILE_NAME, OUTSIDE, UNREADABLE

LISTS = "_delivery"
_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload")
#: Control characters, line separators, and what is left of bytes that are no UTF-8.
_UNPRINTABLE = frozenset({"Cc", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class NotTaken:
    """A file or folder of the inbox that is left where it is: its printable name, a finding code and why."""

    file_name: str
    code: str
    why: str


def list_files(directory: Path, apart: set[Path]) -> tuple[list[Path], list[NotTaken]]:
    """Files that have fully arrived, in name order, and what cannot be taken.

    apart: resolved files and folders that lie in the inbox and are not deliveries. The folder of a file geodatabase
    is one file. Hidden files, files still
    being copied, delivery lists, and parts of a shapefile whose .shp is there are left out without a word.
    """
    root = directory.resolve()
    failed: list[OSError] = []
    found: list[Path] = []
    left: list[NotTaken] = []
    for folder, folders, names in os.walk(directory, onerror=failed.append):
        here = Path(folder)
        left += _linked_folders(directory, root, [here / name for name in folders if not _is_hidden(name)])
        folders[:] = [name for name in folders if _is_ours(directory, here / name, apart)]
        databases = [name for name in folders if is_database(here / name)]
        found += [here / name for name in databases if any(companions(here / name))]
        folders[:] = [name for name in folders if name not in databases]
        for name in names:
            path = here / name
            if not _is_ours(directory, path, apart) or name.lower().endswith(_UNFINISHED):
                continue
            why = _untakable(directory, root, path)
            if why is not None:
                left.append(why)
            elif _is_file(path) and not belongs_to_another(path):
                found.append(path)
    left += [_unreadable(directory, Path(error.filename), error) for error in failed]
    return sorted(found), sorted(left, key=lambda item: item.file_name)


def printable(name: str) -> str:
    """A file's name as it can be shown and kept: bytes that are no UTF-8 read as GB18030, the rest escaped."""
    if any("\udc80" <= letter <= "\udcff" for letter in name):
        name = os.fsencode(name).decode("gb18030", "replace")
    escaped = (
        letter.encode("unicode_escape").decode() if unicodedata.category(letter) in _UNPRINTABLE else letter
        for letter in name
    )  # fmt: skip
    return "".join(escaped)


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$"))


def _is_ours(directory: Path, path: Path, apart: set[Path]) -> bool:
    """Whether a file or folder may hold deliveries: it is not hidden, no list, and not kept apart."""
    is_list = path.parent == directory and path.name == LISTS
    return not (is_list or _is_hidden(path.name) or (apart and _real(path) in apart))


def _is_file(path: Path) -> bool:
    try:
        return S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False  # renamed or taken away since it was listed


def _untakable(directory: Path, root: Path, path: Path) -> NotTaken | None:
    name = path.relative_to(directory).as_posix()
    if printable(name) != name:
        return NotTaken(
            printable(name),
            FILE_NAME,
            "文件名含控制字符，或不是 UTF-8（常是 GBK 的压缩包或旧系统留下的），未处理；请改名后再放入"
            " / the name holds control characters or is not UTF-8; rename the file",
        )
    if os.path.islink(path) and not _leads_inside(path, root):
        return NotTaken(
            name,
            OUTSIDE,
            "是指向收件目录之外的链接，未处理；请放入文件本身 / a link out of the inbox; put the file itself there",
        )
    try:
        path.stat()
    except FileNotFoundError as error:
        return _unreadable(directory, path, error) if os.path.islink(path) else None
    except OSError as error:
        return _unreadable(directory, path, error)
    return None


def _linked_folders(directory: Path, root: Path, folders: list[Path]) -> Iterator[NotTaken]:
    """Links to folders are not followed; what lies in the inbox itself is found where it is."""
    for path in folders:
        if os.path.islink(path) and not _leads_inside(path, root):
            yield NotTaken(
                printable(path.relative_to(directory).as_posix()),
                OUTSIDE,
                "是指向收件目录之外的文件夹链接，其中的文件未处理；请改用挂载，或放入文件本身"
                " / a link to a folder outside the inbox; mount it there, or put the files themselves there",
            )


def _leads_inside(path: Path, root: Path) -> bool:
    return _real(path).is_relative_to(root)


def _real(path: Path) -> Path:
    """Where the path leads, even if it leads in a circle."""
    return Path(os.path.realpath(path))


def _unreadable(directory: Path, path: Path, error: OSError) -> NotTaken:
    name = printable(path.relative_to(directory).as_posix())
    return NotTaken(
        name,
        UNREADABLE,
        f"打不开：{error.strerror}，未处理；请核对权限与链接 / cannot be opened: {error.strerror}",
    )

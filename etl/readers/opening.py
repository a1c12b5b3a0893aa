"""From a delivered path to the bytes of one data file, through gzip and zip, within limits."""

from __future__ import annotations

import gzip
import mmap
import re
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
import pyarrow as pa

from etl.readers import codes
from etl.readers.result import ReadRefusal

_CHUNK = 1 << 20
#: So many NUL bytes in a row are no slip.
_HOLE = 1 << 12
_ARCHIVES = (b"\x1f\x8b", b"PK\x03\x04", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zX")
_WORKBOOK = "[Content_Types].xml"
#: Below this size no ratio is suspicious: a small file of blanks compresses a thousandfold.
_RATIO_FLOOR = 32 << 20


@dataclass(frozen=True)
class Limits:
    """How far an archive may unpack: bytes in all, ratio to its packed size, number of members."""

    max_bytes: int = 16 << 30
    max_ratio: float = 200.0
    max_members: int = 1_000

    @staticmethod
    def of(options: Mapping[str, Any]) -> Limits:
        """The limits in a reader's options, defaults elsewhere."""
        return Limits(**options.get("limits", {}))


def open_bytes(path: Path, options: Mapping[str, Any], *, zip_is_format: bool = False) -> pa.Buffer:
    """The bytes of the data file at `path`, unpacked if it is a gzip or zip archive.

    options: a reader's; `member` picks one file of an archive by a regular expression, `limits` bounds
    the unpacking. zip_is_format: a zip container is the format itself (xlsx) unless it is a plain
    archive around one. ReadRefusal: empty, truncated, encrypted, nested or too large.
    """
    if path.stat().st_size == 0:
        raise _empty(path)
    with path.open("rb") as file:
        magic = file.read(4)
    limits = Limits.of(options)
    if magic.startswith(b"\x1f\x8b"):
        return _gunzip(path, limits, zip_is_format)
    if magic.startswith(b"PK"):
        if zip_is_format and _is_workbook(path):
            check_container(path, limits)
        else:
            return _unzip(path, options.get("member"), limits, zip_is_format)
    elif magic.startswith(_ARCHIVES[2:]):
        raise ReadRefusal(
            path, codes.ARCHIVE, "只支持 gzip 和 zip 压缩，请改用其一", "only gzip and zip archives are read"
        )
    return pa.memory_map(str(path)).read_buffer()


def refuse_holes(path: Path, data: pa.Buffer) -> None:
    """Refuse a text with a long run of NUL bytes: room set aside for what never arrived."""
    view = np.frombuffer(data, np.uint8)
    blocks = view[: len(view) // _HOLE * _HOLE].reshape(-1, _HOLE)
    step = _CHUNK // _HOLE
    for at in range(0, len(blocks), step):
        empty = np.flatnonzero(~blocks[at : at + step].any(axis=1))
        if len(empty):
            place = int(at + empty[0]) * _HOLE
            raise ReadRefusal(
                path,
                codes.TRUNCATED,
                f"第 {place:,} 字节起是大段空字节，文件没有传完，请重新传送",
                f"from byte {place:,} on there are only NUL bytes: the transfer was not completed",
            )


def refuse_other_forms(path: Path, data: pa.Buffer) -> None:
    """Refuse what only bears the name of a workbook, and say what it is."""
    head = bytes(data[:1024]).lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta", b"<head")):
        zh, en = (
            "内容是网页，只是后缀像 Excel；请用 Excel 打开后另存为 xlsx",
            "this is a web page, not a workbook",
        )
    elif head.startswith(b"<?xml"):
        zh, en = (
            "内容是 XML，只是后缀像 Excel；请用 Excel 打开后另存为 xlsx",
            "this is an XML document, not a workbook",
        )
    elif b"\0" not in head:
        zh, en = "内容是文本，不是 Excel 工作簿；请按约定的格式导出", "this is text, not a workbook"
    elif not head.strip(b"\0"):
        zh, en = "文件开头全是空字节，没有传完，请重新传送", "only NUL bytes: the transfer was not completed"
    else:
        return
    raise ReadRefusal(path, codes.UNSUPPORTED, zh, en)


def check_container(path: Path, limits: Limits) -> None:
    """Refuse a zip-based workbook that is cut off or unpacks beyond the limits."""
    with _zip(path) as archive:
        _check_members(path, archive.infolist(), limits)


def _gunzip(path: Path, limits: Limits, holds_zip: bool) -> pa.Buffer:
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the memory map keeps it open
    try:
        with gzip.open(path, "rb") as source:
            _copy(path, source, target, path.stat().st_size, limits, holds_zip)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _cut_off(path, error) from error
    return _mapped(path, target)


def _unzip(path: Path, member: str | None, limits: Limits, holds_zip: bool) -> pa.Buffer:
    with _zip(path) as archive:
        members = [info for info in archive.infolist() if not info.is_dir()]
        _check_members(path, members, limits)
        if not holds_zip and _WORKBOOK in archive.namelist():
            raise ReadRefusal(
                path,
                codes.UNSUPPORTED,
                "内容是 Excel 工作簿（xlsx），不是约定的格式；请按约定的格式导出，或修改约定的 reader",
                "this is a workbook (xlsx), not the declared format; export it as declared",
            )
        chosen = [info for info in members if member is None or re.search(member, _member_name(info))]
        if len(chosen) != 1:
            names = "、".join(_member_name(info) for info in chosen[:5]) or "（无）"
            raise ReadRefusal(
                path,
                codes.ARCHIVE,
                f"压缩包应恰有一个数据文件，实有 {len(chosen)} 个：{names}；可用 reader.member 指定",
                f"the archive should hold one data file, not {len(chosen)}; name it with reader.member",
            )
        info = chosen[0]
        if info.flag_bits & 1:
            raise ReadRefusal(
                path, codes.ARCHIVE, "压缩包有密码，请去掉", "the archive is encrypted; send it without"
            )
        target = tempfile.TemporaryFile()  # noqa: SIM115 - the memory map keeps it open
        try:
            with archive.open(info) as source:
                _copy(path, source, target, info.compress_size, limits, holds_zip)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise _cut_off(path, error) from error
    return _mapped(path, target)


def _zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        raise _cut_off(path, error) from error


def _is_workbook(path: Path) -> bool:
    with _zip(path) as archive:
        return _WORKBOOK in archive.namelist()


def _check_members(path: Path, members: list[zipfile.ZipInfo], limits: Limits) -> None:
    if len(members) > limits.max_members:
        raise _bomb(path, f"{len(members)} 个成员", f"{len(members)} members")
    size = sum(info.file_size for info in members)
    packed = sum(info.compress_size for info in members)
    _check_size(path, size, packed, limits)


def _check_size(path: Path, size: int, packed: int, limits: Limits) -> None:
    if size > limits.max_bytes or (
        size > min(_RATIO_FLOOR, limits.max_bytes) and size > packed * limits.max_ratio
    ):
        raise _bomb(path, f"至少 {size:,} 字节", f"at least {size:,} bytes")


def _copy(
    path: Path,
    source: IO[bytes] | gzip.GzipFile,
    target: IO[bytes],
    packed: int,
    limits: Limits,
    holds_zip: bool,
) -> None:
    size = 0
    while chunk := source.read(_CHUNK):
        if size == 0 and chunk.startswith(_ARCHIVES) and not (holds_zip and chunk.startswith(b"PK")):
            raise ReadRefusal(
                path, codes.ARCHIVE, "压缩包内还有压缩包，请只压缩一层", "an archive within an archive"
            )
        size += len(chunk)
        _check_size(path, size, packed, limits)
        target.write(chunk)


def _mapped(path: Path, file: IO[bytes]) -> pa.Buffer:
    file.flush()
    if file.tell() == 0:
        raise _empty(path)
    return pa.py_buffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))


def _member_name(info: zipfile.ZipInfo) -> str:
    """A member's name; Chinese Windows writes GBK where the format says cp437."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("gb18030")
        except UnicodeError:
            name = info.filename
    return str(PurePosixPath(name))


def _empty(path: Path) -> ReadRefusal:
    return ReadRefusal(
        path, codes.EMPTY_FILE, "文件为空，请部门重新传送", "the file is empty; have it sent again"
    )


def _cut_off(path: Path, error: Exception) -> ReadRefusal:
    return ReadRefusal(
        path,
        codes.TRUNCATED,
        "压缩文件不完整或已损坏，请重新传送",
        f"the archive is cut off or damaged: {error}",
    )


def _bomb(path: Path, zh: str, en: str) -> ReadRefusal:
    return ReadRefusal(
        path,
        codes.BOMB,
        f"解压后有{zh}，超出 reader.limits；若属实请放宽",
        f"it unpacks to {en}, beyond reader.limits; raise them if that is right",
    )

"""What a GeoJSON file says of its coordinate system, in its own words."""

from __future__ import annotations

import json
import mmap
import re
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

# The member `crs` of GeoJSON 2008: an object, or null where nothing may be assumed.
_MEMBER = re.compile(rb'"crs"\s*:\s*(?=\{|null)')
_LONGEST = 20_000


def stated_system(path: Path) -> str | None:
    """The name in the file's member `crs`; '' if it says that none may be assumed, None without such a member."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        for found in _MEMBER.finditer(data):
            text = data[found.end() : found.end() + _LONGEST].decode("utf-8", "replace")
            try:
                member, _ = json.JSONDecoder().raw_decode(text)
            except json.JSONDecodeError:
                continue  # the words stand in a cell
            if member is None:
                # An empty cell of a column of this name, as a rule: the whole file tells.
                return _of_the_file(json.loads(path.read_bytes()))
            if isinstance(member.get("properties"), dict) and "type" in member:
                return _named_by(member)
    return None


def _of_the_file(document: dict[str, Any]) -> str | None:
    return _named_by(document["crs"]) if "crs" in document else None


def _named_by(member: Any) -> str:
    """'' where the member has not the form it should have."""
    properties = member.get("properties") if isinstance(member, dict) else None
    if not isinstance(properties, dict):
        return ""
    return str(properties.get("name") or properties.get("code") or properties.get("href") or "")


def is_known(system: str) -> bool:
    """Whether PROJ knows a system by this name."""
    try:
        CRS.from_user_input(system)
    except CRSError:
        return False
    return True

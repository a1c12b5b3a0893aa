"""From a YAML file to a `Contract`, or to the full list of what is wrong with it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from basedb.domain import BaseDomain
from etl.contract.document import Document
from etl.contract.errors import ContractError, Problem
from etl.contract.model import (
    Arrival,
    AsOf,
    Catalogue,
    Check,
    Column,
    Contract,
    Delivery,
    LeftOut,
    Operation,
    Owner,
    ReaderSpec,
    Target,
)
from etl.contract.references import check_references
from etl.contract.shape import check_settings, check_shape

#: Settings that say nothing about what a row becomes; they stay out of `Contract.version`.
_NOT_VERSIONED = frozenset({"title", "owner", "catalogue", "arrival", "loads_first"})
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def load_contract(path: Path | str, domain: BaseDomain | None = None) -> Contract:
    """The contract in `path`.

    domain: the contract's; given, a target or a setting it does not know is a problem.
    ContractError lists every problem at once, each with file, line, setting and the way out.
    """
    document = Document(Path(path))
    check_shape(document)
    if not document.problems:
        check_references(document, domain.targets() if domain else None)
        if domain is not None:
            check_settings(document, domain.settings_schema)
    if document.problems:
        raise ContractError(sorted(document.problems, key=lambda problem: problem.line))
    return _contract(document.content, document.path)


def load_contracts(
    directory: Path | str, domains: Mapping[str, BaseDomain] | None = None
) -> dict[str, Contract]:
    """The contracts in a directory's `*.yml`, by `Contract.name`.

    domains: those installed, by name; a contract of one of them is checked against it. ContractError
    collects the problems of all files, and two files that claim one source name.
    """
    contracts: dict[str, Contract] = {}
    problems: list[Problem] = []
    for path in sorted(Path(directory).glob("*.yml")):
        try:
            contract = load_contract(path)
            if domains is not None and contract.domain in domains:
                contract = load_contract(path, domains[contract.domain])
        except ContractError as error:
            problems += error.problems
            continue
        other = contracts.setdefault(contract.name, contract)
        if other is not contract:
            problems.append(
                Problem(
                    path,
                    1,
                    "source",
                    f"来源名 {contract.name} 已由 {other.path.name} 使用",
                    f"the source name is taken by {other.path.name}",
                    "改用另一个名称 / choose another name",
                )
            )
    if problems:
        raise ContractError(problems)
    return contracts


def _contract(content: dict[str, Any], path: Path) -> Contract:
    files = content["files"]
    patterns = _list(files["pattern"])
    readers = tuple(_reader(spec) for spec in _list(content["reader"]))
    return Contract(
        source=content["source"],
        domain=content["domain"],
        home=content.get("home"),
        title=content["title"],
        owner=Owner(**content["owner"]),
        catalogue=Catalogue(**content["catalogue"]) if "catalogue" in content else None,
        arrival=_arrival(content["arrival"]),
        reader=next((reader for reader in readers if reader.files is None), readers[0]),
        readers=readers,
        delivery=_delivery(content["delivery"]),
        file_patterns=tuple(re.compile(pattern) for pattern in patterns),
        as_of=_as_of(files),
        key=_list(content["key"]),
        key_tiebreak=_list(content.get("key_tiebreak", [])),
        valid_from=content.get("valid_from"),
        register=content.get("register", False),
        loads_first=content.get("loads_first", False),
        columns={name: _column(name, spec) for name, spec in content["columns"].items()},
        ignore=content.get("ignore", {}),
        leave_out=_left_out(content.get("leave_out")),
        survivorship=content.get("survivorship", {}),
        checks=tuple(_check(check) for check in content.get("checks", [])),
        settings=content.get("settings", {}),
        version=_version(content),
        path=path,
    )


def _version(content: dict[str, Any]) -> str:
    relevant = {key: value for key, value in content.items() if key not in _NOT_VERSIONED}
    canonical = json.dumps(relevant, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _list(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else (value,)


def _arrival(spec: dict[str, str]) -> Arrival:
    by = None
    if "by" in spec:
        hour, minute = spec["by"].split(":")
        by = time(int(hour), int(minute))
    grace = spec.get("grace", "0h")
    every: Any = spec["every"]
    return Arrival(every, by, timedelta(**{_UNITS[grace[-1]]: int(grace[:-1])}))


def _as_of(files: dict[str, Any]) -> AsOf:
    declared = files.get("as_of", {"from": "file_name"})
    fmt = files.get("as_of_format", "%Y%m%d")
    if "column" in declared:
        return AsOf("column", fmt, declared["column"])
    return AsOf(declared["from"], fmt)


def _reader(spec: dict[str, Any]) -> ReaderSpec:
    options = {key: value for key, value in spec.items() if key not in ("format", "files")}
    return ReaderSpec(spec["format"], options, re.compile(spec["files"]) if "files" in spec else None)


def _delivery(spec: dict[str, Any]) -> Delivery:
    operation = spec.get("operation")
    scope = spec.get("scope", "all")
    return Delivery(
        mode=spec["mode"],
        scope=() if scope == "all" else tuple(scope),
        max_retire_ratio=float(spec.get("max_retire_ratio", 0.05)),
        min_rows=spec.get("min_rows", 0),
        operation=Operation(
            operation["column"], *(tuple(operation.get(kind, ())) for kind in ("insert", "update", "delete"))
        )
        if operation
        else None,
    )


def _column(name: str, spec: dict[str, Any]) -> Column:
    return Column(
        name=name,
        targets=tuple(Target(*target.split(".", 1)) for target in _list(spec["to"])),
        required=spec.get("required", False),
        optional=spec.get("optional", False),
        on_failure=spec.get("on_failure", "accept"),
        lookup=spec.get("lookup", {}),
        aliases=tuple(spec.get("aliases", ())),
        fallback=spec.get("fallback", False),
        only=spec.get("only"),
    )


def _left_out(spec: dict[str, Any] | None) -> LeftOut | None:
    return LeftOut(spec["column"], tuple(spec["values"])) if spec else None


def _check(spec: dict[str, Any]) -> Check:
    value: Any = spec.get("value")
    if spec["rule"] == "in_list":
        value = tuple(str(item) for item in value)
    elif isinstance(value, list):
        value = tuple(value)
    return Check(
        spec["column"], spec["rule"], value, spec.get("on_failure", "accept"), spec.get("severity", "warning")
    )

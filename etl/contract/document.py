"""A YAML document as plain values, with the line on which every setting stands."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from etl.contract.errors import ContractError, Problem

Setting = tuple[str | int, ...]

#: Settings whose scalars are codes or words of a department: 01 stays "01", no stays "no".
_TEXT_SETTINGS = frozenset(
    {"lookup", "insert", "update", "delete", "aliases", "ignore", "key", "key_tiebreak", "scope", "values"}
)


class _Loader(yaml.SafeLoader):
    """YAML 1.2 core scalars only: no sexagesimal 12:30, no dates, no yes/no booleans."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012


_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^[-+]?(?:0|[1-9]\d*)$"), list("-+0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?\d+\.\d+(?:[eE][-+]?\d+)?$"), list("-+0123456789")
)


class Document:
    """One parsed file: `content` in plain dicts and lists, and the line of each setting."""

    def __init__(self, path: Path) -> None:
        """Read `path`. ContractError if it is not readable UTF-8 YAML or repeats a setting."""
        self.path = path
        self.problems: list[Problem] = []
        self._lines: dict[Setting, int] = {}
        try:
            node = yaml.compose(path.read_text("utf-8-sig"), Loader=_Loader)
        except UnicodeDecodeError as error:
            self.problem(
                (),
                "文件不是 UTF-8 编码",
                f"the file is not UTF-8: {error.reason}",
                "另存为 UTF-8 / save as UTF-8",
            )
            raise ContractError(self.problems) from error
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            self._lines[()] = mark.line + 1 if mark else 1
            reason = getattr(error, "problem", None) or str(error)
            self.problem((), f"YAML 语法错误：{reason}", f"not valid YAML: {reason}")
            raise ContractError(self.problems) from error
        self.content: Any = self._value(node, ()) if node is not None else None
        if self.problems:
            raise ContractError(self.problems)

    def line(self, setting: Setting) -> int:
        """The line of a setting, or of the nearest setting around it."""
        while setting and setting not in self._lines:
            setting = setting[:-1]
        return self._lines.get(setting, 1)

    def problem(self, setting: Setting, zh: str, en: str, suggestion: str = "") -> None:
        """Note a problem at `setting`."""
        name = ".".join(str(part) for part in setting) or "(document)"
        self.problems.append(Problem(self.path, self.line(setting), name, zh, en, suggestion))

    def _value(self, node: yaml.Node, path: Setting) -> Any:
        self._lines.setdefault(path, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        assert isinstance(node, yaml.ScalarNode)
        if _TEXT_SETTINGS.intersection(path):
            return node.value
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Setting) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            setting = (*path, key)
            self._lines[setting] = key_node.start_mark.line + 1
            if key in mapping:
                self.problem(
                    setting,
                    "同一设置写了两次",
                    "the setting is given twice",
                    "删去其中一个 / keep one of them",
                )
            mapping[key] = self._value(value_node, setting)
        return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    kind = node.tag.rsplit(":", 1)[-1]
    if kind == "null":
        return None
    if kind == "bool":
        return node.value == "true"
    if kind == "int":
        return int(node.value)
    return float(node.value) if kind == "float" else node.value

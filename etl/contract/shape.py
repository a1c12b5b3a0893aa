"""The shape of a contract: which settings there are and what values they take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from etl.contract.document import Document
from etl.contract.errors import nearest
from etl.contract.schema import CONTRACT_SCHEMA, READER_OPTIONS, reader_schema

_TYPES = {
    "object": ("设置组", "a mapping"),
    "array": ("列表", "a list"),
    "string": ("文本", "text"),
    "integer": ("整数", "a whole number"),
    "number": ("数字", "a number"),
    "boolean": ("true 或 false", "true or false"),
}


def check_settings(document: Document, schema: Mapping[str, Any] | None) -> None:
    """Note on `document` what in its section ``settings`` is not as the domain declares; None: it has none."""
    settings = document.content.get("settings")
    if schema is not None:
        _validate(document, dict(schema), settings or {}, ("settings",))
    elif settings is not None:
        document.problem(
            ("settings",),
            f"基础库 {document.content['domain']} 没有专用设置",
            "the domain takes no settings",
            "删去 settings / remove it",
        )


def check_shape(document: Document) -> None:
    """Note on `document` every departure from the schema, reader options included."""
    _validate(document, CONTRACT_SCHEMA, document.content, ())
    if not isinstance(document.content, dict):
        return
    reader = document.content.get("reader")
    for index, spec in enumerate(reader if isinstance(reader, list) else [reader]):
        if isinstance(spec, dict) and spec.get("format") in READER_OPTIONS:
            base = ("reader", index) if isinstance(reader, list) else ("reader",)
            _validate(document, reader_schema(spec["format"]), spec, base)


def _validate(document: Document, schema: dict[str, Any], content: Any, base: tuple[str | int, ...]) -> None:
    for error in Draft202012Validator(schema).iter_errors(content):
        _report(document, error, base)
    _regexes(document, schema, content, base)


def _report(document: Document, error: ValidationError, base: tuple[str | int, ...]) -> None:
    setting = (*base, *error.absolute_path)
    rule = error.validator
    instance: Any = error.instance
    expected: Any = error.validator_value
    if rule == "oneOf" and error.context:
        # Speak of the alternative that has the value's own type, not of all of them.
        fitting = [inner for inner in error.context if inner.validator not in ("type", "const")]
        if fitting and len({tuple(inner.absolute_path) for inner in fitting}) == 1:
            _report(document, fitting[0], base)
            return
    if rule == "additionalProperties":
        _unknown_settings(document, error, setting)
    elif rule == "required":
        for name in expected:
            if name not in instance and f"'{name}'" in error.message:
                document.problem(
                    setting,
                    f"缺少设置 {name}",
                    f"the setting {name} is missing",
                    f"补上 {name} / add {name}: …",
                )
    elif rule == "enum":
        allowed = [str(value) for value in expected]
        close = nearest(str(instance), allowed)
        document.problem(
            setting,
            f"不允许的取值 {instance!s}",
            f"{instance!s} is not allowed here",
            f"{close}？ / did you mean {close}?" if close else f"可用 / one of: {', '.join(allowed)}",
        )
    elif rule == "type":
        kinds = expected if isinstance(expected, list) else [expected]
        zh = "或".join(_TYPES[kind][0] for kind in kinds)
        en = " or ".join(_TYPES[kind][1] for kind in kinds)
        quote = "加引号 / put it in quotes" if "string" in kinds and isinstance(instance, int | float) else ""
        document.problem(setting, f"应为{zh}，实为 {instance!r}", f"expected {en}, found {instance!r}", quote)
    elif rule == "pattern":
        document.problem(setting, f"写法不对：{instance}", f"{instance} is malformed", _pattern_hint(setting))
    else:
        document.problem(setting, f"不符合要求：{error.message}", error.message)


def _unknown_settings(document: Document, error: ValidationError, setting: tuple[str | int, ...]) -> None:
    schema: Any = error.schema
    known = schema.get("properties", {})
    settings: Any = error.instance
    for name in settings:
        if name not in known:
            close = nearest(name, known)
            hint = (
                f"{close}？ / did you mean {close}?"
                if close
                else f"可用 / one of: {', '.join(sorted(known))}"
            )
            document.problem((*setting, name), f"未知设置 {name}", f"unknown setting {name}", hint)


def _pattern_hint(setting: tuple[str | int, ...]) -> str:
    last = next((part for part in reversed(setting) if isinstance(part, str)), "")
    return {
        "to": "写作 角色.属性 / write role.attribute, e.g. self.name",
        "by": "写作 'HH:MM' / write 'HH:MM'",
        "grace": "写作 12h、2d 或 30m / write 12h, 2d or 30m",
    }.get(last, "小写字母、数字和下划线 / lower-case letters, digits and underscores")


def _regexes(document: Document, schema: Any, content: Any, setting: tuple[str | int, ...]) -> None:
    """Note every value that the schema calls a regular expression and that does not compile."""
    if isinstance(content, dict):
        for name, value in content.items():
            _regexes(document, schema.get("properties", {}).get(name, {}), value, (*setting, name))
    elif isinstance(content, list):
        for index, item in enumerate(content):
            _regexes(document, schema, item, (*setting, index))
    elif isinstance(content, str) and '"regex"' in str(schema).replace("'", '"'):
        try:
            re.compile(content)
        except re.error as error:
            document.problem(setting, f"正则表达式有误：{error}", f"bad regular expression: {error}")

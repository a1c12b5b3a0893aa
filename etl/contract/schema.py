"""The JSON Schema of a contract: what editors complete and what the parser checks shapes with."""

from __future__ import annotations

from typing import Any

_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_TEXTS: dict[str, Any] = {"type": "array", "items": _TEXT, "minItems": 1, "uniqueItems": True}
_ONE_OR_MORE: dict[str, Any] = {"oneOf": [_TEXT, _TEXTS]}
_FAILURE: dict[str, Any] = {"enum": ["accept", "quarantine"]}
_COUNT: dict[str, Any] = {"type": "integer", "minimum": 0}
_REGEX: dict[str, Any] = {"type": "string", "format": "regex"}
_TARGET: dict[str, Any] = {"type": "string", "pattern": r"^[a-z][a-z_]*\.[a-z][a-z0-9_]*$"}


def _object(properties: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_LIMITS = _object(
    {"max_bytes": _COUNT, "max_ratio": {"type": "number", "exclusiveMinimum": 1}, "max_members": _COUNT}
)
_COMMON: dict[str, Any] = {"files": _REGEX, "member": _REGEX, "limits": _LIMITS}
_SHEET: dict[str, Any] = {
    "sheet": {"type": ["string", "integer"]},
    "title_rows": _COUNT,
    "header_rows": {"type": "integer", "minimum": 1},
    "footnotes": _TEXTS,
}

#: The options of each reader, by format.
READER_OPTIONS: dict[str, dict[str, Any]] = {
    "delimited": {
        "encoding": _TEXT,
        "delimiter": _TEXT,
        "quote": {"type": "string", "maxLength": 1},
        "title_rows": _COUNT,
        "header_rows": _COUNT,
        "footnotes": _TEXTS,
    },
    "xlsx": _SHEET,
    "xls": _SHEET,
    "dbf": {"encoding": _TEXT},
    "json": {
        "encoding": _TEXT,
        "records": {"type": "string"},
        "count": _TEXT,
        "document": {"type": "array", "items": _TEXT, "minItems": 1},
    },
    "jsonl": {"encoding": _TEXT},
    "xml": {"encoding": _TEXT, "record": _TEXT, "count": _TEXT},
    "parquet": {},
    "spatial": {"encoding": _TEXT, "layer": _TEXT, "crs": _TEXT},
    "text": {"encoding": _TEXT},
    "published": {
        "tables": {
            "type": "array",
            "minItems": 1,
            "items": _object(
                {
                    "name": _TEXT,
                    "title": _REGEX,
                    "stub": {"type": "object", "additionalProperties": _TEXT, "minProperties": 1},
                },
                ("name", "title", "stub"),
            ),
        }
    },
    "sdmx": {"table": _TEXT, "structure": _TEXT, "dimensions": _TEXTS},
    "sql": {"url_env": _TEXT, "table": _TEXT, "query": _TEXT},
}
#: Options a format cannot do without.
READER_REQUIRED: dict[str, tuple[str, ...]] = {
    "delimited": ("encoding",),
    "xml": ("record",),
    "sql": ("url_env",),
    "published": ("tables",),
    "sdmx": ("table", "structure", "dimensions"),
}


def reader_schema(reader_format: str) -> dict[str, Any]:
    """The schema of a `reader` whose format is `reader_format`."""
    properties = {"format": {"const": reader_format}, **_COMMON, **READER_OPTIONS[reader_format]}
    return _object(properties, ("format", *READER_REQUIRED.get(reader_format, ())))


_READER: dict[str, Any] = {
    "type": "object",
    "properties": {"format": {"enum": list(READER_OPTIONS)}},
    "required": ["format"],
}

_COLUMN = _object(
    {
        "to": {"oneOf": [_TARGET, {"type": "array", "items": _TARGET, "minItems": 1, "uniqueItems": True}]},
        "required": {"type": "boolean"},
        "optional": {"type": "boolean"},
        "on_failure": _FAILURE,
        "lookup": {"type": "object", "additionalProperties": {"type": "string"}},
        "aliases": _TEXTS,
        "fallback": {"type": "boolean"},
        "only": {"enum": ["organizations"]},
    },
    ("to",),
)

_CHECK = _object(
    {
        "column": _TEXT,
        "rule": {"enum": ["not_blank", "pattern", "in_list", "range", "length"]},
        "value": {},
        "on_failure": _FAILURE,
        "severity": {"enum": ["info", "warning", "error"]},
    },
    ("column", "rule"),
)

#: The schema of a whole contract.
CONTRACT_SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "basedb source contract",
    **_object(
        {
            "source": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$"},
            "domain": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$"},
            "home": {"type": "string", "pattern": r"^[a-z][a-z0-9_]*$"},
            "title": _TEXT,
            "owner": _object(
                {"department": _TEXT, "contact": {"type": "string"}, "phone": {"type": "string"}},
                ("department",),
            ),
            "catalogue": _object(
                {
                    "code": {"type": "string"},
                    "sharing": {"enum": ["unconditional", "conditional", "none"]},
                    "update_cycle": {
                        "enum": ["realtime", "daily", "weekly", "monthly", "quarterly", "yearly"]
                    },
                }
            ),
            "files": _object(
                {
                    "pattern": {"oneOf": [_REGEX, {"type": "array", "items": _REGEX, "minItems": 1}]},
                    "as_of_format": _TEXT,
                    "as_of": {
                        "oneOf": [
                            _object({"column": _TEXT}, ("column",)),
                            _object({"from": {"enum": ["file_name", "delivery_folder"]}}, ("from",)),
                        ]
                    },
                },
                ("pattern",),
            ),
            "arrival": _object(
                {
                    "every": {"enum": ["day", "week", "month", "quarter", "year", "once"]},
                    "by": {"type": "string", "pattern": r"^([01]?\d|2[0-3]):[0-5]\d$"},
                    "grace": {"type": "string", "pattern": r"^\d+[mhd]$"},
                },
                ("every",),
            ),
            "reader": {"oneOf": [_READER, {"type": "array", "items": _READER, "minItems": 1}]},
            "delivery": _object(
                {
                    "mode": {"enum": ["snapshot", "delta"]},
                    "scope": {"oneOf": [{"const": "all"}, _TEXTS]},
                    "max_retire_ratio": {"type": "number", "minimum": 0, "maximum": 1},
                    "min_rows": _COUNT,
                    "operation": _object(
                        {"column": _TEXT, "insert": _TEXTS, "update": _TEXTS, "delete": _TEXTS}, ("column",)
                    ),
                },
                ("mode",),
            ),
            "key": _ONE_OR_MORE,
            "key_tiebreak": _ONE_OR_MORE,
            "valid_from": _TEXT,
            "register": {"type": "boolean"},
            "loads_first": {"type": "boolean"},
            "columns": {"type": "object", "minProperties": 1, "additionalProperties": _COLUMN},
            "ignore": {"type": "object", "additionalProperties": _TEXT},
            "leave_out": _object({"column": _TEXT, "values": _TEXTS}, ("column", "values")),
            "survivorship": {
                "type": "object",
                "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 100},
            },
            "checks": {"type": "array", "items": _CHECK},
            "settings": {"type": "object"},
        },
        ("source", "domain", "title", "owner", "files", "arrival", "reader", "delivery", "key", "columns"),
    ),
}


def editor_schema() -> dict[str, Any]:
    """`CONTRACT_SCHEMA` with the options of every reader format spelled out, for editors that complete YAML."""
    one = {"oneOf": [reader_schema(reader_format) for reader_format in READER_OPTIONS]}
    readers = {"oneOf": [one, {"type": "array", "items": one, "minItems": 1}]}
    return {**CONTRACT_SCHEMA, "properties": {**CONTRACT_SCHEMA["properties"], "reader": readers}}

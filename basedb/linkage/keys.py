"""The SQL of block keys: the text of a key, its hash, and both kinds of table that hold them.

A key in a table of its own (`key_query`) can be kept and met again another night; keys as columns
beside the records (`key_column`) serve a job that holds all records at once and is faster for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import duckdb

from basedb.linkage.columns import expression_columns, relation_columns
from basedb.linkage.model import AnyOf, BlockingRule, Each, InvalidModel, MatchModel

# Between the parts of a key; no value of a register contains it.
SEPARATOR = "\x1f"


def key_rules(model: MatchModel) -> tuple[BlockingRule, ...]:
    """The blocking rules of a model that work by equal keys."""
    return tuple(rule for rule in model.blocking if isinstance(rule, BlockingRule))


def part_expressions(rule: BlockingRule) -> list[str]:
    """Every expression over one record the key of a rule reads, in order."""
    found: list[str] = []
    for part in rule.key:
        if isinstance(part, AnyOf):
            found += part.expressions
        else:
            found.append(part.expression if isinstance(part, Each) else part)
    return found


def has_several(rule: BlockingRule) -> bool:
    """Whether a record can be in more than one block of this rule."""
    return any(isinstance(part, AnyOf | Each) for part in rule.key)


def alternatives(part: AnyOf | Each) -> str:
    """SQL for the list of texts one part of a key stands for, nothing missing among them."""
    if isinstance(part, AnyOf):
        values = ", ".join(f"({expression})::VARCHAR" for expression in part.expressions)
        return f"list_filter([{values}], lambda x: x IS NOT NULL)"
    separator = part.separator.replace("'", "''")
    split = f"string_split(({part.expression})::VARCHAR, '{separator}')"
    return f"list_filter(list_transform({split}, lambda x: trim(x)), lambda x: x <> '')"


def key_text(rule: BlockingRule) -> str:
    """SQL for the text of a record's key: NULL where it has none; a list if the rule `has_several`."""
    name = rule.name.replace("'", "''")
    text = f"'{name}'"
    several = False
    for number, part in enumerate(rule.key):
        if isinstance(part, AnyOf | Each):
            one, other = f"x{number}", f"y{number}"
            pieces = f"list_transform({alternatives(part)}, lambda {other}: %s || chr(31) || {other})"
            text = (
                f"flatten(list_transform({text}, lambda {one}: {pieces % one}))" if several else pieces % text
            )
            several = True
        elif several:
            text = f"list_transform({text}, lambda x{number}: x{number} || chr(31) || ({part})::VARCHAR)"
        else:
            text = f"{text} || chr(31) || ({part})::VARCHAR"
    if several:
        text = f"list_filter({text}, lambda x: x IS NOT NULL)"
    return text if rule.when == "true" else f"CASE WHEN {rule.when} THEN {text} END"


def hashed(text: str) -> str:
    """SQL for the 63-bit hash of a text that is there, the same in every version of the engine.

    The shift makes room for the sign: stores have no unsigned numbers.
    """
    return f"(md5_number_lower({text}) >> 1)::BIGINT"


def key_query(rule: BlockingRule, records: str) -> str:
    """SQL for (key, vertex) of one rule, each key of a record once."""
    if any(isinstance(part, Each) for part in rule.key):
        keys = f"list_distinct(list_transform({key_text(rule)}, lambda x: {hashed('x')}))"
        return f"SELECT unnest({keys}) AS key, vertex FROM {records}"
    # A query for every choice among the alternatives: a list for every record takes thrice as long.
    choices = product(*(_choices(part) for part in rule.key if not isinstance(part, Each)))
    return " UNION ALL ".join(
        f"SELECT {hashed('text')} AS key, vertex FROM (SELECT {_joined(rule, [part for part, _ in choice])} AS text,"
        f" vertex FROM {records} WHERE {' AND '.join(filter(None, (new for _, new in choice))) or 'true'})"
        " WHERE text IS NOT NULL"
        for choice in choices
    )


def _choices(part: str | AnyOf) -> list[tuple[str, str]]:
    """The expressions a part of a key may stand for, each with SQL for: it is no repetition."""
    if isinstance(part, str):
        return [(part, "")]
    texts = [f"({expression})::VARCHAR" for expression in part.expressions]
    return [
        (text, " AND ".join(f"{text} IS DISTINCT FROM {other}" for other in texts[:place]))
        for place, text in enumerate(texts)
    ]


def _joined(rule: BlockingRule, parts: Sequence[str]) -> str:
    """SQL for the text of a key of one value a part: NULL where one is missing."""
    name = rule.name.replace("'", "''")
    text = " || chr(31) || ".join([f"'{name}'", *(f"({part})::VARCHAR" for part in parts)])
    return text if rule.when == "true" else f"CASE WHEN {rule.when} THEN {text} END"


def key_column(rule: BlockingRule) -> str:
    """SQL for the key of one record: BIGINT or, if the rule `has_several`, BIGINT[].

    By the engine's own hash, which is faster; for tables that do not outlive the job.
    """
    if has_several(rule):
        return f"list_distinct(list_transform({key_text(rule)}, lambda x: (hash(x) >> 1)::BIGINT))"
    parts = [f"({part})::VARCHAR" for part in part_expressions(rule)]
    there = " AND ".join(f"{part} IS NOT NULL" for part in parts)
    # The hash of NULL is a number like any other.
    return f"CASE WHEN ({rule.when}) AND {there} THEN (hash({', '.join(parts)}) >> 1)::BIGINT END"


def key_values(rule: BlockingRule, records: str, key: int, *, lasting: bool) -> str:
    """SQL for the text of the block `key`, from any of the `records`; lasting: by `key_query`."""
    text = key_text(rule)
    if has_several(rule):
        same = hashed("text") if lasting else "(hash(text) >> 1)::BIGINT"
        return f"SELECT text FROM (SELECT unnest({text}) AS text FROM {records}) WHERE {same} = {key}"
    return (
        f"SELECT {text} AS text FROM {records} WHERE {hashed(text) if lasting else key_column(rule)} = {key}"
    )


def check_keys(
    engine: duckdb.DuckDBPyConnection, model: MatchModel, records: str, rules: Sequence[BlockingRule]
) -> None:
    """InvalidModel naming a rule whose key or condition reads a column that `records` do not have."""
    there = relation_columns(engine, records)
    for rule in rules:
        for expression in (*part_expressions(rule), rule.when):
            for column in sorted(expression_columns(engine, expression) - set(there)):
                raise InvalidModel(
                    f"{model.name}：分块规则 {rule.name} 用到记录中没有的列 {column}"
                    f" / blocking rule {rule.name} reads column {column}, which the records do not have"
                )

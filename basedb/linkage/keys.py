"""The SQL of block keys: one query per rule, a row for every block a record is in."""

from __future__ import annotations

from basedb.linkage.model import AnyOf, BlockingRule, Each, MatchModel

# Between the parts of a key; no value of a register contains it.
_SEPARATOR = "chr(31)"


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


def key_query(rule: BlockingRule, records: str, *, lasting: bool = True, columns: str = "key, vertex") -> str:
    """SQL for `key`, `vertex` and the parts `p0`, `p1`, … of one rule, each key of a record once.

    lasting: the hash is the same for ever; otherwise it is the engine's own, faster by half, for
    tables that do not outlive the job. columns: what to select.
    """
    parts = part_query(rule, records)
    text = f" || {_SEPARATOR} || ".join(f"p{number}" for number in range(len(rule.key)))
    name = rule.name.replace("'", "''")
    text = f"'{name}' || {_SEPARATOR} || {text}"
    hashed = f"md5_number_lower({text})" if lasting else f"hash({text})"
    # The shift makes room for the sign: engine and store have no unsigned number in common.
    query = f"SELECT ({hashed} >> 1)::BIGINT AS key, * FROM ({parts}) WHERE ({text}) IS NOT NULL"
    once = "DISTINCT " if any(isinstance(part, AnyOf | Each) for part in rule.key) else ""
    return f"SELECT {once}{columns} FROM ({query})"


def part_query(rule: BlockingRule, records: str) -> str:
    """SQL for `vertex` and the parts of a key as text, a row per combination of alternatives."""
    first, several = [], []
    for number, part in enumerate(rule.key):
        if isinstance(part, AnyOf):
            values = ", ".join(f"({expression})::VARCHAR" for expression in part.expressions)
            first.append(f"[{values}] AS p{number}")
            several.append(number)
        elif isinstance(part, Each):
            separator = part.separator.replace("'", "''")
            first.append(
                f"list_filter(list_transform(string_split(({part.expression})::VARCHAR, '{separator}'),"
                f" lambda x: trim(x)), lambda x: x <> '') AS p{number}"
            )
            several.append(number)
        else:
            first.append(f"({part})::VARCHAR AS p{number}")
    query = f"SELECT vertex, {', '.join(first)} FROM {records} WHERE {rule.when}"
    # One level per list: two in one would be walked in step, not combined.
    for number in several:
        query = f"SELECT * REPLACE (unnest(p{number}) AS p{number}) FROM ({query})"
    return query

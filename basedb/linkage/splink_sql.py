"""Rewriting conditions between our spelling of the two records of a pair and Splink's."""

from __future__ import annotations

from sqlglot import errors, exp, parse_one

from basedb.linkage.model import Condition, InvalidModel

_SIDES = ("l", "r")


def over_splink_pair(condition: str, dialect: str) -> str:
    """``l.name = r.name`` → ``"name_l" = "name_r"``, in the SQL of `dialect`."""

    def rename(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.table in _SIDES:
            return exp.column(exp.to_identifier(f"{node.name}_{node.table}", quoted=True))
        return node

    return _parsed(condition, "duckdb").transform(rename).sql(dialect)


def over_pair(condition: str, dialect: str) -> Condition:
    """``"name_l" = "name_r"`` → ``l.name = r.name``, from the SQL of `dialect`."""

    def rename(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table and node.name[-2:].lower() in ("_l", "_r"):
            identifier = exp.to_identifier(node.name[:-2], quoted=not node.name[:-2].isidentifier())
            return exp.column(identifier, table=node.name[-1].lower())
        return node

    return Condition(_parsed(condition, dialect).transform(rename).sql("duckdb"))


def over_record(expression: str, side: str, dialect: str) -> str:
    """``name`` → ``l.name``: an expression over one record, as part of a blocking rule."""

    def qualify(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and not node.table:
            return exp.column(node.this, table=side)
        return node

    return _parsed(expression, "duckdb").transform(qualify).sql(dialect)


def in_dialect(sql: str, dialect: str) -> str:
    """An expression or condition of ours in the SQL of `dialect`, names as they are."""
    return _parsed(sql, "duckdb").sql(dialect)


def split_rule(sql: str, dialect: str) -> tuple[list[str], str]:
    """A blocking rule's equal keys as expressions over one record, and its condition on one record.

    InvalidModel if it says anything else.
    """
    keys: list[str] = []
    conditions: dict[str, set[str]] = {"l": set(), "r": set()}
    for part in _conjuncts(_parsed(sql, dialect)):
        sides = {column.table for column in part.find_all(exp.Column)}
        if len(sides) == 1 and sides <= set(_SIDES):
            conditions[sides.pop()].add(_over_one(part))
            continue
        both = [_one_sided(part.this), _one_sided(part.expression)] if isinstance(part, exp.EQ) else []
        if len(both) != 2 or {side for side, _ in both} != set(_SIDES) or both[0][1] != both[1][1]:
            raise InvalidModel(
                f"分块规则 {sql} 不止是键相等：{part.sql('duckdb')}"
                f" / blocking rule {sql} is more than equal keys: {part.sql('duckdb')}"
            )
        keys.append(both[0][1])
    if conditions["l"] != conditions["r"] or not keys:
        raise InvalidModel(
            f"分块规则 {sql} 对两条记录要求不同，或没有键 / it asks different things of both, or has no key"
        )
    return keys, " AND ".join(f"({item})" for item in sorted(conditions["l"])) or "true"


def compared_column(condition: str) -> str:
    """The column a condition compares for equality and nothing else, in lower case; else empty."""
    node = _parsed(condition, "duckdb").unnest()
    if isinstance(node, exp.EQ):
        left, right = node.this, node.expression
        if isinstance(left, exp.Column) and isinstance(right, exp.Column):
            names = {left.name.lower(), right.name.lower()}
            if len(names) == 1 and {left.table, right.table} == set(_SIDES):
                return names.pop()
    return ""


def columns_read(condition: str) -> list[str]:
    """The columns of either record a condition of ours reads, in order."""
    found = [c.name for c in _parsed(condition, "duckdb").find_all(exp.Column) if c.table in _SIDES]
    return list(dict.fromkeys(reversed(found)))


def _parsed(sql: str, dialect: str) -> exp.Expr:
    try:
        found = parse_one(sql, read=dialect)
    except errors.ParseError as error:
        raise InvalidModel(f"sqlglot 无法解析 {sql} / sqlglot cannot parse {sql}: {error}") from error
    for column in found.find_all(exp.Column):
        if column.args.get("db"):
            raise InvalidModel(f"Splink 无法表达 {column.sql()} / Splink cannot express {column.sql()}")
    return found


def _conjuncts(node: exp.Expr) -> list[exp.Expr]:
    node = node.unnest()
    if isinstance(node, exp.And):
        return [*_conjuncts(node.this), *_conjuncts(node.expression)]
    return [node]


def _one_sided(node: exp.Expr) -> tuple[str, str]:
    sides = {column.table for column in node.find_all(exp.Column)}
    return (sides.pop() if len(sides) == 1 else ""), _over_one(node)


def _over_one(node: exp.Expr) -> str:
    def strip(inner: exp.Expr) -> exp.Expr:
        return exp.column(inner.this) if isinstance(inner, exp.Column) else inner

    return node.copy().transform(strip).sql("duckdb")

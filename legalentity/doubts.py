"""What is found about codes once it is known who is who: one code of several organisations, two codes of one name.

SQL for (vertex, suggestion) over TEMP `linking` (the records of a load and those like them), `disputed` (vertex: the
load's records whose code several organisations claim) and `new_evidence`. Names of organisations are public, so a
finding may say them.
"""

from __future__ import annotations

from basedb.findings import Severity, define

TWO_CODES = define(
    "organization.two_codes",
    Severity.WARNING,
    "同一名称、相同负责人或地址、电话而代码不同，疑为一户两码",
    "one name with the same representative, address or telephone under two codes: perhaps one organisation",
)

# What tells one name from another; writings of one name agree in it, a branch and its parent do not.
_CALLED = "concat_ws(chr(31), name_core, coalesce(branch, ''), coalesce(marks, ''))"

SHARED_CODE_HINT = f"""
    WITH coded AS (SELECT *, CASE WHEN code_valid THEN code END AS stated FROM linking),
    contested AS (
        SELECT vertex, stated, name_core, branch, {_CALLED} AS called FROM coded SEMI JOIN disputed USING (vertex)),
    counted AS (
        SELECT stated, {_CALLED} AS called, any_value(name_core) AS name_core, any_value(branch) AS branch,
            count(DISTINCT source) AS sources, arg_max(name_folded, (length(name_folded), name_folded)) AS name
        FROM coded WHERE stated IN (SELECT stated FROM contested) AND name_core IS NOT NULL
        GROUP BY stated, called),
    spoken AS (
        SELECT stated, min(called) AS called, min(name) AS name, min(sources) AS sources
        FROM (SELECT *, max(sources) OVER (PARTITION BY stated) AS most FROM counted)
        WHERE sources = most GROUP BY stated HAVING count(*) = 1),
    elsewhere AS (
        SELECT c.vertex, min(r.stated) AS code
        FROM contested c JOIN (SELECT stated, {_CALLED} AS called FROM coded WHERE name_core IS NOT NULL) AS r
            ON r.called = c.called AND r.stated <> c.stated
        GROUP BY c.vertex HAVING count(DISTINCT r.stated) = 1),
    parent AS (
        SELECT c.vertex, min(p.name) AS name
        FROM contested c JOIN counted p ON p.stated = c.stated AND p.name_core = c.name_core AND p.branch IS NULL
        WHERE c.branch IS NOT NULL GROUP BY c.vertex)
    SELECT c.vertex, CASE
        WHEN e.code IS NOT NULL AND s.called IS DISTINCT FROM c.called
            THEN '此名称另有代码 ' || e.code || '，疑应填写该代码 / this name has a code of its own'
        WHEN p.name IS NOT NULL
            THEN '代码是总机构「' || p.name || '」的，请填写本分支机构的代码 / the code is the parent''s, not the branch''s'
        WHEN s.called = c.called
            THEN '代码多记在本行名称下，请核对另一使用者 / the code is mostly under this name; check the other'
        WHEN s.called IS NOT NULL THEN '代码多记在「' || s.name || '」名下（' || s.sources
            || ' 个来源），请核对本行代码 / the code is mostly under that name; check the code of this row'
        ELSE '各名称的来源一样多，请核对两户证照 / as many sources for either name: check both' END AS suggestion
    FROM contested c LEFT JOIN spoken s USING (stated) LEFT JOIN elsewhere e USING (vertex)
    LEFT JOIN parent p USING (vertex)"""

TWO_CODES_HINT = """
    WITH pair AS (
        SELECT a, b FROM new_evidence UNION ALL SELECT b, a FROM new_evidence)
    SELECT l.vertex, '同名者的代码为 ' || string_agg(DISTINCT r.own_code, '、' ORDER BY r.own_code)
        || '，核实是否一户两码，注销其一 / the other code of this name; if it is one organisation, one code must go'
        AS suggestion
    FROM pair JOIN linking l ON l.vertex = pair.a JOIN linking r ON r.vertex = pair.b
    WHERE l.name_folded = r.name_folded AND l.own_code <> r.own_code GROUP BY l.vertex"""

DOUBTS = {"identifier.shared": SHARED_CODE_HINT, TWO_CODES: TWO_CODES_HINT}

"""Whom a code speaks for that several organisations use: the suggestion beside `identifier.shared`."""

from __future__ import annotations

# What tells one name from another; writings of one name agree in it, a branch and its parent do not.
_CALLED = "concat_ws(chr(31), name_core, coalesce(branch, ''), coalesce(marks, ''))"

SHARED_CODE = f"""
    WITH contested AS (
        SELECT vertex, own_code, {_CALLED} AS called FROM linking
        WHERE own_code IN (SELECT own_code FROM linking SEMI JOIN disputed USING (vertex))),
    counted AS (
        SELECT own_code, {_CALLED} AS called, count(DISTINCT source) AS sources,
            arg_max(name_folded, (length(name_folded), name_folded)) AS name
        FROM linking WHERE own_code IN (SELECT own_code FROM contested) AND name_core IS NOT NULL
        GROUP BY own_code, called),
    spoken AS (
        SELECT own_code, arg_max(called, sources) AS called, arg_max(name, sources) AS name, max(sources) AS sources
        FROM (SELECT *, max(sources) OVER (PARTITION BY own_code) AS most FROM counted)
        WHERE sources = most GROUP BY own_code HAVING count(*) = 1),
    elsewhere AS (
        SELECT c.vertex, min(r.own_code) AS code
        FROM contested c SEMI JOIN disputed USING (vertex)
        JOIN (SELECT own_code, {_CALLED} AS called FROM linking WHERE name_core IS NOT NULL) AS r
            ON r.called = c.called AND r.own_code <> c.own_code
        GROUP BY c.vertex HAVING count(DISTINCT r.own_code) = 1)
    SELECT c.vertex, CASE
        WHEN s.called = c.called
            THEN '代码多记在本行名称下，请核对另一使用者 / the code is mostly under this name; check the other'
        WHEN e.code IS NOT NULL THEN '此名称另有代码 ' || e.code || '，疑应填写该代码 / this name has a code of its own'
        WHEN s.called IS NOT NULL THEN '代码多记在「' || s.name || '」名下（' || s.sources
            || ' 个来源），请核对本行代码 / the code is mostly under that name; check the code of this row'
        ELSE '各名称的来源一样多，请核对两户证照 / as many sources for either name: check both' END AS suggestion
    FROM contested c SEMI JOIN disputed USING (vertex)
    LEFT JOIN spoken s USING (own_code) LEFT JOIN elsewhere e USING (vertex)"""
"""SQL over TEMP `linking` (the records of the load and those like them) and `disputed` (vertex): (vertex, suggestion).

The code is the name's that most sources say it is; a row whose name has a code of its own is told that one. Names of
organisations are public, so the finding may say them.
"""

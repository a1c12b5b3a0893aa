"""When two mentions are the same person, by identifiers alone.

An identity number is evidence, not proof: two people can lawfully or wrongly bear one number
(重号), of the same sex and birth date, so only the names can tell them apart; a relative's number
is often given in place of one's own. Equal numbers therefore link only with compatible names.
"""

from __future__ import annotations

from basedb.domain import KeyRule

# One character of the name differs: SQL over code points, because DuckDB's distances count bytes.
_ONE_CHARACTER = """(
    length(l.name_folded) = length(r.name_folded) AND length(l.name_folded) >= 3
    AND len(list_filter(range(1, length(l.name_folded) + 1),
        i -> substr(l.name_folded, i, 1) <> substr(r.name_folded, i, 1))) = 1
)"""

# One character was dropped from the longer name.
_DROPPED = """(
    abs(length(l.name_folded) - length(r.name_folded)) = 1
    AND least(length(l.name_folded), length(r.name_folded)) >= 2
    AND list_contains(
        list_transform(range(1, greatest(length(l.name_folded), length(r.name_folded)) + 1),
            i -> CASE WHEN length(l.name_folded) > length(r.name_folded)
                THEN substr(l.name_folded, 1, i - 1) || substr(l.name_folded, i + 1)
                ELSE substr(r.name_folded, 1, i - 1) || substr(r.name_folded, i + 1) END),
        CASE WHEN length(l.name_folded) > length(r.name_folded) THEN r.name_folded ELSE l.name_folded END)
)"""

_FORMER = """(
    l.former_name_folded = r.name_folded OR r.former_name_folded = l.name_folded
    OR l.former_name_folded = r.former_name_folded
)"""

COMPATIBLE_NAMES = f"""coalesce(
    l.name_folded = r.name_folded OR l.name_pinyin = r.name_pinyin
    OR coalesce({_FORMER}, false) OR {_ONE_CHARACTER} OR {_DROPPED}, false)"""

BY_NUMBER = KeyRule(
    method="id_number",
    keys={"id_number": "id_valid OR id_kind = 'other'", "id_alternative": "id_valid"},
    compatible=COMPATIBLE_NAMES,
    compares=("name_folded", "name_pinyin", "former_name_folded"),
)

# A departmental key may be given to somebody else: then neither number nor name agrees.
SAME_RECORD = f"""(
    {COMPATIBLE_NAMES}
    OR (l.id_valid AND r.id_valid AND l.id_number = r.id_number)
    OR l.name_folded IS NULL OR r.name_folded IS NULL
    OR l.name_is_placeholder OR r.name_is_placeholder
    OR (l.birth_date = r.birth_date AND NOT coalesce(l.id_valid AND r.id_valid, false))
)"""

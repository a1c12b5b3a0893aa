-- 机构名称：每个机构用过的每个名称，及其种类、来源和有效时间
-- view: legalentity.name
-- column kind: 种类：current 现名、former 曾用名、variant 其他写法、short 简称、foreign 外文
-- column name: 名称
-- column is_current: 现行记录仍如此填写
-- column records: 如此填写的部门记录版本数
WITH mentioned AS NOT MATERIALIZED (
    SELECT m.organization_id, r.source, r.status, r.valid_from, r.valid_to, m.name, m.name_folded, m.former_name,
        m.former_name_folded, m.short_name, m.foreign_name
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
),
stated AS (
    SELECT organization_id, source, status, valid_from, valid_to, 'name' AS kind, name FROM mentioned
    WHERE name IS NOT NULL
    UNION ALL
    SELECT organization_id, source, status, valid_from, valid_to, 'former', former_name FROM mentioned
    WHERE former_name IS NOT NULL
    UNION ALL
    SELECT organization_id, source, status, valid_from, valid_to, 'short', short_name FROM mentioned
    WHERE short_name IS NOT NULL
    UNION ALL
    SELECT organization_id, source, status, valid_from, valid_to, 'foreign', foreign_name FROM mentioned
    WHERE foreign_name IS NOT NULL
),
grouped AS (
    SELECT organization_id, source, kind, name, min(valid_from) AS valid_from, max(valid_to) AS valid_to,
        max(CASE WHEN status = 'current' THEN 1 ELSE 0 END) = 1 AS is_current, count(*) AS records
    FROM stated
    GROUP BY organization_id, source, kind, name
),
golden AS (SELECT organization_id, name AS golden_name FROM legalentity.organization),
master AS (
    -- What the golden record was called before is a former name, whoever sent it.
    SELECT DISTINCT organization_id, name FROM legalentity.organization_history
    WHERE known_to = TIMESTAMPTZ '9999-12-31 00:00:00+00' AND valid_to < DATE '9999-12-31'
)
SELECT g.organization_id,
    CASE WHEN g.kind <> 'name' THEN g.kind WHEN g.name = o.golden_name THEN 'current'
        WHEN f.name IS NOT NULL OR NOT g.is_current THEN 'former' ELSE 'variant' END AS kind,
    g.name, g.source, g.valid_from, g.valid_to, g.is_current, g.records
FROM grouped g
JOIN golden o ON o.organization_id = g.organization_id
LEFT JOIN master f ON f.organization_id = g.organization_id AND f.name = g.name AND g.name <> o.golden_name

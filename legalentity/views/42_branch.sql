-- 分支机构：分支机构与其总机构；名称以总机构名称开头且唯一者为 matched，总机构不在库内或不唯一者其 parent_id 为空
-- view: legalentity.branch
-- column parent_id: 总机构编号
-- column parent_name: 总机构名称
-- column branch: 名称中的分支机构部分
-- column grade: 认定：matched 名称对应且唯一、ambiguous 对应多个、unknown 库内没有
-- column candidates: 名称对应的总机构数
WITH said AS NOT MATERIALIZED (
    SELECT DISTINCT m.organization_id, m.name_folded, m.name_core, m.name_branch
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    WHERE r.status = 'current' AND m.name_core IS NOT NULL
),
tie AS (
    SELECT DISTINCT b.organization_id, p.organization_id AS parent_id, length(p.name_folded) AS closeness
    FROM said b
    JOIN legalentity.organization_mention p ON p.name_core = b.name_core AND p.name_branch IS NULL
        AND p.organization_id <> b.organization_id AND length(b.name_folded) > length(p.name_folded)
        AND substr(b.name_folded, 1, length(p.name_folded)) = p.name_folded
    JOIN legalentity.source_record pr ON pr.record_id = p.record_id AND pr.status = 'current'
    WHERE b.name_branch IS NOT NULL
),
nearest AS (
    SELECT organization_id, parent_id, dense_rank() OVER (PARTITION BY organization_id ORDER BY closeness DESC) AS place
    FROM tie
),
decided AS (
    SELECT organization_id, count(DISTINCT parent_id) AS candidates, min(parent_id) AS parent_id FROM nearest
    WHERE place = 1 GROUP BY organization_id
),
branches AS (
    SELECT organization_id, max(name_branch) AS branch FROM said WHERE name_branch IS NOT NULL GROUP BY organization_id
)
SELECT b.organization_id, o.name, b.branch, CASE WHEN d.candidates = 1 THEN d.parent_id END AS parent_id,
    CASE WHEN d.candidates = 1 THEN p.name END AS parent_name,
    CASE WHEN d.candidates = 1 THEN 'matched' WHEN d.candidates > 1 THEN 'ambiguous' ELSE 'unknown' END AS grade,
    coalesce(d.candidates, 0) AS candidates
FROM branches b
JOIN legalentity.organization o ON o.organization_id = b.organization_id
LEFT JOIN decided d ON d.organization_id = b.organization_id
LEFT JOIN legalentity.organization p ON p.organization_id = d.parent_id

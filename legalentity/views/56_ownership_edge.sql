-- 股权与分支关系：谁直接出资于谁、谁设立哪个分支机构，只列机构之间的，一对一行
-- view: legalentity.ownership_edge
-- column parent_id: 出资或设立的机构编号
-- column relation: 关系：shareholder 出资、branch 分支机构
-- column share_percent: 出资比例（%）；分支机构为 100
SELECT owner_organization_id AS parent_id, organization_id, 'shareholder' AS relation,
    max(share_percent) AS share_percent
FROM legalentity.ownership
WHERE owner_organization_id IS NOT NULL AND owner_organization_id <> organization_id
GROUP BY owner_organization_id, organization_id
UNION ALL
SELECT parent_id, organization_id, 'branch', CAST(100 AS FLOAT8) FROM legalentity.branch WHERE parent_id IS NOT NULL

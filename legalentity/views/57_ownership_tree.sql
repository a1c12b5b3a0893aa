-- 股权与分支树：每个机构往下逐级出资的企业和设立的分支机构；循环持股处不再往下。只看一个机构的用 ownership_tree_of
-- view: legalentity.ownership_tree
-- column root_id: 起点机构编号
-- column parent_id: 上一级机构编号
-- column relation: 关系：shareholder 出资、branch 分支机构
-- column depth: 级数
-- column share_percent: 沿此路径的出资比例（%）；有一级未填的为空
-- column path: 路径（机构编号，以 / 分隔）
WITH RECURSIVE edge AS (SELECT parent_id, organization_id, relation, share_percent FROM legalentity.ownership_edge),
tree AS (
    SELECT parent_id AS root_id, parent_id, organization_id, relation, 1 AS depth, share_percent,
        '/' || CAST(parent_id AS VARCHAR) || '/' || CAST(organization_id AS VARCHAR) || '/' AS path
    FROM edge
    UNION ALL
    SELECT t.root_id, e.parent_id, e.organization_id, e.relation, t.depth + 1,
        t.share_percent * e.share_percent / 100, t.path || CAST(e.organization_id AS VARCHAR) || '/'
    FROM tree t
    JOIN edge e ON e.parent_id = t.organization_id
        AND strpos(t.path, '/' || CAST(e.organization_id AS VARCHAR) || '/') = 0
)
SELECT t.root_id, t.parent_id, t.organization_id, o.name, o.credit_code, t.relation, t.depth, t.share_percent, t.path
FROM tree t
JOIN legalentity.organization o ON o.organization_id = t.organization_id

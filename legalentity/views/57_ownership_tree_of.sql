-- 一个机构的股权与分支树：自 root 往下，只沿它的分支走；列同 ownership_tree
-- function: legalentity.ownership_tree_of(root bigint) returns legalentity.ownership_tree
WITH RECURSIVE edge AS (SELECT parent_id, organization_id, relation, share_percent FROM legalentity.ownership_edge),
tree AS (
    SELECT parent_id AS root_id, parent_id, organization_id, relation, 1 AS depth, share_percent,
        '/' || CAST(parent_id AS VARCHAR) || '/' || CAST(organization_id AS VARCHAR) || '/' AS path
    FROM edge WHERE parent_id = root
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

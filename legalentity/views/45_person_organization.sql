-- 人员与机构（限制使用）：人口库中的人员在哪些机构任何职，现行各一行；无法对应到人员者不列
-- view: legalentity.person_organization
-- column person_id: 人口库人员编号 [personal]
-- column role: 角色 [personal]
-- column sources: 如此填写的来源
-- column since: 最早自何时
SELECT r.person_id, r.organization_id, r.role, o.credit_code, o.name, o.kind, o.status,
    string_agg(DISTINCT r.source, ',' ORDER BY r.source) AS sources, min(r.valid_from) AS since
FROM legalentity.role r
JOIN legalentity.organization o ON o.organization_id = r.organization_id
WHERE r.person_id IS NOT NULL AND r.is_current
GROUP BY r.person_id, r.organization_id, r.role, o.credit_code, o.name, o.kind, o.status

-- 机构中的人：法定代表人（负责人、业主）、董事、监事、经理、联络员和自然人股东，每条来源记录所述一行；person_id 为人口库中的人员，grade 说明依据
-- view: legalentity.role
-- column role: 角色：legal_representative 法定代表人、director 董事、supervisor 监事、manager 经理、finance 财务负责人、contact 联络员、shareholder 股东
-- column person_name: 姓名 [personal]
-- column person_number: 证件号码 [personal]
-- column person_id: 人口库人员编号
-- column grade: 依据：exact 号码与姓名相符、scored 评分认定、continued 同一记录此前已认定、unlinked 人口库中仅见于此、same_organization 同一机构另一记录的同名者、unknown 不明
-- column is_current: 现行记录仍如此填写
WITH said AS (
    SELECT m.organization_id, 'legal_representative' AS role, 'legal_representative' AS mentioned_as, r.source,
        r.source_key, r.record_id, r.status, r.valid_from, r.valid_to,
        m.legal_representative AS person_name, m.representative_number AS person_number, m.representative_folded
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    WHERE m.legal_representative IS NOT NULL AND m.role = 'self'
    UNION ALL
    SELECT m.organization_id, r.standard ->> 'office', 'officer', r.source, r.source_key, r.record_id, r.status,
        r.valid_from, r.valid_to, r.standard ->> 'officer_name', r.standard ->> 'officer_number', NULL
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    WHERE m.role = 'company' AND (r.standard ->> 'officer_name') IS NOT NULL
),
linked AS NOT MATERIALIZED (
    -- A superseded version may have named another person than the last one does.
    SELECT s.*, p.person_id, p.method, p.match_weight FROM said s
    LEFT JOIN legalentity.role_person p ON p.source_key = s.source_key AND p.source = s.source
        AND p.role = s.mentioned_as AND s.status <> 'superseded'
),
namesake AS (
    SELECT organization_id, representative_folded, min(person_id) AS person_id
    FROM linked WHERE person_id IS NOT NULL
    GROUP BY organization_id, representative_folded HAVING count(DISTINCT person_id) = 1
)
SELECT l.organization_id, l.role, l.person_name, l.person_number,
    coalesce(l.person_id, n.person_id) AS person_id,
    CASE WHEN l.method = 'id_number' THEN 'exact' WHEN l.method IN ('score', 'moved') THEN 'scored'
        WHEN l.method = 'source_key' THEN 'continued' WHEN l.method = 'new' THEN 'unlinked'
        WHEN n.person_id IS NOT NULL THEN 'same_organization' ELSE 'unknown' END AS grade,
    l.method, l.match_weight, l.source, l.source_key, l.record_id, l.valid_from, l.valid_to,
    l.status = 'current' AS is_current
FROM linked l
LEFT JOIN namesake n ON n.organization_id = l.organization_id AND n.representative_folded = l.representative_folded

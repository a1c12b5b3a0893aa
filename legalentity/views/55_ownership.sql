-- 出资：谁出资于哪个机构，股东为机构或人员，每条现行来源记录一行；人员须另有权限方可查看
-- view: legalentity.ownership
-- column owner_organization_id: 股东为机构的，其机构编号
-- column owner_person_id: 股东为人员的，人口库人员编号 [personal]
-- column owner_name: 股东名称或姓名（记录所写） [personal]
-- column organization_id: 被出资机构编号
-- column contribution: 认缴出资额（万元）
-- column share_percent: 出资比例（%）
-- column since: 入股日期
-- column grade: 股东的认定依据：机构同 attachment，人员同 role
WITH held AS (
    SELECT r.record_id, r.source, r.source_key, m.organization_id,
        CAST((r.standard ->> 'contribution') AS FLOAT8) AS contribution,
        CAST((r.standard ->> 'share_percent') AS FLOAT8) AS share_percent,
        CAST((r.standard ->> 'appointed_date') AS DATE) AS since
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    WHERE m.role = 'company' AND r.status = 'current' AND (r.standard ->> 'office') = 'shareholder'
)
SELECT a.organization_id AS owner_organization_id, CAST(NULL AS BIGINT) AS owner_person_id,
    a.stated_name AS owner_name, h.organization_id, h.contribution, h.share_percent, h.since, a.grade, h.source,
    h.source_key, h.record_id
FROM held h
JOIN legalentity.attachment a ON a.record_id = h.record_id AND a.role = 'shareholder'
UNION ALL
SELECT NULL, p.person_id, p.person_name, h.organization_id, h.contribution, h.share_percent, h.since, p.grade,
    h.source, h.source_key, h.record_id
FROM held h
JOIN legalentity.role p ON p.record_id = h.record_id AND p.role = 'shareholder'

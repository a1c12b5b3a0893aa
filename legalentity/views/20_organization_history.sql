-- 机构全部版本：现行与历史，含两种时间（有效时间、获知时间）
-- view: legalentity.organization_history
SELECT * FROM legalentity.organization
UNION ALL
SELECT * FROM legalentity.organization_version

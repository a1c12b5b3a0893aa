-- 未对应的记录：现行的许可、处罚、参保、排污等记录中，登记等部门均无其机构，或对应不唯一待人工的
-- view: legalentity.unattached_record
SELECT a.source, c.department, a.role, a.grade, a.candidates, a.organization_id, a.stated_name, a.stated_code,
    a.source_key, a.record_id
FROM legalentity.attachment a
JOIN legalentity.source_record r ON r.record_id = a.record_id
JOIN basedb.contract c ON c.source = r.source AND c.version = r.contract_version AND c.domain = 'legalentity'
WHERE a.is_current AND a.grade IN ('ambiguous', 'unattached')

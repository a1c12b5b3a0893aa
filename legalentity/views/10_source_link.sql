-- 来源对应：每条来源记录最近接收的版本中提到的每个机构，一处提及一行
-- view: legalentity.source_link
-- column file_name: 最近接收该记录的文件（相对收件目录）
-- column row_no: 文件内数据行号（从1起）
SELECT r.source, r.source_key, m.role, d.file_name, r.row_no, m.organization_id, m.method, m.match_weight,
    m.decided_at, m.run_id
FROM legalentity.organization_mention m
JOIN legalentity.source_record r ON r.record_id = m.record_id
JOIN basedb.delivery d ON d.file_id = r.file_id
WHERE r.status <> 'superseded'

-- 住房项目单位：每个住房项目由哪个机构开发、建设、管理，一个项目一个角色一行
-- view: legalentity.housing_unit
-- column project_no: 项目编号
-- column project_name: 项目名称
-- column unit_role: 单位角色：开发企业、施工企业、物业服务企业等（记录所写）
-- column unit_name: 单位名称（记录所写）
-- column grade: 依据：同 attachment
-- column since: 自何时起（数据日期）
SELECT a.organization_id, r.standard ->> 'project_no' AS project_no, r.standard ->> 'project_name' AS project_name,
    r.standard ->> 'unit_role' AS unit_role, a.stated_name AS unit_name, a.grade, a.name_use, a.candidates, a.source,
    a.source_key, a.record_id, r.valid_from AS since
FROM legalentity.attachment a
JOIN legalentity.source_record r ON r.record_id = a.record_id
WHERE a.role = 'housing_unit' AND a.is_current

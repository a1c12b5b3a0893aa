-- 现行机构：所有来源提到的机构，含未登记者；分支机构并列其总机构
-- view: legalentity.organization_current
-- column parent_id: 总机构编号；不是分支机构或总机构不能确定的为空
-- column parent_name: 总机构名称
SELECT o.*, b.parent_id, b.parent_name
FROM legalentity.organization o LEFT JOIN legalentity.branch b ON b.organization_id = o.organization_id

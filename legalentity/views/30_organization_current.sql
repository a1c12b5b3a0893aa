-- 现行机构：所有来源提到的机构，含未登记者
-- view: legalentity.organization_current
SELECT * FROM legalentity.organization

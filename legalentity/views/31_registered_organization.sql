-- 在册机构：在登记机关登记簿内，且未注销、未迁出
-- view: legalentity.registered_organization
SELECT * FROM legalentity.organization WHERE registered AND status NOT IN ('cancelled', 'moved_out', 'unlisted')

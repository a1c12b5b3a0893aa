-- 机构（代码附中文名称）：每个代码列后跟其现行名称
-- view: legalentity.organization_labelled
-- column kind_label: 机构类别
-- column industry_label: 行业
-- column industry_section_label: 行业门类
-- column economic_type_label: 经济类型
-- column status_label: 状态
-- column tax_status_label: 税务状态
-- column county_label: 所在县区
WITH label AS (SELECT list, code, label FROM basedb.code_list WHERE valid_to = DATE '9999-12-31')
SELECT o.organization_id, o.credit_code, o.org_code, o.code_status, o.registration_number, o.taxpayer_number,
    o.name, o.former_name, o.kind, k.label AS kind_label, o.legal_form, o.economic_type, e.label AS economic_type_label,
    o.industry, i.label AS industry_label, o.industry_version, o.industry_section,
    s.label AS industry_section_label, o.business_scope, o.legal_representative, o.representative_number,
    o.registered_capital, o.currency, o.established_date, o.approved_date, o.expires_date, o.revoked_date,
    o.cancelled_date, o.registration_status, o.status, t.label AS status_label, o.tax_status, x.label AS tax_status_label,
    o.authority, o.registered_address, o.business_address, o.division_code, c.label AS county_label, o.phone,
    o.employees, o.registered, o.closed_on, o.valid_from, o.known_from
FROM legalentity.organization o
LEFT JOIN label k ON k.list = 'organization_kind' AND k.code = o.kind
LEFT JOIN label e ON e.list = 'economic_type' AND e.code = o.economic_type
LEFT JOIN label i ON i.list = 'industry' AND i.code = o.industry
LEFT JOIN label s ON s.list = 'industry' AND s.code = o.industry_section
LEFT JOIN label t ON t.list = 'organization_status' AND t.code = o.status
LEFT JOIN label x ON x.list = 'organization_status' AND x.code = o.tax_status
LEFT JOIN label c ON c.list = 'division' AND c.code = substr(o.division_code, 1, 6)

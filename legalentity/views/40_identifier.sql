-- 机构标识：每个机构有过的每个代码，及其来源、有效时间和校验结果
-- view: legalentity.identifier
-- column kind: 种类：credit_code 信用代码、org_code 组织机构代码、registration_number 注册号、taxpayer_number 纳税人识别号、insurance_number 社保单位编号
-- column identifier: 标识
-- column is_valid: 校验通过；无校验规则的为空
-- column is_current: 现行记录仍如此填写
-- column records: 如此填写的部门记录版本数
WITH mentioned AS NOT MATERIALIZED (
    SELECT m.organization_id, r.source, r.status, r.valid_from, r.valid_to, m.credit_code, m.credit_code_valid,
        m.org_code, m.org_code_valid, m.registration_number, m.registration_number_valid, m.taxpayer_number,
        m.taxpayer_valid, m.insurance_number
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
),
stated AS (
    SELECT organization_id, source, status, valid_from, valid_to, 'credit_code' AS kind, credit_code AS identifier,
        credit_code_valid AS is_valid
    FROM mentioned WHERE credit_code IS NOT NULL
    UNION ALL
    SELECT organization_id, source, status, valid_from, valid_to, 'org_code', org_code, org_code_valid
    FROM mentioned WHERE org_code IS NOT NULL
    UNION ALL
    SELECT organization_id, source, status, valid_from, valid_to, 'registration_number', registration_number,
        registration_number_valid
    FROM mentioned WHERE registration_number IS NOT NULL
    UNION ALL
    SELECT organization_id, source, status, valid_from, valid_to, 'taxpayer_number', taxpayer_number, taxpayer_valid
    FROM mentioned WHERE taxpayer_number IS NOT NULL
    UNION ALL
    SELECT organization_id, source, status, valid_from, valid_to, 'insurance_number', insurance_number, NULL
    FROM mentioned WHERE insurance_number IS NOT NULL
)
SELECT organization_id, kind, identifier, source, is_valid, min(valid_from) AS valid_from, max(valid_to) AS valid_to,
    max(CASE WHEN status = 'current' THEN 1 ELSE 0 END) = 1 AS is_current, count(*) AS records
FROM stated
GROUP BY organization_id, kind, identifier, source, is_valid

-- 脱敏机构：法定代表人姓名、证件号码和手机号码只留不足以识别个人的部分；个体工商户和类别不明者的名称隐去字号（公司除外）
-- view: legalentity.organization_masked
-- column legal_representative: 法定代表人（脱敏） [impersonal]
-- column representative_number: 法定代表人证件号码（脱敏） [impersonal]
-- column phone: 联系电话（脱敏） [impersonal]
-- column name: 名称（个体工商户和类别不明者脱敏） [impersonal]
SELECT organization_id, credit_code, org_code, code_status,
    -- A shop is often named after the one who keeps it.
    CASE WHEN coalesce(kind, 'individual') = 'individual' AND name NOT LIKE '%公司%' AND length(name) > 4
        THEN substr(name, 1, 2) || repeat('*', length(name) - 4) || substr(name, length(name) - 1) ELSE name END AS name,
    kind, legal_form, industry, registered_capital, currency,
    substr(legal_representative, 1, 1) || repeat('*', greatest(length(legal_representative) - 1, 1))
        AS legal_representative,
    CASE WHEN length(representative_number) >= 15 THEN substr(representative_number, 1, 6)
            || repeat('*', length(representative_number) - 10)
            || substr(representative_number, length(representative_number) - 3)
        ELSE repeat('*', length(representative_number)) END AS representative_number,
    established_date, status, closed_on, authority, division_code, employees,
    CASE WHEN length(phone) = 11 AND substr(phone, 1, 1) = '1' THEN substr(phone, 1, 3) || '****' || substr(phone, 8)
        ELSE phone END AS phone,
    registered
FROM legalentity.organization

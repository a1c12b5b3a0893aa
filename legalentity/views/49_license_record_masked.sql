-- 脱敏行政许可：现行的，个体工商户和类别不明者的名称隐去字号（公司除外），不含可能写有个人情况的文字
-- view: legalentity.license_record_masked
-- column holder_name: 行政相对人名称（个体工商户和类别不明者脱敏） [impersonal]
SELECT d.organization_id,
    CASE WHEN (d.holder_kind = '个体工商户' OR coalesce(o.kind, 'individual') = 'individual')
            AND d.holder_name NOT LIKE '%公司%' AND length(d.holder_name) > 4
        THEN substr(d.holder_name, 1, 2) || repeat('*', length(d.holder_name) - 4)
            || substr(d.holder_name, length(d.holder_name) - 1) ELSE d.holder_name END AS holder_name,
    holder_code, holder_kind, document_no, license_kind, license_name, license_no, license_content, effective_date, expiry_date,
    license_status,
    decision_date, decision_authority, data_source, grade, name_use
FROM legalentity.license_record d
JOIN legalentity.organization o ON o.organization_id = d.organization_id
WHERE d.record_status = 'current'

-- 行政许可全部版本：双公示的每份许可的每个版本，含被更正和已撤销者
-- view: legalentity.license_record_history
-- column holder_name: 行政相对人名称（记录所写）
-- column holder_code: 行政相对人代码（记录所写）
-- column holder_kind: 行政相对人类别
-- column document_no: 决定文书号
-- column document_name: 决定文书名称
-- column license_kind: 许可类别代码
-- column license_name: 许可证书名称
-- column license_no: 许可编号
-- column license_content: 许可内容
-- column effective_date: 有效期自
-- column expiry_date: 有效期至
-- column license_status: 许可当前状态
-- column decision_date: 决定日期
-- column decision_authority: 决定机关
-- column decision_authority_code: 决定机关统一社会信用代码
-- column data_source: 数据来源单位
-- column record_status: 记录状态：current 现行、retired 已撤销公示、superseded 已被更正
SELECT a.organization_id, a.stated_name AS holder_name, a.stated_code AS holder_code,
    r.standard ->> 'holder_kind' AS holder_kind, r.standard ->> 'document_no' AS document_no,
    r.standard ->> 'document_name' AS document_name, r.standard ->> 'license_kind' AS license_kind,
    r.standard ->> 'license_name' AS license_name, r.standard ->> 'license_no' AS license_no,
    r.standard ->> 'license_content' AS license_content,
    CAST((r.standard ->> 'effective_date') AS DATE) AS effective_date,
    CAST((r.standard ->> 'expiry_date') AS DATE) AS expiry_date, r.standard ->> 'license_status' AS license_status,
    CAST((r.standard ->> 'decision_date') AS DATE) AS decision_date, r.standard ->> 'decision_authority' AS decision_authority,
    r.standard ->> 'decision_authority_code' AS decision_authority_code, r.standard ->> 'data_source' AS data_source,
    a.grade, a.name_use, a.candidates, r.source, r.source_key, r.record_id, r.status AS record_status, r.as_of,
    r.valid_from, r.valid_to, r.known_from, r.known_to
FROM legalentity.attachment a
JOIN legalentity.source_record r ON r.record_id = a.record_id
WHERE a.role = 'licensee'

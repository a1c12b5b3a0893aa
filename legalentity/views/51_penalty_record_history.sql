-- 行政处罚全部版本：双公示的每份处罚的每个版本，含被更正和已撤销者
-- view: legalentity.penalty_record_history
-- column holder_name: 行政相对人名称（记录所写）
-- column holder_code: 行政相对人代码（记录所写）
-- column holder_kind: 行政相对人类别
-- column document_no: 决定文书号
-- column violation: 违法行为类型
-- column violation_facts: 违法事实 [personal]
-- column penalty_basis: 处罚依据
-- column penalty_kind: 处罚类别
-- column penalty_content: 处罚内容 [personal]
-- column fine: 罚款金额（万元）
-- column confiscated: 没收违法所得、没收非法财物的金额（万元）
-- column revoked_license: 暂扣或吊销证照名称及编号
-- column published_until: 公示截止期
-- column decision_date: 决定日期
-- column decision_authority: 决定机关
-- column decision_authority_code: 决定机关统一社会信用代码
-- column data_source: 数据来源单位
-- column record_status: 记录状态：current 现行、retired 已撤销公示、superseded 已被更正
SELECT a.organization_id, a.stated_name AS holder_name, a.stated_code AS holder_code,
    r.standard ->> 'holder_kind' AS holder_kind, r.standard ->> 'document_no' AS document_no,
    r.standard ->> 'violation' AS violation, r.standard ->> 'violation_facts' AS violation_facts,
    r.standard ->> 'penalty_basis' AS penalty_basis, r.standard ->> 'penalty_kind' AS penalty_kind,
    r.standard ->> 'penalty_content' AS penalty_content, CAST((r.standard ->> 'fine') AS FLOAT8) AS fine,
    CAST((r.standard ->> 'confiscated') AS FLOAT8) AS confiscated, r.standard ->> 'revoked_license' AS revoked_license,
    CAST((r.standard ->> 'published_until') AS DATE) AS published_until,
    CAST((r.standard ->> 'decision_date') AS DATE) AS decision_date, r.standard ->> 'decision_authority' AS decision_authority,
    r.standard ->> 'decision_authority_code' AS decision_authority_code, r.standard ->> 'data_source' AS data_source,
    a.grade, a.name_use, a.candidates, r.source, r.source_key, r.record_id, r.status AS record_status, r.as_of,
    r.valid_from, r.valid_to, r.known_from, r.known_to
FROM legalentity.attachment a
JOIN legalentity.source_record r ON r.record_id = a.record_id
WHERE a.role = 'penalized'

-- 机构状态事件：设立、核准、税务登记、吊销、注销、迁出、停业、恢复、不再列出；日期出自部门所述，basis 说明依据
-- view: legalentity.status_event
-- column event: 事件：established 设立、tax_registered 税务登记、revoked 吊销、cancelled 注销、moved_out 迁出、suspended 停业、abnormal 非正常、active 恢复、unlisted 未注销而登记部门不再列出
-- column event_date: 事件日期
-- column basis: 依据：stated 部门给出日期、valid_from 记录生效日期、absent 登记部门首次未列出的数据日期
WITH said AS NOT MATERIALIZED (
    SELECT m.organization_id, r.source, r.source_key, r.record_id, r.status, r.valid_from, r.valid_to, r.as_of,
        m.established_date,
        m.revoked_date, m.cancelled_date, m.tax_registered_date, m.registration_status,
        lag(m.registration_status) OVER (PARTITION BY m.organization_id, r.source, r.source_key, m.role ORDER BY r.as_of, r.record_id)
            AS status_before
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
),
stated AS (
    SELECT organization_id, 'established' AS event, established_date AS event_date, 'stated' AS basis, source,
        record_id
    FROM said WHERE established_date IS NOT NULL
    UNION ALL
    SELECT organization_id, 'tax_registered', tax_registered_date, 'stated', source, record_id
    FROM said WHERE tax_registered_date IS NOT NULL
    UNION ALL
    SELECT organization_id, 'revoked', revoked_date, 'stated', source, record_id FROM said WHERE revoked_date IS NOT NULL
    UNION ALL
    SELECT organization_id, 'cancelled', cancelled_date, 'stated', source, record_id
    FROM said WHERE cancelled_date IS NOT NULL
    UNION ALL
    SELECT organization_id, registration_status, valid_from, 'valid_from', source, record_id
    FROM said
    WHERE registration_status IS NOT NULL AND registration_status <> coalesce(status_before, 'active')
        AND NOT (registration_status = 'cancelled' AND cancelled_date IS NOT NULL)
        AND NOT (registration_status = 'revoked' AND revoked_date IS NOT NULL)
    UNION ALL
    SELECT organization_id, 'unlisted', max(valid_to), 'absent', source, max(record_id)
    FROM said WHERE registration_status IS NOT NULL
    GROUP BY organization_id, source
    HAVING max(CASE WHEN status = 'retired' THEN 1 ELSE 0 END) = 1
        AND max(CASE WHEN status = 'current' OR registration_status = 'cancelled' OR cancelled_date IS NOT NULL
            THEN 1 ELSE 0 END) = 0
)
SELECT organization_id, event, event_date, basis, source, min(record_id) AS record_id
FROM stated
GROUP BY organization_id, event, event_date, basis, source

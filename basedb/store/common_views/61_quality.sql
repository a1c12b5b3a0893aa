-- 数据质量：每个来源的四项指标，基于现行记录与未处理的隔离行
-- view: {domain}.quality
-- column data_rows: 数据行数：现行记录加未处理的隔离行
-- column accepted_rows: 已接收行数
-- column clean_rows: 没有警告和错误的行数
-- column mandatory_cells: 必填单元格数
-- column filled_cells: 已填的必填单元格数
-- column deliveries: 送达期数
-- column on_time: 按时送达期数
-- column lag_days: 平均滞后天数（收到时间距数据日期零时）
-- column completeness: 完整性：必填单元格已填比例
-- column accuracy: 准确性：没有警告和错误的行占数据行比例
-- column timeliness: 时效性：按时送达期数比例
-- column usability: 可用性：已接收行占数据行比例
WITH latest AS (
    SELECT source, contract_version, row_number() OVER (PARTITION BY source ORDER BY file_id DESC) AS place
    FROM basedb.delivery WHERE domain = '{domain}' AND status IN ('loaded', 'current')
),
promised AS (
    SELECT c.source, c.title, c.department, c.mandatory_columns
    FROM latest l JOIN basedb.contract c ON c.source = l.source AND c.version = l.contract_version
    WHERE l.place = 1 AND c.domain = '{domain}'
),
line AS (
    SELECT source, file_id, row_no, 1 AS accepted FROM {domain}.source_record WHERE status = 'current'
    UNION ALL
    SELECT source, file_id, row_no, 0 FROM basedb.quarantine
    WHERE domain = '{domain}' AND state IN ('open', 'resent')
),
fault AS (
    SELECT file_id, row_no, max(CASE WHEN severity IN ('warning', 'error') THEN 1 ELSE 0 END) AS faulty,
        count(DISTINCT CASE WHEN code IN ('value.required', 'check.not_blank') THEN column_name END) AS blank
    FROM basedb.finding WHERE row_no IS NOT NULL
    GROUP BY file_id, row_no
),
judged AS (
    SELECT l.source, count(*) AS data_rows, sum(l.accepted) AS accepted_rows,
        sum(CASE WHEN l.accepted = 1 AND coalesce(f.faulty, 0) = 0 THEN 1 ELSE 0 END) AS clean_rows,
        sum(coalesce(f.blank, 0)) AS blank_cells
    FROM line l LEFT JOIN fault f ON f.file_id = l.file_id AND f.row_no = l.row_no
    GROUP BY l.source
),
period AS (
    SELECT source, as_of, min(received_at) AS received_at, min(due_at) AS due_at
    FROM basedb.delivery WHERE domain = '{domain}' AND status IN ('loaded', 'current')
    GROUP BY source, as_of
),
punctual AS (
    SELECT source, count(*) AS deliveries, sum(CASE WHEN received_at > due_at THEN 0 ELSE 1 END) AS on_time,
        -- Days begin at midnight, China time, eight hours before the same midnight UTC.
        avg((extract(EPOCH FROM received_at) - extract(EPOCH FROM CAST(as_of AS TIMESTAMP)) + 28800) / 86400)
            AS lag_days
    FROM period GROUP BY source
),
counted AS (
    SELECT p.department, p.source, p.title, coalesce(j.data_rows, 0) AS data_rows,
        CAST(coalesce(j.accepted_rows, 0) AS BIGINT) AS accepted_rows,
        CAST(coalesce(j.clean_rows, 0) AS BIGINT) AS clean_rows,
        CAST(coalesce(j.data_rows, 0) * p.mandatory_columns AS BIGINT) AS mandatory_cells,
        CAST(coalesce(j.data_rows, 0) * p.mandatory_columns - coalesce(j.blank_cells, 0) AS BIGINT) AS filled_cells,
        t.deliveries, CAST(t.on_time AS BIGINT) AS on_time, CAST(t.lag_days AS FLOAT8) AS lag_days
    FROM promised p
    LEFT JOIN judged j ON j.source = p.source
    LEFT JOIN punctual t ON t.source = p.source
)
SELECT *, CAST(filled_cells AS FLOAT8) / nullif(mandatory_cells, 0) AS completeness,
    CAST(clean_rows AS FLOAT8) / nullif(data_rows, 0) AS accuracy,
    CAST(on_time AS FLOAT8) / nullif(deliveries, 0) AS timeliness,
    CAST(accepted_rows AS FLOAT8) / nullif(data_rows, 0) AS usability
FROM counted

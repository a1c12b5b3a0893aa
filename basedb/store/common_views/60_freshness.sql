-- 数据新鲜度：每个来源最近一次送达，以及待人工处理的文件
-- view: {domain}.freshness
-- column last_as_of: 最新数据日期
-- column last_received_at: 最近收到时间
-- column last_file_name: 最近入库的文件
-- column days_behind: 距今天数
-- column overdue: 最近一次是否晚于合同约定
-- column records: 现行记录数
-- column waiting_files: 待人工放行的文件数
WITH latest AS (
    -- A source of which every file so far was held has a line too, without dates.
    SELECT d.*, row_number() OVER (PARTITION BY d.source
        ORDER BY CASE WHEN d.status = 'held' THEN 1 ELSE 0 END, d.as_of DESC, d.file_id DESC) AS place
    FROM basedb.delivery d WHERE d.domain = '{domain}' AND d.status IN ('loaded', 'current', 'held')
),
standing AS (
    SELECT source, count(*) AS records FROM {domain}.source_record WHERE status = 'current' GROUP BY source
),
waiting AS (
    -- Until somebody releases it, or a file that is not older comes in after it; `basedb status` counts alike.
    SELECT h.source, count(*) AS files FROM basedb.delivery h
    WHERE h.domain = '{domain}' AND h.status = 'held' AND NOT EXISTS (
        SELECT 1 FROM basedb.delivery d WHERE d.source = h.source AND d.domain = h.domain AND d.as_of >= h.as_of
            AND d.file_id > h.file_id AND d.status IN ('loaded', 'current') AND d.mode <> 'waiver')
        AND NOT EXISTS (
        SELECT 1 FROM basedb.decision r WHERE r.kind = 'release' AND r.source = h.source AND r.subject = h.sha256)
    GROUP BY h.source
)
SELECT l.source, c.title, c.department, CASE WHEN l.status <> 'held' THEN l.as_of END AS last_as_of,
    CASE WHEN l.status <> 'held' THEN l.received_at END AS last_received_at,
    CASE WHEN l.status <> 'held' THEN l.file_name END AS last_file_name,
    CASE WHEN l.status <> 'held' THEN CAST(current_date - l.as_of AS INTEGER) END AS days_behind,
    CASE WHEN l.status <> 'held' THEN l.received_at > l.due_at END AS overdue,
    coalesce(s.records, 0) AS records, coalesce(w.files, 0) AS waiting_files
FROM latest l
JOIN basedb.contract c ON c.source = l.source AND c.version = l.contract_version
LEFT JOIN standing s ON s.source = l.source
LEFT JOIN waiting w ON w.source = l.source
WHERE l.place = 1 AND c.domain = '{domain}'

-- 对应率与滞后：每个来源的现行记录所提到的机构中能对上登记部门在册机构的比例，以及登记之后多久出现在该来源
-- view: legalentity.match_rate
-- column records: 现行记录数
-- column matched: 对上登记部门记录的件数
-- column match_rate: 对应率
-- column credited: 有有效统一社会信用代码或可由其代码得到者
-- column mean_lag_days: 登记部门的记录为我方所知之后，平均多少天出现在该来源（较早出现的计 0），两位小数
WITH said AS (
    SELECT m.organization_id, r.source, c.department, c.title, r.known_from, m.registration_status, m.org_code_valid
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    JOIN basedb.contract c ON c.source = r.source AND c.version = r.contract_version
    WHERE r.status = 'current'
),
first_seen AS (
    SELECT m.organization_id, r.source, min(r.known_from) AS known_from,
        max(CASE WHEN m.registration_status IS NOT NULL THEN 1 ELSE 0 END) AS is_register
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    GROUP BY m.organization_id, r.source
),
listed AS (
    SELECT organization_id, min(known_from) AS known_from FROM first_seen WHERE is_register = 1
    GROUP BY organization_id
),
delay AS (
    SELECT f.source, avg(greatest(extract(EPOCH FROM f.known_from) - extract(EPOCH FROM l.known_from), 0) / 86400)
        AS mean_lag_days
    FROM first_seen f JOIN listed l ON l.organization_id = f.organization_id
    GROUP BY f.source
),
counted AS (
    SELECT s.department, s.source, s.title, count(*) AS records,
        CAST(sum(CASE WHEN l.organization_id IS NOT NULL THEN 1 ELSE 0 END) AS BIGINT) AS matched,
        CAST(sum(CASE WHEN s.org_code_valid THEN 1 ELSE 0 END) AS BIGINT) AS credited
    FROM said s LEFT JOIN listed l ON l.organization_id = s.organization_id
    GROUP BY s.department, s.source, s.title
)
SELECT c.department, c.source, c.title, c.records, c.matched, CAST(c.matched AS FLOAT8) / c.records AS match_rate,
    c.credited, CAST(round(CAST(g.mean_lag_days AS DECIMAL(18, 6)), 2) AS FLOAT8) AS mean_lag_days
FROM counted c LEFT JOIN delay g ON g.source = c.source

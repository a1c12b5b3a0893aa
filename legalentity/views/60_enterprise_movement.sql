-- 企业登记增减：按月、县区；不含个体工商户和分支机构
-- view: legalentity.enterprise_movement
-- column division: 县区代码（12位）
-- column month: 月份（当月1日）
-- column entered: 设立户数
-- column departed: 注销、迁出或不再列出户数
WITH ever AS (
    SELECT organization_id FROM legalentity.organization WHERE registered
    UNION
    SELECT organization_id FROM legalentity.organization_version WHERE registered
),
stay AS (
    SELECT substr(o.division_code, 1, 6) || '000000' AS division,
        coalesce(o.established_date, o.approved_date, o.valid_from) AS came,
        CASE WHEN o.registered AND o.status NOT IN ('cancelled', 'moved_out', 'unlisted') THEN NULL
            ELSE coalesce(o.closed_on, o.valid_from) END AS went
    FROM legalentity.organization o JOIN ever e ON e.organization_id = o.organization_id
    WHERE o.kind = 'enterprise' AND o.division_code IS NOT NULL
),
moved AS (
    SELECT division, CAST(date_trunc('month', came) AS DATE) AS month, 1 AS entered, 0 AS departed FROM stay
    UNION ALL
    SELECT division, CAST(date_trunc('month', went) AS DATE), 0, 1 FROM stay WHERE went IS NOT NULL
)
SELECT division, month, CAST(sum(entered) AS BIGINT) AS entered, CAST(sum(departed) AS BIGINT) AS departed
FROM moved GROUP BY division, month

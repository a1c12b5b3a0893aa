-- 常住人口登记增减：按月、县区；登记前离开的人不在其中
-- view: population.register_movement
-- column division: 县区代码（12位）
-- column month: 月份（当月1日）
-- column entered: 迁入或出生人数
-- column departed: 死亡、注销或不再列出人数
WITH ever AS (
    SELECT person_id FROM population.person WHERE registered
    UNION
    SELECT person_id FROM population.person_version WHERE registered
),
stay AS (
    SELECT substr(p.division_code, 1, 6) || '000000' AS division,
        coalesce(p.move_in_date, p.birth_date, p.valid_from) AS came,
        CASE WHEN p.registered AND p.status = 'active' THEN NULL ELSE coalesce(p.closed_on, p.valid_from) END AS went
    FROM population.person p JOIN ever e ON e.person_id = p.person_id
    WHERE p.division_code IS NOT NULL
),
moved AS (
    SELECT division, CAST(date_trunc('month', came) AS DATE) AS month, 1 AS entered, 0 AS departed FROM stay
    UNION ALL
    SELECT division, CAST(date_trunc('month', went) AS DATE), 0, 1 FROM stay WHERE went IS NOT NULL
)
SELECT division, month, CAST(sum(entered) AS BIGINT) AS entered, CAST(sum(departed) AS BIGINT) AS departed
FROM moved GROUP BY division, month

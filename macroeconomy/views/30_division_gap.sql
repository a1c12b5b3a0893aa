-- 分县区差额：全市数减各县区与市本级合计
-- view: macroeconomy.division_gap
-- column city: 全市数（换算单位）
-- column counties: 各县区合计
-- column own_level: 市本级
-- column members: 有数的县区个数
-- column gap: 全市数减县区合计再减市本级
-- column gap_share: 差额占全市数的比重
WITH figure AS (
    SELECT o.indicator, o.frequency, o.period, o.period_end, o.basis, o.price, o.normal_unit, o.normal_value,
        o.division, substr(o.division, 1, 4) AS city_code, substr(o.division, 5, 2) AS part
    FROM macroeconomy.observation_current o
    JOIN macroeconomy.indicator i ON i.indicator = o.indicator AND i.aggregation = 'sum'
    WHERE o.basis IN ('cur', 'ytd', 'stock')
),
summed AS (
    SELECT city_code, indicator, frequency, period, period_end, basis, price, normal_unit,
        max(CASE WHEN part = '00' THEN normal_value END) AS city,
        sum(CASE WHEN part NOT IN ('00', '01') THEN normal_value END) AS counties,
        max(CASE WHEN part = '01' THEN normal_value END) AS own_level,
        sum(CASE WHEN part NOT IN ('00', '01') THEN 1 ELSE 0 END) AS members
    FROM figure
    GROUP BY city_code, indicator, frequency, period, period_end, basis, price, normal_unit
)
SELECT city_code || '00000000' AS division, indicator, frequency, period, period_end, basis, price, normal_unit, city,
    counties, own_level, members, city - counties - coalesce(own_level, 0) AS gap,
    (city - counties - coalesce(own_level, 0)) / nullif(city, 0) AS gap_share
FROM summed WHERE city IS NOT NULL AND counties IS NOT NULL

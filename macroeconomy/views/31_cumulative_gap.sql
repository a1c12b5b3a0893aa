-- 累计差额：累计数减上期累计数再减当期数（部门常在累计中修订上月）
-- view: macroeconomy.cumulative_gap
-- column total: 累计数（换算单位）
-- column previous_total: 上期累计数
-- column own: 当期数
-- column gap: 累计数减上期累计数再减当期数
WITH figure AS (
    SELECT indicator, division, frequency, period, period_end, basis, price, normal_unit, normal_value,
        CAST(substr(period, 1, 4) AS INTEGER) AS year,
        CASE frequency WHEN 'M' THEN CAST(substr(period, 6, 2) AS INTEGER)
            WHEN 'Q' THEN CAST(substr(period, 7, 1) AS INTEGER) END AS place
    FROM macroeconomy.observation_current WHERE frequency IN ('M', 'Q') AND basis IN ('cur', 'ytd')
)
SELECT t.indicator, t.division, t.frequency, t.period, t.period_end, t.price, t.normal_unit, t.normal_value AS total,
    b.normal_value AS previous_total, c.normal_value AS own,
    t.normal_value - coalesce(b.normal_value, 0) - c.normal_value AS gap
FROM figure t
JOIN figure c ON c.indicator = t.indicator AND c.division = t.division AND c.frequency = t.frequency
    AND c.period = t.period AND c.basis = 'cur' AND c.price = t.price
LEFT JOIN figure b ON b.indicator = t.indicator AND b.division = t.division AND b.frequency = t.frequency
    AND b.year = t.year AND b.place = t.place - 1 AND b.basis = 'ytd' AND b.price = t.price
WHERE t.basis = 'ytd' AND (b.normal_value IS NOT NULL OR t.place = 1)

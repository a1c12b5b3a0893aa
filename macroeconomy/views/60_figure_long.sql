-- 现行数（长表）：每个数一行，附指标、地区名称和疑点
-- view: macroeconomy.figure_long
-- column indicator_name: 指标名称
-- column division_name: 地区名称
-- column measure: 口径（中文）
-- column issue: 疑点代码，无则为空
WITH label AS (SELECT code, label FROM basedb.code_list WHERE list = 'division' AND valid_to = DATE '9999-12-31'),
issue AS (SELECT observation_id, min(code) AS code FROM macroeconomy.observation_issue GROUP BY observation_id)
SELECT o.indicator, i.name AS indicator_name, o.division,
    CASE WHEN substr(o.division, 5, 2) = '01' THEN '市本级' ELSE coalesce(l.label, o.division) END AS division_name,
    o.frequency, o.period, o.period_end, o.basis,
    CASE o.basis WHEN 'cur' THEN '当期' WHEN 'ytd' THEN '累计' WHEN 'ytd_yoy' THEN '累计同比' WHEN 'cur_yoy' THEN '当期同比'
        WHEN 'stock' THEN '期末' WHEN 'stock_yoy' THEN '期末同比' ELSE '指数' END AS measure,
    o.price, o.value, o.unit, o.normal_value, o.normal_unit, o.status, o.released_at, o.source, u.code AS issue
FROM macroeconomy.observation_current o
JOIN macroeconomy.indicator i ON i.indicator = o.indicator
LEFT JOIN label l ON l.code = substr(o.division, 1, 6)
LEFT JOIN issue u ON u.observation_id = o.observation_id

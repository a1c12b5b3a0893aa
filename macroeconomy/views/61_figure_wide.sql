-- 现行数（宽表）：每个指标、地区、时期一行，各口径为列；数值按换算单位
-- view: macroeconomy.figure_wide
-- column unit: 数值的换算单位
-- column cur: 当期数
-- column cur_yoy: 当期同比（%）
-- column ytd: 累计数
-- column ytd_yoy: 累计同比（%）
-- column stock: 期末数
-- column stock_yoy: 期末同比（%）
-- column index_month: 指数（上年同月=100）
-- column index_so_far: 指数（上年同期=100）
-- column issues: 存疑的数有几个
SELECT indicator, indicator_name, division, division_name, frequency, period, period_end,
    max(CASE WHEN basis IN ('cur', 'ytd', 'stock') THEN normal_unit END) AS unit,
    max(CASE WHEN basis = 'cur' THEN normal_value END) AS cur,
    max(CASE WHEN basis = 'cur_yoy' THEN normal_value END) AS cur_yoy,
    max(CASE WHEN basis = 'ytd' THEN normal_value END) AS ytd,
    max(CASE WHEN basis = 'ytd_yoy' THEN normal_value END) AS ytd_yoy,
    max(CASE WHEN basis = 'stock' THEN normal_value END) AS stock,
    max(CASE WHEN basis = 'stock_yoy' THEN normal_value END) AS stock_yoy,
    max(CASE WHEN basis = 'index' AND unit = '上年同月=100' THEN normal_value END) AS index_month,
    max(CASE WHEN basis = 'index' AND unit = '上年同期=100' THEN normal_value END) AS index_so_far,
    count(issue) AS issues
FROM macroeconomy.figure_long
WHERE price <> 'constant' OR basis IN ('cur_yoy', 'ytd_yoy', 'stock_yoy')
GROUP BY indicator, indicator_name, division, division_name, frequency, period, period_end

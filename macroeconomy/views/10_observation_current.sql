-- 现行观测值：每个序列每个时期现在应当引用的数
-- view: macroeconomy.observation_current
SELECT observation_id, series_id, indicator, division, frequency, period, period_end, basis, price, value, unit,
    normal_value, normal_unit, decimals, status, released_at, released_inferred, source, cell, file_id, row_no, run_id
FROM macroeconomy.observation
WHERE current_to = DATE '9999-12-31'

-- 某日应当引用的数：该日已发布的最好版本
-- function: macroeconomy.observation_as_of(on_date date) returns macroeconomy.observation_current
SELECT observation_id, series_id, indicator, division, frequency, period, period_end, basis, price, value, unit,
    normal_value, normal_unit, decimals, status, released_at, released_inferred, source, cell, file_id, row_no, run_id
FROM macroeconomy.observation
WHERE current_from <= on_date AND current_to > on_date

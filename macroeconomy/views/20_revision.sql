-- 修订序列：每个数按发布先后的各版，以及与首次和上一次发布的差
-- view: macroeconomy.revision
-- column vintage: 第几次发布的数（从1起，只计数值有变的）
-- column first_value: 首次发布数（换算单位）
-- column previous_value: 上一版（换算单位）
-- column revision: 与上一版之差
-- column total_revision: 与首次发布之差
SELECT series_id, indicator, division, frequency, period, period_end, basis, price, vintage, status, released_at,
    normal_value, normal_unit, first_value, previous_value, normal_value - previous_value AS revision,
    normal_value - first_value AS total_revision, source, observation_id
FROM macroeconomy.observation
WHERE vintage IS NOT NULL

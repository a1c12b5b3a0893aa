-- 预测与实际：每个预测与此后首次发布数、现行数之差，区间是否包含首次发布数
-- view: macroeconomy.forecast_accuracy
-- column vintage: 所据数据截至日：只用该日已发布的数
-- column predicted: 预测值（换算单位）
-- column first_value: 此后首次发布数
-- column first_released_at: 首次发布日期
-- column latest_value: 现行数
-- column error_first: 首次发布数减预测值
-- column error_latest: 现行数减预测值
-- column percentage_error: 首次发布数误差的绝对百分比（%）
-- column within80: 首次发布数是否在80%区间内
-- column within95: 首次发布数是否在95%区间内
WITH bound AS (
    SELECT forecast_id, max(CASE WHEN probability = 0.025 THEN value END) AS low95,
        max(CASE WHEN probability = 0.1 THEN value END) AS low80,
        max(CASE WHEN probability = 0.9 THEN value END) AS high80,
        max(CASE WHEN probability = 0.975 THEN value END) AS high95
    FROM macroeconomy.forecast_quantile GROUP BY forecast_id
)
SELECT f.forecast_id, f.series_id, f.indicator, f.division, f.frequency, f.basis, f.price, f.period, f.period_end,
    f.vintage, f.horizon, f.model, f.model_version, f.scenario, f.value AS predicted, f.unit,
    t.normal_value AS first_value, t.released_at AS first_released_at, c.normal_value AS latest_value,
    t.normal_value - f.value AS error_first, c.normal_value - f.value AS error_latest,
    100 * abs((t.normal_value - f.value) / nullif(t.normal_value, 0)) AS percentage_error,
    t.normal_value BETWEEN b.low80 AND b.high80 AS within80, t.normal_value BETWEEN b.low95 AND b.high95 AS within95
FROM macroeconomy.forecast f
JOIN macroeconomy.observation t ON t.series_id = f.series_id AND t.period = f.period AND t.vintage = 1
    AND t.released_at > f.vintage
JOIN bound b ON b.forecast_id = f.forecast_id
LEFT JOIN macroeconomy.observation_current c ON c.series_id = f.series_id AND c.period = f.period

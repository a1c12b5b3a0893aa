-- 预测成绩：各指标、模型与期距的误差与区间命中率（按首次发布数）
-- view: macroeconomy.forecast_record
-- column forecasts: 已有实际数的预测个数
-- column mean_error: 平均误差（正为预测偏低）
-- column mean_absolute_error: 平均绝对误差
-- column mean_percentage_error: 平均绝对百分比误差（%）
-- column held80: 80%区间命中率（%）
-- column held95: 95%区间命中率（%）
SELECT indicator, division, frequency, basis, price, model, model_version, scenario, horizon, count(*) AS forecasts,
    avg(error_first) AS mean_error, avg(abs(error_first)) AS mean_absolute_error,
    avg(percentage_error) AS mean_percentage_error,
    avg(CAST(CASE WHEN within80 THEN 100 ELSE 0 END AS FLOAT8)) AS held80,
    avg(CAST(CASE WHEN within95 THEN 100 ELSE 0 END AS FLOAT8)) AS held95
FROM macroeconomy.forecast_accuracy
GROUP BY indicator, division, frequency, basis, price, model, model_version, scenario, horizon

-- 修订统计：每个序列由首次发布到现行数的修订次数、偏差与幅度
-- view: macroeconomy.revision_statistics
-- column periods: 有观测值的时期数
-- column revised_periods: 修订过的时期数
-- column mean_revision: 平均修订（正为上调，即首次发布偏低）
-- column mean_absolute_revision: 平均绝对修订
-- column mean_relative_revision: 平均相对修订
-- column smallest: 最大下调
-- column largest: 最大上调
WITH last AS (
    SELECT *, row_number() OVER (PARTITION BY series_id, period ORDER BY vintage DESC) AS place
    FROM macroeconomy.revision
)
SELECT series_id, indicator, division, frequency, basis, price, normal_unit, count(*) AS periods,
    sum(CASE WHEN vintage > 1 THEN 1 ELSE 0 END) AS revised_periods, avg(total_revision) AS mean_revision,
    avg(abs(total_revision)) AS mean_absolute_revision,
    avg(total_revision / nullif(first_value, 0)) AS mean_relative_revision,
    min(total_revision) AS smallest, max(total_revision) AS largest
FROM last WHERE place = 1
GROUP BY series_id, indicator, division, frequency, basis, price, normal_unit

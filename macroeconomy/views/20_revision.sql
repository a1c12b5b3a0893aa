-- 修订序列：每个数按发布先后的各版，以及与首次和上一次发布的差
-- view: macroeconomy.revision
-- column vintage: 第几次发布的数（从1起，只计数值有变的）
-- column first_value: 首次发布数（换算单位）
-- column previous_value: 上一版（换算单位）
-- column revision: 与上一版之差
-- column total_revision: 与首次发布之差
WITH ranked AS (
    SELECT o.*, lag(normal_value) OVER (
        PARTITION BY series_id, period ORDER BY status_rank, released_at, priority, observation_id) AS before_value
    FROM macroeconomy.observation o WHERE action <> 'delete'
),
-- Departments print one figure in several units: half of the coarser place is no revision.
changed AS (
    SELECT * FROM ranked
    WHERE before_value IS NULL OR abs(normal_value - before_value) > 0.0005 * abs(before_value) + 0.0000001
),
counted AS (
    SELECT *, row_number() OVER w AS vintage, first_value(normal_value) OVER w AS first_value,
        lag(normal_value) OVER w AS previous_value
    FROM changed
    WINDOW w AS (PARTITION BY series_id, period ORDER BY status_rank, released_at, priority, observation_id)
)
SELECT series_id, indicator, division, frequency, period, period_end, basis, price, vintage, status, released_at,
    normal_value, normal_unit, first_value, previous_value, normal_value - previous_value AS revision,
    normal_value - first_value AS total_revision, source, observation_id
FROM counted

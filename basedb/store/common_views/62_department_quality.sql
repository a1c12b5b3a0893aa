-- 部门数据质量：每个部门各来源合计的四项指标
-- view: {domain}.department_quality
-- column sources: 来源数
WITH summed AS (
    SELECT department, count(*) AS sources, CAST(sum(data_rows) AS BIGINT) AS data_rows,
        CAST(sum(accepted_rows) AS BIGINT) AS accepted_rows, CAST(sum(clean_rows) AS BIGINT) AS clean_rows,
        CAST(sum(mandatory_cells) AS BIGINT) AS mandatory_cells,
        CAST(sum(filled_cells) AS BIGINT) AS filled_cells, CAST(sum(deliveries) AS BIGINT) AS deliveries,
        CAST(sum(on_time) AS BIGINT) AS on_time
    FROM {domain}.quality GROUP BY department
)
SELECT *, CAST(filled_cells AS FLOAT8) / nullif(mandatory_cells, 0) AS completeness,
    CAST(clean_rows AS FLOAT8) / nullif(data_rows, 0) AS accuracy,
    CAST(on_time AS FLOAT8) / nullif(deliveries, 0) AS timeliness,
    CAST(accepted_rows AS FLOAT8) / nullif(data_rows, 0) AS usability
FROM summed

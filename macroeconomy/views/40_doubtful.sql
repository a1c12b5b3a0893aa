-- 存疑观测值：所印的数、推算应为的数与依据
-- view: macroeconomy.doubtful
-- column file_name: 文件（相对收件目录）
-- column is_current: 是否现行数
SELECT i.code, o.indicator, o.division, o.frequency, o.period, o.basis, o.value, i.expected, o.unit, i.evidence,
    o.status, o.source, d.file_name, o.cell, o.row_no, o.current_to = DATE '9999-12-31' AS is_current,
    o.observation_id
FROM macroeconomy.observation_issue i
JOIN macroeconomy.observation o ON o.observation_id = i.observation_id
JOIN basedb.delivery d ON d.file_id = o.file_id

-- 部门间核对统计：每个部门、每个事项、每月（自该月起）尚未处理的件数与天数
-- view: legalentity.reconciliation_count
-- column month: 月份（当月1日）
-- column items: 件数
-- column mean_age_days: 平均已有天数
-- column max_age_days: 最长已有天数
SELECT owner, source, issue, CAST(date_trunc('month', since) AS DATE) AS month, count(*) AS items,
    CAST(avg(age_days) AS FLOAT8) AS mean_age_days, max(age_days) AS max_age_days
FROM legalentity.reconciliation
GROUP BY owner, source, issue, date_trunc('month', since)

-- 机构设立与注销：按月、县区、行业门类
-- view: legalentity.birth_death_count
-- column month: 月份（当月1日）
-- column county: 县区代码
-- column county_label: 县区
-- column industry_section_label: 行业门类
-- column births: 设立户数
-- column deaths: 注销户数
WITH moved AS (
    SELECT CAST(date_trunc('month', established_date) AS DATE) AS month, substr(division_code, 1, 6) AS county,
        industry_section, 1 AS births, 0 AS deaths
    FROM legalentity.organization WHERE established_date IS NOT NULL AND registered
    UNION ALL
    SELECT CAST(date_trunc('month', closed_on) AS DATE), substr(division_code, 1, 6), industry_section, 0, 1
    FROM legalentity.organization WHERE closed_on IS NOT NULL AND registered
),
label AS (SELECT list, code, label FROM basedb.code_list WHERE valid_to = DATE '9999-12-31')
SELECT m.month, m.county, c.label AS county_label, m.industry_section, s.label AS industry_section_label,
    CAST(sum(m.births) AS BIGINT) AS births, CAST(sum(m.deaths) AS BIGINT) AS deaths
FROM moved m
LEFT JOIN label c ON c.list = 'division' AND c.code = m.county
LEFT JOIN label s ON s.list = 'industry' AND s.code = m.industry_section
GROUP BY m.month, m.county, c.label, m.industry_section, s.label

-- 机构设立、注销与不再列出：按月、县区、行业门类；登记部门曾列出的机构
-- view: legalentity.birth_death_count
-- column month: 月份（当月1日）
-- column county: 县区代码
-- column county_label: 县区
-- column industry_section_label: 行业门类
-- column births: 设立户数
-- column deaths: 注销户数
-- column unlisted: 未注销而登记部门不再列出户数
WITH once AS (
    SELECT organization_id, max(valid_to) AS left_on FROM legalentity.organization_version
    WHERE registered AND known_to = TIMESTAMPTZ '9999-12-31 00:00:00+00' GROUP BY organization_id
),
listed AS (
    SELECT o.organization_id, o.established_date, o.closed_on, substr(o.division_code, 1, 6) AS county,
        o.industry_section, CASE WHEN NOT o.registered AND o.closed_on IS NULL THEN e.left_on END AS left_on
    FROM legalentity.organization o LEFT JOIN once e ON e.organization_id = o.organization_id
    WHERE o.registered OR e.organization_id IS NOT NULL
),
moved AS (
    SELECT CAST(date_trunc('month', established_date) AS DATE) AS month, county, industry_section, 1 AS births,
        0 AS deaths, 0 AS unlisted
    FROM listed WHERE established_date IS NOT NULL
    UNION ALL
    SELECT CAST(date_trunc('month', closed_on) AS DATE), county, industry_section, 0, 1, 0
    FROM listed WHERE closed_on IS NOT NULL
    UNION ALL
    SELECT CAST(date_trunc('month', left_on) AS DATE), county, industry_section, 0, 0, 1
    FROM listed WHERE left_on IS NOT NULL
),
label AS (SELECT list, code, label FROM basedb.code_list WHERE valid_to = DATE '9999-12-31')
SELECT m.month, m.county, c.label AS county_label, m.industry_section, s.label AS industry_section_label,
    CAST(sum(m.births) AS BIGINT) AS births, CAST(sum(m.deaths) AS BIGINT) AS deaths,
    CAST(sum(m.unlisted) AS BIGINT) AS unlisted
FROM moved m
LEFT JOIN label c ON c.list = 'division' AND c.code = m.county
LEFT JOIN label s ON s.list = 'industry' AND s.code = m.industry_section
GROUP BY m.month, m.county, c.label, m.industry_section, s.label

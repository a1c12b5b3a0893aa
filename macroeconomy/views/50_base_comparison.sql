-- 与登记数比对：公布数与人口库、法人库同期登记数，差额中定义可说明的部分与余下部分
-- view: macroeconomy.base_comparison
-- column published: 公布数（人、户）
-- column registered: 同期末登记数
-- column difference: 公布数减登记数
-- column coverage: 登记数与公布数之比
-- column coverage_before: 上年同期末之比
-- column explained: 按上年之比，定义差别可说明的差额
-- column unexplained: 余下的差额
-- column reconstructed_before: 上年登记数是否倒推
-- column explanation: 定义差别
WITH told AS (
    SELECT c.subject, c.indicator, c.division, o.frequency, o.period, o.period_end, c.period AS month,
        round(o.normal_value * c.factor) AS published, CAST(c.registered AS FLOAT8) AS registered, c.factor, c.reconstructed,
        o.status, o.source, CAST(substr(o.period, 1, 4) AS INTEGER) AS year
    FROM macroeconomy.register_count c
    JOIN macroeconomy.observation_current o ON o.indicator = c.indicator AND o.division = c.division
        AND o.period_end = c.period_end AND o.basis = 'stock'
),
compared AS (
    SELECT t.*, t.registered / nullif(t.published, 0) AS coverage,
        b.registered / nullif(b.published, 0) AS coverage_before, b.reconstructed AS reconstructed_before
    FROM told t
    LEFT JOIN told b ON b.subject = t.subject AND b.division = t.division AND b.frequency = t.frequency
        AND b.year = t.year - 1 AND substr(b.month, 6, 2) = substr(t.month, 6, 2)
)
SELECT subject, indicator, division, frequency, period, period_end, published, registered,
    published - registered AS difference, coverage, coverage_before,
    published * (1 - coverage_before) AS explained,
    published - registered - published * (1 - coverage_before) AS unexplained,
    reconstructed, coalesce(reconstructed_before, true) AS reconstructed_before, factor, status, source,
    CASE subject
        WHEN 'resident' THEN '公布数含居住半年以上的外来人口，不含外出半年以上的户籍人口；登记数为登记簿内的人 / residents of six months or more, against entries of the register'
        ELSE '公布数为企业法人，登记数含非法人企业，不含个体工商户和分支机构 / legal persons, against enterprises on the register'
    END AS explanation
FROM compared

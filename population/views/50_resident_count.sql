-- 常住人口数：按区划、性别、五岁年龄组，年龄算到今天
-- view: population.resident_count
-- column sex: 性别代码 GB/T 2261.1 [impersonal]
-- column age_from: 年龄组下限（周岁）
-- column age_group: 年龄组
-- column residents: 人数
WITH aged AS (
    SELECT division_code, sex,
        CAST(floor((extract(YEAR FROM current_date) * 10000 + extract(MONTH FROM current_date) * 100 + extract(DAY FROM current_date)
            - extract(YEAR FROM birth_date) * 10000 - extract(MONTH FROM birth_date) * 100
            - extract(DAY FROM birth_date)) / 10000) AS INTEGER) AS age
    FROM population.resident
),
grouped AS (
    SELECT division_code, sex, CASE WHEN age >= 100 THEN 100 WHEN age >= 0 THEN age - age % 5 END AS age_from
    FROM aged
),
counted AS (
    SELECT division_code, sex, age_from, count(*) AS residents FROM grouped GROUP BY division_code, sex, age_from
)
SELECT division_code, sex, age_from,
    CASE WHEN age_from IS NULL THEN '不详' WHEN age_from = 100 THEN '100岁及以上'
        ELSE CAST(age_from AS VARCHAR) || '-' || CAST(age_from + 4 AS VARCHAR) || '岁' END AS age_group,
    residents
FROM counted

-- 某日常住人口数：按现在所知，年龄算到 on_date
-- function: population.resident_count_at(on_date date) returns population.resident_count
WITH aged AS (
    SELECT division_code, sex,
        CAST(floor((extract(YEAR FROM on_date) * 10000 + extract(MONTH FROM on_date) * 100 + extract(DAY FROM on_date)
            - extract(YEAR FROM birth_date) * 10000 - extract(MONTH FROM birth_date) * 100
            - extract(DAY FROM birth_date)) / 10000) AS INTEGER) AS age
    FROM population.person_at(on_date) WHERE registered AND status = 'active'
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

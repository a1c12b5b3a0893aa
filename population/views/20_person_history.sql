-- 人员全部版本：现行与历史，含两种时间（有效时间、获知时间）
-- view: population.person_history
SELECT * FROM population.person
UNION ALL
SELECT * FROM population.person_version

-- 现行人员：所有来源提到的人，含未登记者
-- view: population.person_current
SELECT * FROM population.person

-- 常住人口：登记在册且未死亡、未注销
-- view: population.resident
SELECT * FROM population.person WHERE registered AND status = 'active'

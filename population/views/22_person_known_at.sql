-- 某时所知的某日人员：按 known 时刻所知，在 on_date 当日有效的版本
-- function: population.person_known_at(on_date date, known timestamptz) returns population.person_history
SELECT * FROM population.person_history
WHERE known_from <= known AND known < known_to AND valid_from <= on_date AND on_date < valid_to

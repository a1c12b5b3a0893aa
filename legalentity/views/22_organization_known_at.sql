-- 某时所知的某日机构：按 known 时刻所知，在 on_date 当日有效的版本
-- function: legalentity.organization_known_at(on_date date, known timestamptz) returns legalentity.organization_history
SELECT * FROM legalentity.organization_history
WHERE known_from <= known AND known < known_to AND valid_from <= on_date AND on_date < valid_to

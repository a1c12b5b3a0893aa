-- 某日的机构：按现在所知，在 on_date 当日有效的版本
-- function: legalentity.organization_at(on_date date) returns legalentity.organization_history
SELECT * FROM legalentity.organization_history
WHERE known_to = TIMESTAMPTZ '9999-12-31 00:00:00+00' AND valid_from <= on_date AND on_date < valid_to

-- 户成员：谁在何时属于哪一户；迁户、注销、死亡即止
-- view: population.household_member
WITH membership AS (
    SELECT person_id, household_no, relation_to_head, valid_from, valid_to,
        lag(valid_to) OVER versions AS last_to, lag(household_no) OVER versions AS last_no,
        lag(relation_to_head) OVER versions AS last_relation
    FROM population.person_history
    WHERE known_to = TIMESTAMPTZ '9999-12-31 00:00:00+00' AND household_no IS NOT NULL
        AND registered AND status = 'active'
    WINDOW versions AS (PARTITION BY person_id ORDER BY valid_from)
),
stretch AS (
    -- Versions that differ in other values only are one stretch of membership.
    SELECT *, sum(CASE WHEN last_to = valid_from AND last_no = household_no
            AND last_relation IS NOT DISTINCT FROM relation_to_head THEN 0 ELSE 1 END)
        OVER (PARTITION BY person_id ORDER BY valid_from) AS number
    FROM membership
)
SELECT h.household_id, s.person_id, s.household_no, s.relation_to_head, min(s.valid_from) AS valid_from,
    max(s.valid_to) AS valid_to
FROM stretch s
JOIN population.household h ON h.household_no = s.household_no
GROUP BY h.household_id, s.person_id, s.household_no, s.relation_to_head, s.number

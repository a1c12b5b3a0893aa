-- 亲属与监护关系：出自同一条来源记录（结婚、出生、学籍）提到的两个人；related_person 是 person 的 kind
-- view: population.relationship
-- column related_person_id: 关系人编号
-- column kind: 关系：spouse 配偶、parent 父母、guardian 监护人 [personal]
-- column role: 关系人在来源记录中的角色
SELECT a.person_id, b.person_id AS related_person_id, pair.kind, b.role,
    CASE pair.kind
        WHEN 'spouse' THEN coalesce(CAST((r.standard ->> 'event_date') AS DATE), r.valid_from)
        WHEN 'parent' THEN coalesce(a.birth_date, r.valid_from)
        ELSE r.valid_from END AS valid_from,
    r.valid_to, r.source, r.record_id
FROM population.person_mention a
JOIN (VALUES ('husband', 'wife', 'spouse'), ('wife', 'husband', 'spouse'), ('self', 'mother', 'parent'),
        ('self', 'father', 'parent'), ('self', 'guardian', 'guardian'))
    AS pair(role, related_role, kind) ON pair.role = a.role
JOIN population.person_mention b ON b.record_id = a.record_id AND b.role = pair.related_role
JOIN population.source_record r ON r.record_id = a.record_id
WHERE r.status <> 'superseded' AND a.person_id <> b.person_id

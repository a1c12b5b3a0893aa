-- 人生事件：出生、死亡、结婚、迁入、注销；结婚为夫妻各一行
-- view: population.life_event
-- column event: 事件：birth 出生、death 死亡、marriage 结婚、move_in 迁入、cancellation 注销 [personal]
-- column event_date: 事件日期 [personal]
-- column related_person_id: 相关人编号：配偶；新生儿之母（无母亲信息时为父）
-- column certificate_no: 证书编号 [personal]
-- column place: 地点 [personal]
-- column authority: 登记机关
WITH mentioned AS (
    SELECT m.record_id, m.person_id, m.role, m.birth_date, m.death_date, m.move_in_date, m.cancelled_date,
        r.source, r.source_key, r.valid_from, r.standard ->> 'certificate_no' AS certificate_no,
        r.standard ->> 'place' AS place, r.standard ->> 'authority' AS authority,
        CAST((r.standard ->> 'event_date') AS DATE) AS event_date
    FROM population.person_mention m
    JOIN population.source_record r ON r.record_id = m.record_id
    WHERE r.status <> 'superseded'
)
SELECT 'birth' AS event, c.event_date, c.person_id,
    coalesce(mother.person_id, father.person_id) AS related_person_id,
    c.certificate_no, c.place, c.authority, c.source, c.source_key, c.record_id
FROM mentioned c
LEFT JOIN population.person_mention mother ON mother.record_id = c.record_id AND mother.role = 'mother'
LEFT JOIN population.person_mention father ON father.record_id = c.record_id AND father.role = 'father'
WHERE c.role = 'self' AND c.event_date = c.birth_date
UNION ALL
SELECT 'death', death_date, person_id, NULL, certificate_no, place, authority, source, source_key, record_id
FROM mentioned WHERE role = 'self' AND death_date IS NOT NULL
UNION ALL
SELECT 'marriage', coalesce(c.event_date, c.valid_from), c.person_id, spouse.person_id,
    c.certificate_no, c.place, c.authority, c.source, c.source_key, c.record_id
FROM mentioned c
LEFT JOIN population.person_mention spouse ON spouse.record_id = c.record_id
    AND spouse.role = CASE c.role WHEN 'husband' THEN 'wife' ELSE 'husband' END
WHERE c.role IN ('husband', 'wife')
UNION ALL
SELECT 'move_in', move_in_date, person_id, NULL, NULL, NULL, NULL, source, source_key, record_id
FROM mentioned WHERE role = 'self' AND move_in_date IS NOT NULL
UNION ALL
SELECT 'cancellation', cancelled_date, person_id, NULL, NULL, NULL, NULL, source, source_key, record_id
FROM mentioned WHERE role = 'self' AND cancelled_date IS NOT NULL

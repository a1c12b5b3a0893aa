-- 待判定的匹配：证据不足或有矛盾、须由人判定是否同一人的每一对人员，姓名脱敏；判定用 basedb review
-- view: population.review_queue
-- column left_id: 人员编号（较小）
-- column right_id: 人员编号（较大）
-- column match_weight: 最强证据的匹配权重（log2 比值）
-- column evidence: 有证据的记录对数
-- column vetoes: 不许自动认定的约束
-- column left_name: 姓名（脱敏） [impersonal]
-- column right_name: 姓名（脱敏） [impersonal]
-- column left_records: 左边的部门记录数
-- column right_records: 右边的部门记录数
-- column waiting_since: 自何时待判定
-- column assigned_to: 分派给
WITH open_evidence AS (
    SELECT least(ma.person_id, mb.person_id) AS left_id, greatest(ma.person_id, mb.person_id) AS right_id,
        e.match_weight, e.veto, greatest(ma.decided_at, mb.decided_at) AS known_at
    FROM population.person_evidence e
    JOIN population.person_mention ma ON ma.record_id = e.a >> 4 AND ma.mention_id = e.a
    JOIN population.person_mention mb ON mb.record_id = e.b >> 4 AND mb.mention_id = e.b
    WHERE e.outcome = 'review' AND ma.person_id <> mb.person_id
),
item AS (
    SELECT left_id, right_id, max(match_weight) AS match_weight, count(*) AS evidence,
        string_agg(DISTINCT veto, ',' ORDER BY veto) AS vetoes, min(known_at) AS waiting_since
    FROM open_evidence
    GROUP BY left_id, right_id
)
SELECT i.left_id, i.right_id, i.match_weight, i.evidence, i.vetoes, l.name AS left_name, r.name AS right_name,
    (SELECT count(DISTINCT s.source || ' ' || s.source_key || ' ' || m.role) FROM population.person_mention m
        JOIN population.source_record s ON s.record_id = m.record_id WHERE m.person_id = i.left_id) AS left_records,
    (SELECT count(DISTINCT s.source || ' ' || s.source_key || ' ' || m.role) FROM population.person_mention m
        JOIN population.source_record s ON s.record_id = m.record_id WHERE m.person_id = i.right_id) AS right_records,
    i.waiting_since, t.assigned_to
FROM item i
LEFT JOIN population.person_masked l ON l.person_id = i.left_id
LEFT JOIN population.person_masked r ON r.person_id = i.right_id
LEFT JOIN basedb.review_assignment t
    ON t.entity = 'population.person' AND t.left_id = i.left_id AND t.right_id = i.right_id

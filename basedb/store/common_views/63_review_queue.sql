-- 待判定的匹配：证据不足或有矛盾、须由人判定是否同一实体的每一对，名称脱敏；判定用 basedb review
-- view: {domain}.review_queue
-- column left_id: 编号（较小）
-- column right_id: 编号（较大）
-- column match_weight: 最强证据的匹配权重（log2 比值）
-- column evidence: 有证据的记录对数
-- column vetoes: 不许自动认定的约束
-- column left_name: 姓名或名称（脱敏） [impersonal]
-- column right_name: 姓名或名称（脱敏） [impersonal]
-- column left_records: 左边的部门记录数
-- column right_records: 右边的部门记录数
-- column waiting_since: 自何时待判定
-- column assigned_to: 分派给
WITH open_evidence AS (
    SELECT least(ma.{entity}_id, mb.{entity}_id) AS left_id, greatest(ma.{entity}_id, mb.{entity}_id) AS right_id,
        e.match_weight, e.veto, greatest(ma.decided_at, mb.decided_at) AS known_at
    FROM {domain}.{entity}_evidence e
    JOIN {domain}.{entity}_mention ma ON ma.record_id = e.a >> 4 AND ma.mention_id = e.a
    JOIN {domain}.{entity}_mention mb ON mb.record_id = e.b >> 4 AND mb.mention_id = e.b
    WHERE e.outcome = 'review' AND ma.{entity}_id <> mb.{entity}_id
),
item AS (
    SELECT left_id, right_id, max(match_weight) AS match_weight, count(*) AS evidence,
        string_agg(DISTINCT veto, ',' ORDER BY veto) AS vetoes, min(known_at) AS waiting_since
    FROM open_evidence
    GROUP BY left_id, right_id
)
SELECT i.left_id, i.right_id, i.match_weight, i.evidence, i.vetoes, l.name AS left_name, r.name AS right_name,
    (SELECT count(DISTINCT s.source || ' ' || s.source_key || ' ' || m.role) FROM {domain}.{entity}_mention m
        JOIN {domain}.source_record s ON s.record_id = m.record_id WHERE m.{entity}_id = i.left_id) AS left_records,
    (SELECT count(DISTINCT s.source || ' ' || s.source_key || ' ' || m.role) FROM {domain}.{entity}_mention m
        JOIN {domain}.source_record s ON s.record_id = m.record_id WHERE m.{entity}_id = i.right_id) AS right_records,
    i.waiting_since, t.assigned_to
FROM item i
LEFT JOIN {domain}.{entity}_masked l ON l.{entity}_id = i.left_id
LEFT JOIN {domain}.{entity}_masked r ON r.{entity}_id = i.right_id
LEFT JOIN basedb.review_assignment t
    ON t.entity = '{domain}.{entity}' AND t.left_id = i.left_id AND t.right_id = i.right_id

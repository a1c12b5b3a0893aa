-- 待判定的匹配：两套测绘成果中疑似同一建筑物的每一对，由人判定；判定用 basedb review --domain geospatial
-- view: geospatial.review_queue
-- column left_id: 要素编号（主要来源）
-- column right_id: 记录版本编号（次要来源）
-- column left_source: 主要来源
-- column left_key: 主要来源主键
-- column right_source: 次要来源
-- column right_key: 次要来源主键
-- column waiting_since: 自何时待判定
-- column assigned_to: 分派给
SELECT m.feature_id AS left_id, m.record_id AS right_id, m.match_weight, m.overlap, m.iou, f.source AS left_source,
    f.source_key AS left_key, v.source AS right_source, v.source_key AS right_key, m.known_from AS waiting_since,
    t.assigned_to
FROM geospatial.feature_match m
JOIN geospatial.feature_version v ON v.record_id = m.record_id AND v.status = 'current'
JOIN geospatial.feature_source l ON l.feature_id = m.feature_id
JOIN geospatial.feature_version f ON f.record_id = l.record_id AND f.status = 'current' AND f.geom IS NOT NULL
    AND f.priority > v.priority AND f.priority < 101
LEFT JOIN basedb.review_assignment t
    ON t.entity = 'geospatial.' || v.layer AND t.left_id = m.feature_id AND t.right_id = m.record_id
WHERE m.grade = 'review'

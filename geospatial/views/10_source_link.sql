-- 来源对应：每条来源记录最近接收的版本对应的每个要素，一个要素一行
-- view: geospatial.source_link
-- column file_name: 最近接收该记录的文件（相对收件目录）
-- column row_no: 文件内数据行号（从1起）
SELECT r.source, r.source_key, l.role, d.file_name, r.row_no, v.layer, l.feature_id, l.method, l.match_weight,
    l.decided_at, l.run_id
FROM geospatial.feature_source l
JOIN geospatial.source_record r ON r.record_id = l.record_id
JOIN geospatial.feature_version v ON v.record_id = l.record_id
JOIN basedb.delivery d ON d.file_id = r.file_id
WHERE r.status <> 'superseded'

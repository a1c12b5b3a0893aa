-- GIS 编辑：现行的每条编辑，谁在何时改了哪个要素
-- view: geospatial.edit
-- column operation: 操作：created 新增、changed 修改、retired 删除
-- column edited_by: 编辑人
-- column edited_at: 编辑时间
-- column department_known_from: 编辑以后部门又改过的，最近一次获知时间
SELECT v.layer, v.feature_id, v.record_id,
    CASE WHEN v.change_class IN ('created', 'retired') THEN v.change_class ELSE 'changed' END AS operation,
    v.attributes ->> 'edited_by' AS edited_by, v.attributes ->> 'edited_at' AS edited_at, v.known_from,
    max(d.known_from) AS department_known_from
FROM geospatial.feature_version v
LEFT JOIN geospatial.feature_version d ON d.feature_id = v.feature_id AND d.status = 'current'
    AND d.priority < 101 AND d.known_from > v.known_from
WHERE v.priority = 101 AND v.status = 'current'
GROUP BY v.layer, v.feature_id, v.record_id, v.change_class, v.attributes ->> 'edited_by',
    v.attributes ->> 'edited_at', v.known_from

-- 宗地（权利人脱敏），供 GIS 人员打开
-- view: geospatial.parcel_masked
-- column holder: 权利人（脱敏） [impersonal]
SELECT feature_id, parcel_code, substr(holder, 1, 1) || repeat('*', greatest(length(holder) - 1, 1)) AS holder,
    use_code, use_name, area, location, right_kind, source, source_key, sources, valid_from, known_from, run_id, geom
FROM geospatial.parcel

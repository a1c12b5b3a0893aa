-- 已定位的地址
-- view: geospatial.located
-- column address: 地址文本（各库主表中的写法） [personal]
-- column metres: 距离（米），按范围查时为空
SELECT address, grade, building_id, address_id, parcel_id, division_code, division, longitude, latitude,
    CAST(NULL AS DOUBLE PRECISION) AS metres
FROM geospatial.place
WHERE longitude IS NOT NULL

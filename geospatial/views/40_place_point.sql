-- 各处的人数与机构数：地址定位后按楼栋等合计，不含地址文本
-- view: geospatial.place_point
-- column entities: 在册且有效的实体数
SELECT c.entity, c.attribute, p.grade, p.building_id, p.division_code, p.longitude, p.latitude,
    CAST(sum(c.entities) AS BIGINT) AS entities
FROM geospatial.place_count c
JOIN geospatial.place p ON p.address = c.address
WHERE p.longitude IS NOT NULL
GROUP BY c.entity, c.attribute, p.grade, p.building_id, p.division_code, p.longitude, p.latitude

-- 人数与机构数合计
-- view: geospatial.place_total
-- column entities: 在册且有效的实体数
-- column places: 处数
SELECT entity, attribute, CAST(sum(entities) AS BIGINT) AS entities, count(*) AS places
FROM geospatial.place_point
GROUP BY entity, attribute

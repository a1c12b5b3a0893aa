-- 某范围内的人数与机构数：范围为 WKT 多边形（经纬度，EPSG:4490）
-- function: geospatial.count_in(area text) returns geospatial.place_total
SELECT n.entity, n.attribute, CAST(sum(n.entities) AS BIGINT) AS entities, count(*) AS places
FROM geospatial.place_point n
CROSS JOIN (SELECT ST_GeomFromText(CAST(area AS TEXT)) AS ground) g
WHERE n.longitude BETWEEN ST_XMin(g.ground) AND ST_XMax(g.ground)
    AND n.latitude BETWEEN ST_YMin(g.ground) AND ST_YMax(g.ground)
    AND ST_Intersects(g.ground, ST_Point(n.longitude, n.latitude))
GROUP BY n.entity, n.attribute

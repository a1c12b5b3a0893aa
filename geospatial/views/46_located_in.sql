-- 某范围内的地址：范围为 WKT 多边形（经纬度，EPSG:4490）
-- function: geospatial.located_in(area text) returns geospatial.located
SELECT n.*
FROM geospatial.located n
CROSS JOIN (SELECT ST_GeomFromText(CAST(area AS TEXT)) AS ground) g
WHERE n.longitude BETWEEN ST_XMin(g.ground) AND ST_XMax(g.ground)
    AND n.latitude BETWEEN ST_YMin(g.ground) AND ST_YMax(g.ground)
    AND ST_Intersects(g.ground, ST_Point(n.longitude, n.latitude))

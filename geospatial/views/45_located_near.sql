-- 某点周围的地址：以经度、纬度（EPSG:4490）为中心，radius 米以内，附距离
-- 距离按 CGCS2000 椭球在两点平均纬度处的曲率半径计算，几十公里内误差小于万分之一
-- function: geospatial.located_near(at_longitude float8, at_latitude float8, radius float8) returns geospatial.located
SELECT n.address, n.grade, n.building_id, n.address_id, n.parcel_id, n.division_code, n.division, n.longitude,
    n.latitude, n.apart AS metres
FROM (
    SELECT r.*, sqrt(
        power(radians(r.latitude - at_latitude) * 6378137 * (1 - 0.0066943800229) / power(r.bend, 1.5), 2)
        + power(radians(r.longitude - at_longitude) * 6378137 * cos(r.middle) / sqrt(r.bend), 2)) AS apart
    FROM (
        SELECT p.*, radians((p.latitude + at_latitude) / 2) AS middle,
            1 - 0.0066943800229 * power(sin(radians((p.latitude + at_latitude) / 2)), 2) AS bend
        FROM geospatial.place p
        WHERE p.latitude BETWEEN at_latitude - radius / 110000 AND at_latitude + radius / 110000) r) n
WHERE n.apart <= radius

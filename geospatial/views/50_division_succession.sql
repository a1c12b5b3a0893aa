-- 区划沿革：哪个区划的全部或部分成为哪个区划
-- view: geospatial.division_succession
-- column before: 变更前的区划代码
-- column after: 变更后的区划代码
-- column existed: 变更后的区划此前是否已有
-- column continues: 变更前的区划此后是否仍有
SELECT l.effective, l.from_key AS before, l.to_key AS after,
    EXISTS (SELECT 1 FROM geospatial.feature_version v WHERE v.layer = 'division' AND v.source = l.source
        AND v.source_key = l.to_key AND v.valid_from < l.effective) AS existed,
    EXISTS (SELECT 1 FROM geospatial.feature_version v WHERE v.layer = 'division' AND v.source = l.source
        AND v.source_key = l.from_key AND v.status = 'current') AS continues
FROM geospatial.feature_lineage l
WHERE l.layer = 'division' AND l.from_key IS NOT NULL AND l.to_key IS NOT NULL AND l.from_key <> l.to_key

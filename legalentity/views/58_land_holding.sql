-- 土地权利：登记在机构名下的宗地，一宗地一行；宗地的位置、面积和用途见空间库的同一宗地代码。权利人是否机构由名称判断，个人和看不出的不列
-- view: legalentity.land_holding
-- column organization_id: 机构编号；grade 为 namesake 者是登记簿中唯一的同名机构，身份尚未合并
-- column parcel_code: 宗地代码
-- column holder_name: 权利人名称（记录所写）
-- column grade: 依据：同 attachment；namesake 只有名称，而登记簿中同名者唯一且不是个体工商户
-- column since: 自何时起（数据日期）
WITH held AS (
    SELECT a.*, r.standard ->> 'parcel_code' AS parcel_code, r.valid_from AS since,
        CASE WHEN a.grade = 'ambiguous' AND strpos(a.candidates, ',') = 0 THEN CAST(a.candidates AS BIGINT) END
            AS candidate_id
    FROM legalentity.attachment a
    JOIN legalentity.source_record r ON r.record_id = a.record_id
    WHERE a.role = 'land_holder' AND a.is_current
)
SELECT coalesce(o.organization_id, h.organization_id) AS organization_id, h.parcel_code, h.stated_name AS holder_name,
    CASE WHEN o.organization_id IS NULL THEN h.grade ELSE 'namesake' END AS grade, h.name_use, h.candidates, h.source,
    h.source_key, h.record_id, h.since
FROM held h
-- Names with a form or an office in them are one organisation's in its district; those of shops are not.
LEFT JOIN legalentity.organization o ON o.organization_id = h.candidate_id AND o.name = h.stated_name
    AND o.registered AND o.kind <> 'individual'

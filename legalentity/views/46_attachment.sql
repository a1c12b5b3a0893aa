-- 对应：许可、处罚、参保、排污等记录中提到的机构与库内机构的对应，一处提及一行；grade 说明依据
-- view: legalentity.attachment
-- column role: 角色：licensee 被许可人、penalized 被处罚人、employer 用人单位、operator 排污单位、company 任职或入股的企业、shareholder 法人股东、land_holder 宗地权利人、housing_unit 住房项目单位
-- column stated_name: 记录所写名称
-- column stated_code: 记录所写统一社会信用代码或组织机构代码
-- column grade: 依据：code_and_name 代码与名称相符、code 代码相符、name 名称相符、scored 评分认定、ambiguous 同名同码者不止一个或把握不足，待人工、unattached 登记等部门均无此机构
-- column name_use: 所写名称：current 现用、former 当时在用的曾用名、given_up 当时已不再使用、variant 其他部门如此写、different 与已知名称不同、unknown 无从对照
-- column candidates: 待人工选定的机构编号
WITH said AS NOT MATERIALIZED (
    SELECT m.mention_id, m.record_id, m.role, m.organization_id, m.name, m.name_folded, m.name_core, m.credit_code, m.org_code,
        m.org_code_valid, m.registration_number, m.registration_number_valid, m.method, m.match_weight, r.source,
        r.source_key, r.status, r.valid_from
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    WHERE m.role <> 'self'
),
own AS NOT MATERIALIZED (SELECT * FROM legalentity.organization_mention WHERE role = 'self'),
known AS NOT MATERIALIZED (SELECT DISTINCT organization_id FROM own),
code AS NOT MATERIALIZED (
    SELECT DISTINCT organization_id, org_code AS code FROM own WHERE org_code_valid
    UNION
    SELECT DISTINCT organization_id, registration_number FROM own WHERE registration_number_valid
),
-- The golden names, with the time in which each was borne.
borne AS (
    SELECT h.organization_id, n.name_folded, max(h.valid_to) AS valid_to
    FROM legalentity.organization_history h
    JOIN (SELECT DISTINCT organization_id, name, name_folded FROM own WHERE name_folded IS NOT NULL) AS n
        ON n.organization_id = h.organization_id AND n.name = h.name
    WHERE h.known_to = TIMESTAMPTZ '9999-12-31 00:00:00+00'
    GROUP BY h.organization_id, n.name_folded
),
-- A register that prints a former name does not say until when it was borne.
written AS (
    SELECT organization_id, name_folded, max(is_former) AS is_former
    FROM (
        SELECT organization_id, name_folded, 0 AS is_former FROM own WHERE name_folded IS NOT NULL
        UNION ALL
        SELECT organization_id, former_name_folded, 1 FROM own WHERE former_name_folded IS NOT NULL) AS naming
    GROUP BY organization_id, name_folded
),
question AS NOT MATERIALIZED (
    SELECT x.organization_id, y.organization_id AS other_id
    FROM legalentity.organization_evidence e
    JOIN legalentity.organization_mention x ON x.mention_id = e.a
    JOIN legalentity.organization_mention y ON y.mention_id = e.b
    WHERE e.outcome = 'review' AND x.organization_id <> y.organization_id
),
-- Whom a holder that nobody else knows may be: an open question of matching, or one of its name or code.
loose AS NOT MATERIALIZED (
    SELECT s.* FROM said s WHERE NOT EXISTS (SELECT 1 FROM known k WHERE k.organization_id = s.organization_id)
),
candidate AS (
    SELECT organization_id, string_agg(other_id, ',' ORDER BY other_id) AS candidates
    FROM (
        SELECT organization_id, CAST(other_id AS VARCHAR) AS other_id FROM question
        UNION
        SELECT other_id, CAST(organization_id AS VARCHAR) FROM question
        UNION
        -- One name has one core, and cores are indexed.
        SELECT l.organization_id, CAST(w.organization_id AS VARCHAR)
        FROM loose l JOIN own w ON w.name_core = l.name_core AND w.name_folded = l.name_folded
        UNION
        SELECT l.organization_id, CAST(w.organization_id AS VARCHAR)
        FROM loose l JOIN own w ON w.former_name_folded = l.name_folded
        UNION
        SELECT l.organization_id, CAST(d.organization_id AS VARCHAR)
        FROM loose l JOIN own d ON d.org_code = l.org_code AND d.org_code_valid AND l.org_code_valid
        UNION
        SELECT l.organization_id, CAST(d.organization_id AS VARCHAR)
        FROM loose l JOIN own d ON d.registration_number = l.registration_number AND d.registration_number_valid
            AND l.registration_number_valid) AS possible
    GROUP BY organization_id
),
judged AS (
    SELECT s.*, k.organization_id IS NOT NULL AS is_known, c.candidates,
        d.code IS NOT NULL OR n.code IS NOT NULL AS by_code,
        CASE WHEN k.organization_id IS NULL OR s.name_folded IS NULL THEN 'unknown'
            WHEN b.valid_to = DATE '9999-12-31' THEN 'current' WHEN b.valid_to > s.valid_from THEN 'former'
            WHEN b.name_folded IS NOT NULL THEN 'given_up' WHEN w.is_former = 1 THEN 'former'
            WHEN w.name_folded IS NOT NULL THEN 'variant' ELSE 'different' END AS name_use
    FROM said s
    LEFT JOIN known k ON k.organization_id = s.organization_id
    LEFT JOIN borne b ON b.organization_id = s.organization_id AND b.name_folded = s.name_folded
    LEFT JOIN written w ON w.organization_id = s.organization_id AND w.name_folded = s.name_folded
    LEFT JOIN code d ON d.organization_id = s.organization_id AND d.code = s.org_code AND s.org_code_valid
    LEFT JOIN code n ON n.organization_id = s.organization_id AND n.code = s.registration_number
        AND s.registration_number_valid
    LEFT JOIN candidate c ON c.organization_id = s.organization_id
)
SELECT record_id, role, source, source_key, organization_id, name AS stated_name,
    coalesce(credit_code, org_code) AS stated_code,
    CASE WHEN NOT is_known AND candidates IS NOT NULL THEN 'ambiguous' WHEN NOT is_known THEN 'unattached'
        WHEN by_code AND name_use IN ('current', 'former', 'given_up', 'variant') THEN 'code_and_name' WHEN by_code THEN 'code'
        WHEN name_use IN ('current', 'former', 'given_up', 'variant') THEN 'name' ELSE 'scored' END AS grade,
    name_use, CASE WHEN NOT is_known THEN candidates END AS candidates, method, match_weight,
    status = 'current' AS is_current
FROM judged

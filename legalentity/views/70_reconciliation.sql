-- 部门间核对：各部门现行记录互相对不上的每一处，谁该处理、自何时起；登记部门以填有登记状态者为准，税务以填有税务状态者为准
-- view: legalentity.reconciliation
-- column issue: 事项：registered_not_taxed 已登记未办税、taxed_but_cancelled 已注销吊销仍在税、representative_differs 法定代表人不一致、name_differs 同一代码名称不同、code_shared 一码多户、name_shared 同名两码、credit_code_missing 缺统一社会信用代码
-- column organization_name: 机构名称
-- column organization_code: 机构的统一社会信用代码
-- column owner: 应处理的部门
-- column source: 应处理的来源
-- column source_key: 应处理的记录
-- column value: 该记录的值 [personal]
-- column other_source: 对照的来源
-- column other_value: 对照的值 [personal]
-- column other_id: 对照的机构编号（一码多户、同名两码）
-- column since: 自何时起（双方记录都已生效且为我方所知之日）
-- column age_days: 已有天数
-- column suggestion: 建议改为（一码多户者为登记簿中同名机构的代码）；没有把握的为空 [personal]
WITH said AS (
    SELECT m.organization_id, r.source, r.source_key, c.department, r.valid_from, r.known_from, r.status,
        greatest(r.valid_from, CAST(r.known_from AS DATE)) AS since, m.name, m.name_folded, m.name_core, m.org_code,
        m.org_code_valid, m.credit_code, m.credit_code_valid, m.taxpayer_valid, m.taxpayer_number,
        m.legal_representative, m.representative_folded, m.representative_pinyin, m.registration_status, m.tax_status,
        m.mention_id, m.name_branch, m.name_marks
    FROM legalentity.organization_mention m
    JOIN legalentity.source_record r ON r.record_id = m.record_id
    JOIN basedb.contract c ON c.source = r.source AND c.version = r.contract_version
    WHERE r.status = 'current' AND m.role = 'self'
),
-- Of several entries of one organisation in one register (moved out here, moved in there) the last speaks.
register AS (
    -- Whether the tax office knows it is told in the same pass: a planner that takes these rows for few would
    -- look through all records for each of them.
    SELECT * FROM (
        SELECT s.*, row_number() OVER (PARTITION BY organization_id ORDER BY
            CASE WHEN registration_status IS NULL THEN 2 WHEN registration_status = 'moved_out' THEN 1 ELSE 0 END,
            valid_from DESC, mention_id DESC) AS place,
            max(CASE WHEN tax_status IS NOT NULL THEN 1 ELSE 0 END) OVER (PARTITION BY organization_id) AS is_taxed
        FROM said s) AS entry
    WHERE place = 1 AND registration_status IS NOT NULL
),
taxed AS (
    SELECT * FROM (
        SELECT s.*, row_number() OVER (PARTITION BY organization_id ORDER BY mention_id DESC) AS place
        FROM said s WHERE tax_status IS NOT NULL) AS entry
    WHERE place = 1
),
tax_office AS (SELECT DISTINCT source, department FROM said WHERE tax_status IS NOT NULL),
claim AS (
    -- To others it is shown as the register has it.
    SELECT org_code, organization_id, min(mention_id) AS mention_id,
        coalesce(min(mention_id) FILTER (WHERE registration_status IS NOT NULL), min(mention_id)) AS shown_id
    FROM said
    WHERE org_code_valid AND org_code IS NOT NULL
    GROUP BY org_code, organization_id
),
contested AS (
    SELECT l.mention_id, r.shown_id AS other_mention
    FROM claim l JOIN claim r ON r.org_code = l.org_code AND r.organization_id <> l.organization_id
),
-- Who uses another's code, a branch its parent's: the code that the register has under the same name.
own_code AS (
    SELECT c.mention_id, min(coalesce(g.credit_code, g.org_code)) AS code
    FROM (SELECT DISTINCT mention_id FROM contested) AS c
    JOIN said s ON s.mention_id = c.mention_id
    JOIN register g ON g.name_folded = s.name_folded AND g.org_code_valid AND g.org_code <> s.org_code
    GROUP BY c.mention_id HAVING count(DISTINCT g.org_code) = 1
),
-- Names must differ within the district of one registration authority.
namesake AS (
    SELECT a.mention_id, b.mention_id AS other_mention
    FROM register a
    JOIN register b ON b.name_folded = a.name_folded AND b.organization_id <> a.organization_id
        AND a.registration_status NOT IN ('cancelled', 'moved_out')
        AND b.registration_status NOT IN ('cancelled', 'moved_out')
    JOIN legalentity.organization oa ON oa.organization_id = a.organization_id
    JOIN legalentity.organization ob ON ob.organization_id = b.organization_id
    WHERE oa.org_code <> ob.org_code AND (substr(oa.division_code, 1, 6) = substr(ob.division_code, 1, 6)
        OR a.representative_folded = b.representative_folded)
)
-- The offset keeps conditions on an item out of the parts: a planner that takes what is left of them for a row or two
-- joins them row by row.
SELECT item.*, o.name AS organization_name, o.credit_code AS organization_code
FROM (
SELECT 'registered_not_taxed' AS issue, g.organization_id, t.department AS owner, t.source, CAST(NULL AS VARCHAR) AS source_key,
    CAST(NULL AS VARCHAR) AS value, g.source AS other_source, g.registration_status AS other_value,
    CAST(NULL AS BIGINT) AS other_id, g.valid_from AS since,
    CAST(current_date - g.valid_from AS INTEGER) AS age_days,
    CAST(NULL AS VARCHAR) AS suggestion
FROM register g
CROSS JOIN tax_office t
WHERE g.registration_status = 'active' AND g.is_taxed = 0
UNION ALL
SELECT 'taxed_but_cancelled', t.organization_id, t.department, t.source, t.source_key, t.tax_status, g.source,
    g.registration_status, NULL, greatest(g.since, t.since), CAST(current_date - greatest(g.since, t.since) AS INTEGER),
    NULL
FROM taxed t
JOIN register g ON g.organization_id = t.organization_id
WHERE g.registration_status IN ('cancelled', 'revoked') AND t.tax_status IN ('active', 'abnormal', 'suspended')
UNION ALL
SELECT 'representative_differs', s.organization_id, s.department, s.source, s.source_key, s.legal_representative,
    g.source, g.legal_representative, NULL, greatest(g.since, s.since),
    CAST(current_date - greatest(g.since, s.since) AS INTEGER), g.legal_representative
FROM said s
JOIN register g ON g.organization_id = s.organization_id AND g.mention_id <> s.mention_id
WHERE s.registration_status IS NULL AND s.representative_folded <> g.representative_folded
UNION ALL
SELECT 'name_differs', s.organization_id, s.department, s.source, s.source_key, s.name, g.source, g.name, NULL,
    greatest(g.since, s.since), CAST(current_date - greatest(g.since, s.since) AS INTEGER), g.name
FROM said s
JOIN register g ON g.organization_id = s.organization_id AND g.mention_id <> s.mention_id
WHERE s.registration_status IS NULL AND s.name_folded <> g.name_folded AND s.name_core <> g.name_core
UNION ALL
SELECT 'code_shared', s.organization_id, s.department, s.source, s.source_key, s.name, o.source, o.name,
    o.organization_id, greatest(o.since, s.since), CAST(current_date - greatest(o.since, s.since) AS INTEGER), w.code
FROM contested c
JOIN said s ON s.mention_id = c.mention_id
JOIN said o ON o.mention_id = c.other_mention
LEFT JOIN own_code w ON w.mention_id = c.mention_id
LEFT JOIN own_code x ON x.mention_id = c.other_mention
-- Nothing is asked of whose code another uses that has one of its own.
WHERE w.code IS NOT NULL OR x.code IS NULL
UNION ALL
SELECT 'name_shared', s.organization_id, s.department, s.source, s.source_key, s.org_code, o.source, o.org_code,
    o.organization_id, greatest(o.since, s.since), CAST(current_date - greatest(o.since, s.since) AS INTEGER), NULL
FROM namesake n
JOIN said s ON s.mention_id = n.mention_id
JOIN said o ON o.mention_id = n.other_mention
UNION ALL
SELECT 'credit_code_missing', g.organization_id, g.department, g.source, g.source_key,
    g.credit_code, o.source, coalesce(o.credit_code, o.taxpayer_number), NULL, g.since,
    CAST(current_date - g.since AS INTEGER), coalesce(o.credit_code, o.taxpayer_number)
FROM register g
LEFT JOIN (
    SELECT organization_id, min(source) AS source, min(credit_code) FILTER (WHERE credit_code_valid) AS credit_code,
        min(taxpayer_number) FILTER (WHERE taxpayer_valid AND length(taxpayer_number) = 18) AS taxpayer_number
    FROM said WHERE credit_code_valid OR (taxpayer_valid AND length(taxpayer_number) = 18)
    GROUP BY organization_id) AS o ON o.organization_id = g.organization_id
WHERE g.registration_status = 'active' AND NOT coalesce(g.credit_code_valid, false)
) AS item
LEFT JOIN legalentity.organization o ON o.organization_id = item.organization_id
OFFSET 0

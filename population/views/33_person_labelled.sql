-- 人员（代码附中文名称）：每个代码列后跟其现行名称
-- view: population.person_labelled
-- column sex_label: 性别 [personal]
-- column ethnic_group_label: 民族 [personal]
-- column county_label: 所在县区 [impersonal]
-- column relation_to_head_label: 与户主关系 [personal]
-- column marital_status_label: 婚姻状况 [personal]
-- column education_label: 文化程度 [personal]
WITH label AS (SELECT list, code, label FROM basedb.code_list WHERE valid_to = DATE '9999-12-31')
SELECT p.person_id, p.id_number, p.id_status, p.name, p.former_name, p.sex, s.label AS sex_label, p.birth_date,
    p.ethnic_group, g.label AS ethnic_group_label, p.birth_place, p.native_place, p.registered_address,
    p.current_address, p.division_code, d.label AS county_label, p.household_no, p.relation_to_head,
    h.label AS relation_to_head_label, p.marital_status, m.label AS marital_status_label, p.education,
    e.label AS education_label, p.employer_name, p.employer_code, p.phone, p.move_in_date, p.cancelled_date,
    p.cancel_reason, p.death_date, p.death_cause, p.school, p.grade, p.insurance_no, p.insurance_kind,
    p.insurance_status, p.insured_date, p.registered, p.status, p.closed_on, p.valid_from, p.known_from
FROM population.person p
LEFT JOIN label s ON s.list = 'sex' AND s.code = p.sex
LEFT JOIN label g ON g.list = 'ethnic_group' AND g.code = p.ethnic_group
LEFT JOIN label d ON d.list = 'division' AND d.code = substr(p.division_code, 1, 6)
LEFT JOIN label h ON h.list = 'relation' AND h.code = p.relation_to_head
LEFT JOIN label m ON m.list = 'marital' AND m.code = p.marital_status
LEFT JOIN label e ON e.list = 'education' AND e.code = p.education

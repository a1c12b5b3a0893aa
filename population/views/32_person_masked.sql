-- 脱敏人员：号码、姓名、电话、地址只留不足以识别个人的部分
-- view: population.person_masked
-- column id_number: 公民身份号码或证件号码（脱敏） [impersonal]
-- column name: 姓名（脱敏） [impersonal]
-- column former_name: 曾用名（脱敏） [impersonal]
-- column birth_year: 出生年份 [impersonal]
-- column phone: 联系电话（脱敏） [impersonal]
-- column registered_address: 户籍地址（到县区） [impersonal]
-- column current_address: 现住地址（到县区） [impersonal]
-- column sex: 性别代码 GB/T 2261.1 [impersonal]
-- column ethnic_group: 民族代码 GB/T 3304 [impersonal]
-- column marital_status: 婚姻状况代码 GB/T 2261.2 [impersonal]
-- column education: 文化程度代码 GB/T 4658 [impersonal]
SELECT person_id,
    CASE WHEN length(id_number) >= 18 THEN substr(id_number, 1, 6) || repeat('*', length(id_number) - 10)
            || substr(id_number, length(id_number) - 3)
        WHEN length(id_number) >= 7 THEN substr(id_number, 1, 1) || repeat('*', length(id_number) - 3)
            || substr(id_number, length(id_number) - 1)
        ELSE repeat('*', length(id_number)) END AS id_number,
    id_status,
    substr(name, 1, 1) || repeat('*', greatest(length(name) - 1, 1)) AS name,
    substr(former_name, 1, 1) || repeat('*', greatest(length(former_name) - 1, 1)) AS former_name,
    sex,
    CAST(extract(YEAR FROM birth_date) AS INTEGER) AS birth_year,
    ethnic_group,
    -- An address keeps its head only where that head surely ends at the county; else nothing is kept.
    regexp_replace(replace(replace(registered_address, chr(10), ''), chr(13), ''),
        '^(([^省市区县0-9]{2,8}省)?[^省市区县0-9]{2,6}市[^省市区县0-9]{1,5}[区县])?.*$', '\1****') AS registered_address,
    regexp_replace(replace(replace(current_address, chr(10), ''), chr(13), ''),
        '^(([^省市区县0-9]{2,8}省)?[^省市区县0-9]{2,6}市[^省市区县0-9]{1,5}[区县])?.*$', '\1****') AS current_address,
    division_code, marital_status, education,
    CASE WHEN length(phone) = 11 THEN substr(phone, 1, 3) || '****' || substr(phone, 8)
        ELSE repeat('*', length(phone)) END AS phone,
    registered, status
FROM population.person

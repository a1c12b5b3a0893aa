-- 行政许可（双公示）：每份许可最近的版本，现行的和已撤销公示的；grade 说明与机构对应的依据
-- view: legalentity.license_record
SELECT * FROM legalentity.license_record_history WHERE record_status <> 'superseded'

-- 行政处罚（双公示）：每份处罚最近的版本，现行的和已撤销公示的；grade 说明与机构对应的依据
-- view: legalentity.penalty_record
SELECT * FROM legalentity.penalty_record_history WHERE record_status <> 'superseded'

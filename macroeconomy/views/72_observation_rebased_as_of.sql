-- 某日应当引用的数，按今日区划：区划变更前公布的数以该日已知的数换到现行区划上，附所用规则
-- function: macroeconomy.observation_rebased_as_of(on_date date) returns macroeconomy.observation_rebased
SELECT indicator, division, frequency, period, period_end, basis, price, normal_value, normal_unit, rule, members,
    effective, explanation
FROM macroeconomy.observation_rebased_history
WHERE current_from <= on_date AND current_to > on_date

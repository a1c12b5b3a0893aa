-- 按今日区划的现行数：区划变更前公布的数换到现行区划上，附所用规则
-- view: macroeconomy.observation_rebased
SELECT indicator, division, frequency, period, period_end, basis, price, normal_value, normal_unit, rule, members,
    effective, explanation
FROM macroeconomy.observation_rebased_history
WHERE current_to = DATE '9999-12-31'

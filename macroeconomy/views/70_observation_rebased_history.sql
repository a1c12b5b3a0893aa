-- 按今日区划的数，附其应当引用的起止日：区划变更前公布的数换到现行区划上，附所用规则
-- view: macroeconomy.observation_rebased_history
-- column normal_value: 数值（换算单位）；规则不是 published 的为推算
-- column rule: 规则：published 原公布、recoded 换码沿用、merged 合并相加、apportioned 按比重拆分
-- column members: 所据地区当时的代码（以 + 相连）
-- column effective: 最近一次区划变更的生效日期，原公布的为空
-- column explanation: 规则说明
-- column current_from: 自该日起应当引用
-- column current_to: 至该日止应当引用（9999-12-31 为至今）
SELECT o.indicator, o.division, o.frequency, o.period, o.period_end, o.basis, o.price, o.normal_value, o.normal_unit,
    'published' AS rule, o.division AS members, CAST(NULL AS DATE) AS effective, '原公布 / as published' AS explanation,
    o.current_from, o.current_to
FROM macroeconomy.observation o
WHERE o.current_from < o.current_to AND NOT EXISTS (
    SELECT 1 FROM macroeconomy.division_change c
    WHERE c.from_division = o.division AND (o.period_end < c.effective OR NOT c.continues))
UNION ALL
SELECT indicator, division, frequency, period, period_end, basis, price, normal_value, normal_unit, rule, members,
    effective,
    CASE rule WHEN 'recoded' THEN '区划代码变更，沿用原代码的数 / the same division under its former code'
        WHEN 'merged' THEN '合并前各地区之和 / sum of the divisions that were joined'
        ELSE '变更前各地区之和，按变更后首个完整年度同期比重拆分 / the sum before, dealt out by the shares of the same period of the first full year after'
    END AS explanation,
    current_from, current_to
FROM macroeconomy.rebased_figure

-- title: What is published of groups, and why a number is masked
-- answers: >-
--   The counts of each week, month and campaign as everybody may read them, national totals or by
--   group, and beside each in a sentence whether it is masked and why. Days given are those on which
--   the periods begin.
-- unit: events
-- counts: {measures: [value, masked_because]}
-- apart: [kind, phase, figure]
-- breakdowns: [total, gender, age_group, region, department, cohort, "gender,age_group",
--   "gender,region", "gender,department", "gender,cohort", "age_group,region",
--   "age_group,cohort", "region,cohort", "gender,age_group,region"]
-- columns:
--   day: First day of the period
--   kind: week, month or campaign
--   phase: inscription or mission
--   figure: What is counted, as published.dim_figure defines it
--   breakdown: Dimensions that are broken down, or total
--   gender: Gender as declared; null where it is not broken down
--   age_group: Age group on the day of the event (years); likewise
--   region: Region of residence; likewise
--   department: Department of residence; likewise
--   cohort: Session of the cohesion stay; likewise
--   value: Number of events (count); null when masked
--   masked_because: Why it is masked; null when shown
SELECT period AS day, kind, phase, figure, breakdown, gender, age_group, region, department, cohort,
       value,
       CASE mask WHEN 'cell' THEN 'it is fewer than 11, or would give away one that is'
                 WHEN 'group' THEN 'a coarser count has too few to show its parts' END
           AS masked_because
FROM published.breakdown
UNION ALL
SELECT first, kind, phase, figure, 'total', NULL, NULL, NULL, NULL, NULL, sum(value)::int, NULL
FROM published.daily_total
CROSS JOIN LATERAL (VALUES ('week', date_trunc('week', day)::date),
                           ('month', date_trunc('month', day)::date),
                           ('campaign', make_date(campaign - 1, 9, 1))) AS periods (kind, first)
GROUP BY first, kind, phase, figure

-- title: Validated young people against the objectives
-- answers: >-
--   How many young people are VALIDATED now, when the last day that is counted ends, by department of
--   residence, against the objective of their cohort: in all, by region or by department, and summed
--   over the cohorts of a year. Who comes with a class counts, and is shown beside.
-- unit: young people
-- counts: {measures: [achieved, achieved_cle, objective, rate, reached, departments,
--   departments_reached, missing]}
-- apart: [year, cohort]
-- breakdowns: [total, region, department, year]
-- beside: {department: [region]}
-- remark: >-
--   Achieved are those whose status is VALIDATED now: who withdrew since is not among them.
--   validated_reconciled holds it against other counts.
-- columns:
--   day: Last day that is counted, in Europe/Paris
--   breakdown: region or department of each cohort, total of a cohort, or year over its cohorts
--   year: Year of the cohort; null when not known
--   cohort: Session of the cohesion stay; null of a year, and where it is missing
--   region: Region of residence; null in the rows total and year
--   department: Department of residence; null but in the rows of departments
--   achieved: Young people VALIDATED (count)
--   achieved_cle: Those of them with a class (count)
--   objective: Sum of the objectives that have a maximum (count)
--   rate: achieved / objective (share); null without an objective above 0
--   reached: Whether the rate is 1; of a department as its cohort is held, by the region or by either
--   departments: Departments with an objective above 0 (count)
--   departments_reached: Of these, departments that are at 100 % by themselves (count)
--   missing: What is not there; null when nothing is
SELECT day,
       CASE WHEN grouping(department) = 0 THEN 'department' WHEN grouping(region) = 0 THEN 'region'
            WHEN grouping(cohort) = 0 THEN 'total' ELSE 'year' END AS breakdown,
       year::int, cohort, region, department,
       sum(achieved)::int AS achieved, sum(achieved_cle)::int AS achieved_cle,
       sum(objective)::int AS objective,
       sum(achieved)::float8 / nullif(sum(objective), 0) AS rate,
       CASE WHEN grouping(department) = 0 THEN bool_and(reached)
            ELSE sum(achieved) >= nullif(sum(objective), 0) END AS reached,
       count(*) FILTER (WHERE objective > 0)::int AS departments,
       count(*) FILTER (WHERE rate >= 1)::int AS departments_reached,
       (
           SELECT string_agg(DISTINCT sentence, '; ')
           FROM unnest(string_to_array(string_agg(missing, '; '), '; ')) AS sentences (sentence)
       ) AS missing
FROM analytics.objective_progress
GROUP BY GROUPING SETS (
    (day, year, cohort, region, department), (day, year, cohort, region), (day, year, cohort),
    (day, year)
)

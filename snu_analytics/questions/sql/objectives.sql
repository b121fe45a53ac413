-- title: Validated young people against the objectives
-- answers: >-
--   How many young people are VALIDATED now, when the last day that is counted ends, by department of
--   residence, against the objective of their cohort: in all, by region or by department, and summed
--   over the cohorts of a year. Who comes with a class counts, and is told apart.
-- unit: young people
-- counts: {told: [achieved, achieved_cle, objective, rate, reached, departments,
--   departments_reached, missing]}
-- apart: [year, cohort]
-- breakdowns: [total, region, department, year]
-- columns:
--   day: Last day that is counted, in Europe/Paris
--   breakdown: region or department of each cohort, total of a cohort, or year over its cohorts
--   year: Year of the cohort; null when not known
--   cohort: Session of the cohesion stay; null of a year, and where none is told
--   region: Region of residence; null where not told apart
--   department: Department of residence; null where not told apart
--   achieved: Young people VALIDATED (count)
--   achieved_cle: Those of them with a class (count)
--   objective: Sum of the objectives that have a maximum (count)
--   rate: achieved / objective (share); null without an objective above 0
--   reached: Whether the rate is 1; of a department as its cohort is held, by the region or by either
--   departments: Departments with an objective above 0 (count)
--   departments_reached: Of these, departments that are at 100 % by themselves (count)
--   missing: What is not there; null when nothing is
SELECT day, 'department' AS breakdown, year::int, cohort, region, department, achieved, achieved_cle,
       objective, rate, reached, (objective > 0)::int AS departments,
       (rate >= 1)::int AS departments_reached, missing
FROM analytics.objective_progress
UNION ALL
SELECT day, 'region', year::int, cohort, region, NULL, sum(achieved)::int, sum(achieved_cle)::int,
       sum(objective)::int, sum(achieved)::float8 / nullif(sum(objective), 0),
       sum(achieved) >= nullif(sum(objective), 0), count(*) FILTER (WHERE objective > 0)::int,
       count(*) FILTER (WHERE rate >= 1)::int, (
           SELECT string_agg(DISTINCT one, '; ')
           FROM unnest(string_to_array(string_agg(missing, '; '), '; ')) AS told (one)
       )
FROM analytics.objective_progress
GROUP BY day, year, cohort, region
UNION ALL
SELECT day, 'total', year::int, cohort, NULL, NULL, sum(achieved)::int, sum(achieved_cle)::int,
       sum(objective)::int, sum(achieved)::float8 / nullif(sum(objective), 0),
       sum(achieved) >= nullif(sum(objective), 0), count(*) FILTER (WHERE objective > 0)::int,
       count(*) FILTER (WHERE rate >= 1)::int, (
           SELECT string_agg(DISTINCT one, '; ')
           FROM unnest(string_to_array(string_agg(missing, '; '), '; ')) AS told (one)
       )
FROM analytics.objective_progress
GROUP BY day, year, cohort
UNION ALL
SELECT day, 'year', year::int, NULL, NULL, NULL, sum(achieved)::int, sum(achieved_cle)::int,
       sum(objective)::int, sum(achieved)::float8 / nullif(sum(objective), 0),
       sum(achieved) >= nullif(sum(objective), 0), count(*) FILTER (WHERE objective > 0)::int,
       count(*) FILTER (WHERE rate >= 1)::int, (
           SELECT string_agg(DISTINCT one, '; ')
           FROM unnest(string_to_array(string_agg(missing, '; '), '; ')) AS told (one)
       )
FROM analytics.objective_progress
GROUP BY day, year

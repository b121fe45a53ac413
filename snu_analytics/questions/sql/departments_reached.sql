-- title: Departments at 100 % of their objective
-- answers: >-
--   How many departments have as many young people VALIDATED as their objective of a cohort allows,
--   or more, when the last day that is counted ends.
-- unit: departments
-- counts: {distinct: department}
-- apart: [day, cohort]
-- columns:
--   day: Last day that is counted, in Europe/Paris
--   cohort: Session of the cohesion stay
--   year: Year of the cohort; null when not known
--   region: Region of the department
--   academy: Academy of the department; null where none
--   department: Department of residence
SELECT p.day, p.cohort, p.year, p.region, o.academy, p.department
FROM analytics.objective_progress AS p
LEFT JOIN analytics.objective AS o USING (cohort, department)
WHERE p.rate >= 1

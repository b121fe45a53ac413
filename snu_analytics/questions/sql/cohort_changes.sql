-- title: Young people who changed cohort
-- answers: How many young people changed their session, from which to which.
-- unit: young people
-- counts: {distinct: subject_id}
-- columns:
--   day: Day of the change in Europe/Paris
--   subject_id: Pseudonym of the young person
--   from_cohort: Cohort before; null when there was none
--   to_cohort: Cohort after
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   source: Alone (VOLONTAIRE) or with a class (CLE)
SELECT event_date AS day, subject_id, from_value AS from_cohort, to_value AS to_cohort,
       gender, age, region, department, source
FROM analytics.young_event
WHERE event_name = 'cohort_changed'

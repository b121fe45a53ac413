-- title: Files abandoned
-- answers: How many inscriptions were abandoned, and in which status they were left.
-- unit: young people
-- counts: {distinct: subject_id}
-- columns:
--   day: Day in Europe/Paris on which the file was abandoned
--   subject_id: Pseudonym of the young person
--   from_status: Status before
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
SELECT event_date AS day, subject_id, from_value AS from_status, gender, age, region, department,
       cohort, source
FROM analytics.young_event
WHERE event_name = 'inscription_abandoned'

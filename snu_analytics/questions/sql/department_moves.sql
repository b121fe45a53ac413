-- title: Young people who left or arrived in a department
-- answers: >-
--   How many young people moved, from which department to which: those who left one by
--   from_department, those who arrived by to_department.
-- unit: young people
-- counts: {distinct: subject_id}
-- columns:
--   day: Day of the move in Europe/Paris
--   subject_id: Pseudonym of the young person
--   from_department: Department left; null when none was known
--   to_department: Department of arrival; null when none is known
--   region: Region of residence after the move
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
SELECT event_date AS day, subject_id, from_value AS from_department,
       to_value AS to_department, region, gender, age, cohort, source
FROM analytics.young_event
WHERE event_name = 'department_changed'

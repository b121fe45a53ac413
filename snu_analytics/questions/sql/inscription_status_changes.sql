-- title: Status changes of inscriptions
-- answers: How many young people's inscriptions went from which status to which.
-- unit: young people
-- counts: {distinct: subject_id}
-- apart: [taken]
-- remark: >-
--   Each young person counts once in the period and status taken, also who left it since.
--   validated_reconciled holds it against other counts.
-- columns:
--   day: Day of the change in Europe/Paris
--   subject_id: Pseudonym of the young person
--   from_status: Status before
--   taken: Status taken
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
--   actor_role: Role of the user who made the change; null for the young person and for jobs
SELECT event_date AS day, subject_id, from_value AS from_status, to_value AS taken, gender, age,
       region, department, cohort, source, actor_role
FROM analytics.young_event
WHERE field = 'status'

-- title: Applications cancelled or abandoned
-- answers: How many applications took CANCEL or ABANDON, by department or for one structure.
-- unit: applications
-- counts: {distinct: subject_id}
-- apart: [taken]
-- columns:
--   day: Day of the change in Europe/Paris
--   subject_id: Pseudonym of the application
--   taken: CANCEL (before the mission) or ABANDON (the mission was begun or agreed)
--   from_status: Status before
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   structure_id: Pseudonym of the structure that offers the mission
--   gender: Gender of the young person
--   age: Full years of age of the young person on the day (years)
--   region: Region of residence of the young person
--   department: Department of residence of the young person
--   cohort: Cohort of the young person when the application was made
SELECT event_date AS day, subject_id, to_value AS taken, from_value AS from_status, mission_region,
       mission_department, structure_id, gender, age, region, department, young_cohort AS cohort
FROM analytics.application_event
WHERE event_name IN ('application_cancelled', 'mission_abandoned')

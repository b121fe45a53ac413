-- title: Contracts signed
-- answers: How many applications had their contract signed by everybody in the period.
-- unit: applications
-- counts: {distinct: subject_id}
-- columns:
--   day: Day of the last signature in Europe/Paris
--   subject_id: Pseudonym of the application
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   structure_id: Pseudonym of the structure that offers the mission
--   gender: Gender of the young person
--   age: Full years of age of the young person on the day (years)
--   region: Region of residence of the young person
--   department: Department of residence of the young person
--   cohort: Cohort of the young person when the application was made
SELECT event_date AS day, subject_id, mission_region, mission_department, structure_id, gender, age,
       region, department, young_cohort AS cohort
FROM analytics.application_event
WHERE event_name = 'contract_status_changed' AND to_value = 'VALIDATED'

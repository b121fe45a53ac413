-- title: Young people starting or ending a mission
-- answers: How many young people began a mission (IN_PROGRESS) or finished one (DONE).
-- unit: young people
-- counts: {distinct: young_id}
-- apart: [taken]
-- columns:
--   day: Day in Europe/Paris
--   young_id: Pseudonym of the young person
--   taken: IN_PROGRESS (begun) or DONE (finished)
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   structure_id: Pseudonym of the structure that offers the mission
--   gender: Gender of the young person
--   age: Full years of age of the young person on the day (years)
--   region: Region of residence of the young person
--   department: Department of residence of the young person
--   cohort: Cohort of the young person when the application was made
SELECT event_date AS day, young_id, to_value AS taken, mission_region, mission_department,
       structure_id, gender, age, region, department, young_cohort AS cohort
FROM analytics.application_event
WHERE event_name IN ('mission_started', 'mission_done')

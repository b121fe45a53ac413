-- title: Applications accepted or refused that once waited for the structure
-- answers: >-
--   How many applications took VALIDATED or REFUSED in the period and were in WAITING_VALIDATION at
--   any time before, their creation included.
-- unit: applications
-- counts: {distinct: subject_id}
-- apart: [taken]
-- columns:
--   day: Day of the decision in Europe/Paris
--   subject_id: Pseudonym of the application
--   taken: VALIDATED or REFUSED
--   from_status: Status before
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   structure_id: Pseudonym of the structure that offers the mission
--   gender: Gender of the young person
--   age: Full years of age of the young person on the day (years)
--   region: Region of residence of the young person
--   department: Department of residence of the young person
--   cohort: Cohort of the young person when the application was made
SELECT taking.event_date AS day, taking.subject_id, taking.to_value AS taken,
       taking.from_value AS from_status, taking.mission_region, taking.mission_department,
       taking.structure_id, taking.gender, taking.age, taking.region, taking.department,
       taking.young_cohort AS cohort
FROM analytics.application_event AS taking
WHERE taking.event_name IN ('application_validated', 'application_refused', 'application_declined')
  AND (taking.from_value = 'WAITING_VALIDATION' OR EXISTS (
    SELECT FROM analytics.application_event AS earlier
    WHERE earlier.subject_id = taking.subject_id
      AND (earlier.event_date, earlier.event_order) < (taking.event_date, taking.event_order)
      AND (earlier.field = 'status' OR earlier.event_name = 'application_created')
      AND 'WAITING_VALIDATION' IN (earlier.from_value, earlier.to_value)))

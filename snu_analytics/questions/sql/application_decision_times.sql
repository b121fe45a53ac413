-- title: Days from an application to the structure's answer
-- answers: >-
--   How long structures take: days from the moment an application reached the structure
--   (WAITING_VALIDATION, most often its creation) to the first VALIDATED or REFUSED after it. The
--   day is that of the answer.
-- unit: days
-- counts: {percentiles: days}
-- columns:
--   day: Day of the answer in Europe/Paris
--   days: Whole days from that of the application to that of the answer (days)
--   decision: VALIDATED or REFUSED
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   structure_id: Pseudonym of the structure that offers the mission
--   gender: Gender of the young person
--   age: Full years of age of the young person on the day (years)
--   region: Region of residence of the young person
--   department: Department of residence of the young person
--   cohort: Cohort of the young person when the application was made
SELECT decided.event_date AS day,
       decided.event_date - before.event_date AS days,
       decided.to_value AS decision, decided.mission_region, decided.mission_department,
       decided.structure_id, decided.gender, decided.age, decided.region, decided.department,
       decided.young_cohort AS cohort
FROM analytics.application_event AS decided
CROSS JOIN LATERAL (
    SELECT earlier.to_value, earlier.event_date
    FROM analytics.application_event AS earlier
    WHERE earlier.subject_id = decided.subject_id
      AND (earlier.event_date, earlier.event_order) < (decided.event_date, decided.event_order)
      AND earlier.event_name IN ('application_created', 'application_completed',
                                 'application_validated', 'application_refused')
      AND earlier.to_value IN ('WAITING_VALIDATION', 'VALIDATED', 'REFUSED')
    ORDER BY earlier.event_date DESC, earlier.event_order DESC
    LIMIT 1
) AS before
WHERE decided.event_name IN ('application_validated', 'application_refused')
  AND before.to_value = 'WAITING_VALIDATION'

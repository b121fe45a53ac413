-- title: Applications that took a status, and their contracts
-- answers: >-
--   Of the applications that took a status in the period, how many have their contract signed
--   (contract_status VALIDATED) as of today, and how many do not.
-- unit: applications
-- counts: {distinct: subject_id}
-- apart: [taken, contract_status]
-- columns:
--   day: Day in Europe/Paris on which the status was taken
--   subject_id: Pseudonym of the application
--   taken: Status taken; the status at creation counts
--   contract_status: Status of the contract by the last event of the application; null without one
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   structure_id: Pseudonym of the structure that offers the mission
--   gender: Gender of the young person
--   age: Full years of age of the young person on the day (years)
--   region: Region of residence of the young person
--   department: Department of residence of the young person
--   cohort: Cohort of the young person when the application was made
SELECT taking.event_date AS day, taking.subject_id, taking.to_value AS taken,
       last_event.contract_status, taking.mission_region, taking.mission_department,
       taking.structure_id, taking.gender, taking.age, taking.region, taking.department,
       taking.young_cohort AS cohort
FROM analytics.application_event AS taking
CROSS JOIN LATERAL (
    SELECT latest.contract_status
    FROM analytics.application_event AS latest
    WHERE latest.subject_id = taking.subject_id
    ORDER BY latest.event_date DESC, latest.event_order DESC
    LIMIT 1
) AS last_event
WHERE taking.field = 'status' OR taking.event_name = 'application_created'

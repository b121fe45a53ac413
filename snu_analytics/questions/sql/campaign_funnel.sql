-- title: How far the young people of a campaign come
-- answers: >-
--   How many young people took each step: file created, completed, validated, stay done (statusPhase1
--   DONE), mission of general interest validated (statusPhase2 VALIDATED). Each counts once a step;
--   by campaign, who takes a step in two campaigns counts in both.
-- unit: young people
-- counts: {distinct: subject_id}
-- apart: [step]
-- columns:
--   day: Day of the step in Europe/Paris
--   subject_id: Pseudonym of the young person
--   step: 1 created, 2 completed, 3 validated, 4 stay done, 5 mission validated
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
SELECT event_date AS day, subject_id, '1 created' AS step, gender, age, region, department, cohort,
       source
FROM analytics.young_event
WHERE field IS NULL
UNION ALL
SELECT event_date, subject_id, '2 completed', gender, age, region, department, cohort, source
FROM analytics.young_event
WHERE field = 'status' AND to_value = 'WAITING_VALIDATION'
  AND (from_value IN ('IN_PROGRESS', 'REINSCRIPTION', 'NOT_AUTORISED') OR from_value IS NULL)
UNION ALL
SELECT event_date, subject_id, '3 validated', gender, age, region, department, cohort, source
FROM analytics.young_event
WHERE field = 'status' AND to_value = 'VALIDATED'
UNION ALL
SELECT event_date, subject_id, '4 stay done', gender, age, region, department, cohort, source
FROM analytics.young_event
WHERE field = 'statusPhase1' AND to_value = 'DONE'
UNION ALL
SELECT event_date, subject_id, '5 mission validated', gender, age, region, department, cohort,
       source
FROM analytics.young_event
WHERE field = 'statusPhase2' AND to_value = 'VALIDATED'

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
SELECT event_date AS day, subject_id,
       CASE event_name
           WHEN 'inscription_created' THEN '1 created'
           WHEN 'inscription_completed' THEN '2 completed'
           WHEN 'inscription_validated' THEN '3 validated'
           WHEN 'phase1_status_changed' THEN '4 stay done'
           ELSE '5 mission validated'
       END AS step,
       gender, age, region, department, cohort, source
FROM analytics.young_event
WHERE event_name IN ('inscription_created', 'inscription_completed', 'inscription_validated')
   OR event_name = 'phase1_status_changed' AND to_value = 'DONE'
   OR event_name = 'phase2_status_changed' AND to_value = 'VALIDATED'

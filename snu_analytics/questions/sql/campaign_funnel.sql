-- title: How far the young people of a campaign come
-- answers: >-
--   How many young people came as far as each step: file created, completed, validated, stay done
--   (statusPhase1 DONE), mission of general interest validated (statusPhase2 VALIDATED). Who took a
--   step has come through those before it, so that no step holds more than the one before. Each
--   counts once a step; by campaign, who takes a step in two campaigns counts in both.
-- unit: young people
-- counts: {distinct: subject_id}
-- apart: [step]
-- remark: >-
--   Who skipped a step, as class imports skip "completed", counts in it all the same: --by skipped
--   tells how many. Validated counts persons: validated_reconciled holds it against other counts.
-- columns:
--   day: Day in Europe/Paris of this step, or of a later one
--   subject_id: Pseudonym of the young person
--   step: 1 created, 2 completed, 3 validated, 4 stay done, 5 mission validated
--   skipped: Whether the young person never took this step, only a later one (boolean)
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
SELECT taken.event_date AS day, taken.subject_id, step.name AS step,
       step.number < taken.step AND NOT EXISTS (
           SELECT FROM analytics.young_event AS own
           WHERE own.subject_id = taken.subject_id AND CASE step.number
               WHEN 1 THEN own.field IS NULL
               WHEN 2 THEN own.field = 'status' AND own.to_value = 'WAITING_VALIDATION'
                   AND (own.from_value IN ('IN_PROGRESS', 'REINSCRIPTION', 'NOT_AUTORISED')
                        OR own.from_value IS NULL)
               WHEN 3 THEN own.field = 'status' AND own.to_value = 'VALIDATED'
               ELSE own.field = 'statusPhase1' AND own.to_value = 'DONE' END
       ) AS skipped,
       taken.gender, taken.age, taken.region, taken.department, taken.cohort, taken.source
FROM (
    SELECT event_date, subject_id, gender, age, region, department, cohort, source,
           CASE WHEN field IS NULL THEN 1
                WHEN field = 'status' AND to_value = 'VALIDATED' THEN 3
                WHEN field = 'status' THEN 2
                WHEN field = 'statusPhase1' THEN 4
                ELSE 5 END AS step
    FROM analytics.young_event
    WHERE field IS NULL
       OR (field = 'status' AND to_value = 'WAITING_VALIDATION'
           AND (from_value IN ('IN_PROGRESS', 'REINSCRIPTION', 'NOT_AUTORISED')
                OR from_value IS NULL))
       OR (field = 'status' AND to_value = 'VALIDATED')
       OR (field = 'statusPhase1' AND to_value = 'DONE')
       OR (field = 'statusPhase2' AND to_value = 'VALIDATED')
) AS taken
JOIN (
    VALUES (1, '1 created'), (2, '2 completed'), (3, '3 validated'), (4, '4 stay done'),
           (5, '5 mission validated')
) AS step (number, name) ON step.number <= taken.step

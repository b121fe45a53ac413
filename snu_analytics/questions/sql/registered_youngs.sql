-- title: Young people registered, by kind of area
-- answers: >-
--   How many young people's inscriptions were validated, by priority neighbourhood and rural area.
--   files_opened counts the same of those who have only begun.
-- unit: young people
-- counts: {distinct: subject_id}
-- remark: >-
--   Each young person counts once in the period, also who withdrew since. validated_reconciled
--   holds it against other counts.
-- columns:
--   day: Day in Europe/Paris on which the inscription was validated
--   subject_id: Pseudonym of the young person
--   qpv: Whether they live in a priority neighbourhood (boolean)
--   rural: Whether they live in a sparsely populated area (boolean)
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
--   situation: School or work
SELECT event_date AS day, subject_id,
       CASE qpv WHEN 'true' THEN true WHEN 'false' THEN false END AS qpv,
       rural,
       gender, age, region, department, cohort, source, situation
FROM analytics.young_event
WHERE event_name = 'inscription_validated'

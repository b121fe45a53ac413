-- title: Files opened
-- answers: How many inscriptions were begun, by place, kind of area and status at creation.
-- unit: young people
-- counts: {distinct: subject_id}
-- columns:
--   day: Day of the creation in Europe/Paris
--   subject_id: Pseudonym of the young person
--   status: Status at creation
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
--   qpv: Whether they live in a priority neighbourhood (boolean)
--   rural: Whether they live in a sparsely populated area (boolean)
SELECT event_date AS day, subject_id, to_value AS status, gender, age, region, department, cohort,
       source,
       CASE qpv WHEN 'true' THEN true WHEN 'false' THEN false END AS qpv,
       rural
FROM analytics.young_event
WHERE event_name = 'inscription_created'

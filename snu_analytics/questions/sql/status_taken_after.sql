-- title: Young people who took a status after having ever been in another
-- answers: >-
--   How many young people took a status in the period and ever were in a given one before, such as
--   VALIDATED after WAITING_LIST or WITHDRAWN after VALIDATED. The status at creation counts.
-- unit: young people
-- counts: {distinct: subject_id}
-- apart: [taken, ever]
-- columns:
--   day: Day in Europe/Paris on which the status was taken
--   subject_id: Pseudonym of the young person
--   taken: Status taken
--   ever: Status the young person was in at any time before
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
SELECT taking.event_date AS day, taking.subject_id, taking.to_value AS taken,
       former.from_value AS ever, taking.gender, taking.age, taking.region, taking.department,
       taking.cohort, taking.source
FROM analytics.young_event AS taking
-- Whatever status was ever taken, at creation too, was left by a change that names it: this one, or
-- an earlier one.
JOIN analytics.young_event AS former
  ON former.subject_id = taking.subject_id AND former.field = 'status'
 AND (former.event_date, former.event_order) <= (taking.event_date, taking.event_order)
WHERE taking.field = 'status' AND former.from_value IS NOT NULL

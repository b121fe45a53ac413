-- title: Age of the files that wait for a decision
-- answers: >-
--   How many files are complete and undecided at the end of the last day that was loaded, and how
--   long they have waited since they last came to WAITING_VALIDATION; a return from a correction
--   does not begin the wait anew. Who has waited since before the first day without an event is
--   left out. The day is the last one loaded.
-- unit: days
-- counts: {percentiles: days}
-- columns:
--   day: Last day that was loaded, in Europe/Paris
--   days: Days since the file came to WAITING_VALIDATION (days)
--   gender: Gender as declared, when it came
--   age: Full years of age on the day it came (years)
--   region: Region of residence, when it came
--   department: Department of residence, when it came
--   cohort: Session of the cohesion stay, when it came
--   source: Alone (VOLONTAIRE) or with a class (CLE), when it came
SELECT last.day, last.day - since.event_date AS days, since.gender, since.age, since.region,
       since.department, since.cohort, since.source
FROM (SELECT max(day) AS day FROM analytics.day_load WHERE relation = 'young_event') AS last
CROSS JOIN (
    SELECT DISTINCT ON (subject_id) subject_id, to_value
    FROM analytics.young_event
    WHERE field = 'status' OR field IS NULL
    ORDER BY subject_id DESC, event_date DESC, event_order DESC
) AS latest
CROSS JOIN LATERAL (
    SELECT e.event_date, e.gender, e.age, e.region, e.department, e.cohort, e.source
    FROM analytics.young_event AS e
    WHERE e.subject_id = latest.subject_id AND (e.field = 'status' OR e.field IS NULL)
      AND e.to_value = 'WAITING_VALIDATION' AND e.from_value IS DISTINCT FROM 'WAITING_CORRECTION'
    ORDER BY e.event_date DESC, e.event_order DESC
    LIMIT 1
) AS since
WHERE latest.to_value = 'WAITING_VALIDATION'

-- title: Days from a complete file to the decision
-- answers: >-
--   How long the administration takes: days from the completion of a file to the first decision
--   after it (VALIDATED, REFUSED or WAITING_LIST), corrections asked in between included. The day
--   is that of the decision; a decision without a completion before it is left out.
-- unit: days
-- counts: {percentiles: days}
-- columns:
--   day: Day of the decision in Europe/Paris
--   days: Whole days from that of the completion to that of the decision (days)
--   decision: Status the decision gave
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   source: Alone (VOLONTAIRE) or with a class (CLE)
SELECT decided.event_date AS day,
       decided.event_date - before.event_date AS days,
       decided.to_value AS decision, decided.gender, decided.age, decided.region,
       decided.department, decided.cohort, decided.source
FROM analytics.young_event AS decided
CROSS JOIN LATERAL (
    SELECT earlier.to_value, earlier.event_date
    FROM analytics.young_event AS earlier
    WHERE earlier.subject_id = decided.subject_id
      AND (earlier.event_date, earlier.event_order) < (decided.event_date, decided.event_order)
      AND earlier.field = 'status'
      AND (earlier.to_value IN ('VALIDATED', 'REFUSED', 'WAITING_LIST')
           OR earlier.to_value = 'WAITING_VALIDATION'
          AND earlier.from_value IN ('IN_PROGRESS', 'REINSCRIPTION', 'NOT_AUTORISED'))
    ORDER BY earlier.event_date DESC, earlier.event_order DESC
    LIMIT 1
) AS before
WHERE decided.field = 'status' AND decided.to_value IN ('VALIDATED', 'REFUSED', 'WAITING_LIST')
  AND before.to_value = 'WAITING_VALIDATION'

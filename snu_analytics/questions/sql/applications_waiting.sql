-- title: Age of the applications that wait for the structure
-- answers: >-
--   How many applications wait for an answer at the end of the last day that was loaded, and how
--   long they have waited since they last came to WAITING_VALIDATION. Who has waited since before
--   the first day without an event is left out. The day is the last one loaded.
-- unit: days
-- counts: {percentiles: days}
-- columns:
--   day: Last day that was loaded, in Europe/Paris
--   days: Days since the application came to WAITING_VALIDATION (days)
--   structure_id: Pseudonym of the structure that offers the mission
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   region: Region of residence of the young person, when it came
--   department: Department of residence of the young person, when it came
SELECT last.day, last.day - since.event_date AS days, since.structure_id, since.mission_region,
       since.mission_department, since.region, since.department
FROM (SELECT max(day) AS day FROM analytics.day_load WHERE relation = 'application_event') AS last
CROSS JOIN (
    SELECT DISTINCT ON (subject_id) subject_id, to_value
    FROM analytics.application_event
    WHERE field = 'status' OR field IS NULL
    ORDER BY subject_id DESC, event_date DESC, event_order DESC
) AS latest
CROSS JOIN LATERAL (
    SELECT e.event_date, e.structure_id, e.mission_region, e.mission_department, e.region,
           e.department
    FROM analytics.application_event AS e
    WHERE e.subject_id = latest.subject_id AND (e.field = 'status' OR e.field IS NULL)
      AND e.to_value = 'WAITING_VALIDATION'
    ORDER BY e.event_date DESC, e.event_order DESC
    LIMIT 1
) AS since
WHERE latest.to_value = 'WAITING_VALIDATION'

-- title: Applications accepted and refused by kind of structure
-- answers: >-
--   How many applications were accepted (VALIDATED) and refused (REFUSED) by the kind of structure
--   as it is known today. A structure of several types counts under each of them.
-- unit: applications
-- counts: {distinct: subject_id}
-- apart: [taken]
-- columns:
--   day: Day of the decision in Europe/Paris
--   subject_id: Pseudonym of the application
--   taken: VALIDATED or REFUSED
--   legal_status: Legal status of the structure
--   structure_type: Kind of structure; null when missing
--   structure_subtype: Kind within its type
--   mission_region: Region of the mission
--   mission_department: Department of the mission
--   structure_id: Pseudonym of the structure that offers the mission
--   gender: Gender of the young person
--   age: Full years of age of the young person on the day (years)
--   region: Region of residence of the young person
--   department: Department of residence of the young person
--   cohort: Cohort of the young person when the application was made
WITH structure AS (
    SELECT DISTINCT ON (subject_id) subject_id, legal_status, sous_type, state_after -> 'types' AS types
    FROM analytics.structure_event
    ORDER BY subject_id, event_date DESC, event_order DESC
)
SELECT decided.event_date AS day, decided.subject_id, decided.to_value AS taken,
       structure.legal_status, kind.structure_type, structure.sous_type AS structure_subtype,
       decided.mission_region, decided.mission_department, decided.structure_id, decided.gender,
       decided.age, decided.region, decided.department, decided.young_cohort AS cohort
FROM analytics.application_event AS decided
LEFT JOIN structure ON structure.subject_id = decided.structure_id
LEFT JOIN LATERAL jsonb_array_elements_text(
    CASE jsonb_typeof(structure.types) WHEN 'array' THEN structure.types END
) AS kind (structure_type) ON true
WHERE decided.event_name IN ('application_validated', 'application_refused')

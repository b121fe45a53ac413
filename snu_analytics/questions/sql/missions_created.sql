-- title: New missions
-- answers: How many missions structures entered, by place and domain.
-- unit: missions
-- counts: {distinct: subject_id}
-- columns:
--   day: Day of the creation in Europe/Paris
--   subject_id: Pseudonym of the mission
--   status: Status at creation
--   region: Region of the mission
--   department: Department of the mission
--   structure_id: Pseudonym of the structure
--   main_domain: Main domain
--   military_preparation: Military preparation ("true", "false")
--   jva_mission: The mission comes from JeVeuxAider ("true", "false")
SELECT event_date AS day, subject_id, to_value AS status, region, department, structure_id,
       main_domain, is_military_preparation AS military_preparation,
       is_jva_mission AS jva_mission
FROM analytics.mission_event
WHERE event_name = 'mission_created'

-- title: Missions that took a status
-- answers: How many missions took given statuses, by department or for one structure.
-- unit: missions
-- counts: {distinct: subject_id}
-- apart: [taken]
-- columns:
--   day: Day of the change in Europe/Paris
--   subject_id: Pseudonym of the mission
--   taken: Status taken
--   from_status: Status before
--   region: Region of the mission
--   department: Department of the mission
--   structure_id: Pseudonym of the structure
--   main_domain: Main domain
--   military_preparation: Military preparation ("true", "false")
--   jva_mission: The mission comes from JeVeuxAider ("true", "false")
SELECT event_date AS day, subject_id, to_value AS taken, from_value AS from_status, region,
       department, structure_id, main_domain, is_military_preparation AS military_preparation,
       is_jva_mission AS jva_mission
FROM analytics.mission_event
WHERE field = 'status'

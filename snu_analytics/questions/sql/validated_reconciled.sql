-- title: Validated inscriptions, counted in each way that other questions count them
-- answers: >-
--   How many inscriptions were validated, as four answers have it, and what lies between them.
--   "1 validations" are events, as in inscription_figures and flows: somebody validated again after
--   another status counts again. "2 persons" counts each young person once a campaign, on the first
--   day, as in registered_youngs and campaign_funnel. "3 net" are the validations less the
--   withdrawals of validated young people, each on its own day, as in projections. "4 now" are the
--   young people whose status is VALIDATED today, on the day they took it, as in objectives.
-- unit: inscriptions
-- counts: {sum: value}
-- apart: [way]
-- columns:
--   day: Day in Europe/Paris
--   way: 1 validations, 2 persons, 3 net, 4 now
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   value: What the day adds to the count, less what it takes away
SELECT day, way, gender, age, region, department, cohort,
       CASE figure WHEN 'validated' THEN value ELSE -value END AS value
FROM analytics.daily_figure
JOIN (
    VALUES ('validated', '1 validations'), ('validated', '3 net'),
           ('withdrawn_after_validation', '3 net')
) AS counted (figure, way) USING (figure)
WHERE phase = 'inscription'
UNION ALL
SELECT event_date, '2 persons', gender, age, region, department, cohort, 1
FROM (
    SELECT event_date, gender, age, region, department, cohort, row_number() OVER (
        PARTITION BY subject_id, extract(year FROM event_date + interval '4 months')
        ORDER BY event_date, event_order
    ) AS place
    FROM analytics.young_event
    WHERE field = 'status' AND to_value = 'VALIDATED'
) AS validated
WHERE place = 1
UNION ALL
SELECT event_date, '4 now', gender, age, region, department, cohort, 1
FROM (
    SELECT DISTINCT ON (subject_id) event_date, to_value, gender, age, region, department, cohort
    FROM analytics.young_event
    WHERE field = 'status' OR field IS NULL
    ORDER BY subject_id, event_date DESC, event_order DESC
) AS latest
WHERE to_value = 'VALIDATED'

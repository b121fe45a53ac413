-- title: Inscriptions created, completed, processed, validated and refused
-- answers: >-
--   How many inscriptions were created, completed, processed, validated and refused on each day, by group.
-- unit: events
-- phase: inscription
-- counts: {sum: value}
-- apart: [figure]
-- remark: >-
--   Validated counts events: who is validated twice counts twice. validated_reconciled holds it
--   against other counts.
-- columns:
--   day: Day in Europe/Paris
--   figure: What is counted, as published.dim_figure defines it
--   gender: Gender as declared
--   age: Full years of age on the day (years)
--   region: Region of residence
--   department: Department of residence
--   cohort: Session of the cohesion stay
--   value: Number of events (count)
SELECT day, figure, gender, age, region, department, cohort, value
FROM analytics.daily_figure
WHERE phase = 'inscription'

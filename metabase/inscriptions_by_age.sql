-- title: Inscriptions by age group
-- answers: >-
--   Inscriptions by age group, over the months that are closed. A group of which a month is masked has
--   no sum: `masked` counts the months, and `at_least` is what the others hold.
-- shows: bar, by figure
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}}
SELECT age_group, figure, CASE WHEN bool_and(NOT masked) THEN sum(value) END AS value,
       sum(value) AS at_least, count(*) FILTER (WHERE masked) AS masked
FROM published.breakdown
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'age_group'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
GROUP BY age_group, figure
ORDER BY age_group, figure

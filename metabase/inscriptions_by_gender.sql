-- title: Inscriptions by gender
-- answers: >-
--   Inscriptions by gender, over the months that are closed. A group of which a month is masked has
--   no sum: `masked` counts the months, and `at_least` is what the others hold.
-- shows: bar, by figure
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}}
SELECT gender, figure, CASE WHEN bool_and(NOT masked) THEN sum(value) END AS value,
       sum(value) AS at_least, count(*) FILTER (WHERE masked) AS masked
FROM published.breakdown
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'gender'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
GROUP BY gender, figure
ORDER BY gender, figure

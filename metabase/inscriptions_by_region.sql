-- title: Inscriptions by region
-- answers: >-
--   Inscriptions by region, over the months that are closed. A group of which a month is masked has
--   no sum: `masked` counts the months, and `at_least` is what the others hold.
-- shows: map of regions, by figure
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}, region: {field: published.breakdown.region}}
SELECT region, figure, CASE WHEN bool_and(NOT masked) THEN sum(value) END AS value,
       sum(value) AS at_least, count(*) FILTER (WHERE masked) AS masked
FROM published.breakdown
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'region'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
[[AND {{region}}]]
GROUP BY region, figure
ORDER BY region, figure

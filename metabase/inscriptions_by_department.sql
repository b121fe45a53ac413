-- title: Inscriptions by department
-- answers: >-
--   Inscriptions by department, over the months that are closed. A group of which a month is masked has
--   no sum: `masked` counts the months, and `at_least` is what the others hold.
-- shows: table, by figure
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}, department: {field: published.breakdown.department}}
SELECT department, figure, CASE WHEN bool_and(NOT masked) THEN sum(value) END AS value,
       sum(value) AS at_least, count(*) FILTER (WHERE masked) AS masked
FROM published.breakdown
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'department'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
[[AND {{department}}]]
GROUP BY department, figure
ORDER BY department, figure

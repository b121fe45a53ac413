-- title: Inscriptions by cohort
-- answers: >-
--   Inscriptions by cohort, over the months that are closed. A group of which a month is masked has
--   no sum: `masked` counts the months, and `at_least` is what the others hold.
-- shows: row chart, by figure
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}, cohort: {field: published.breakdown.cohort}}
SELECT cohort, figure, CASE WHEN bool_and(NOT masked) THEN sum(value) END AS value,
       sum(value) AS at_least, count(*) FILTER (WHERE masked) AS masked
FROM published.breakdown
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'cohort'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
[[AND {{cohort}}]]
GROUP BY cohort, figure
ORDER BY cohort, figure

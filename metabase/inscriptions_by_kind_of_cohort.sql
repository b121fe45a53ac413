-- title: Inscriptions by kind and year of the cohort
-- answers: >-
--   Cohorts added up by kind (HTS alone, CLE with a class) and year of the stay, over the months that
--   are closed; the last one of a campaign takes whoever is in no other. A kind with a masked cell
--   has no sum: `masked` counts the cells, and `at_least` is what the others hold.
-- shows: bar, by kind
-- variables: {from: date, to: date, figure: text}
SELECT kind_of_cohort, year, figure, CASE WHEN bool_and(NOT masked) THEN sum(value) END AS value,
       sum(value) AS at_least, count(*) FILTER (WHERE masked) AS masked
FROM published.breakdown
LEFT JOIN (SELECT cohort, kind AS kind_of_cohort, year FROM published.dim_cohort) AS cohorts
     USING (cohort)
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'cohort'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND figure = {{figure}}]]
GROUP BY kind_of_cohort, year, figure
ORDER BY year, kind_of_cohort, figure

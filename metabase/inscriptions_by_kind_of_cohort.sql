-- title: Inscriptions by kind and year of the cohort
-- answers: Cohorts added up by kind (HTS alone, CLE with a class) and year of the stay.
-- shows: bar, by kind
-- variables: {from: date, to: date, figure: text}
SELECT kind, year, figure, sum(value) AS value, count(*) FILTER (WHERE masked) AS masked
FROM published.daily
LEFT JOIN published.dim_cohort USING (cohort)
WHERE phase = 'inscription' AND breakdown = 'cohort'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND figure = {{figure}}]]
GROUP BY kind, year, figure
ORDER BY year, kind, figure

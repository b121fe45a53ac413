-- title: Inscriptions by cohort
-- answers: Inscriptions by cohort over a period; `masked` tells the days of which the count is withheld.
-- shows: row chart, by figure
-- variables: {from: date, to: date, figure: {field: published.daily.figure}, cohort: {field: published.daily.cohort}}
SELECT cohort, figure, sum(value) AS value, count(*) FILTER (WHERE masked) AS masked
FROM published.daily
WHERE phase = 'inscription' AND breakdown = 'cohort'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND {{figure}}]]
[[AND {{cohort}}]]
GROUP BY cohort, figure
ORDER BY cohort, figure

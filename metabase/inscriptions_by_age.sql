-- title: Inscriptions by age group
-- answers: Inscriptions by age group over a period; `masked` tells the days of which the count is withheld.
-- shows: bar, by figure
-- variables: {from: date, to: date, figure: {field: published.daily.figure}}
SELECT age, figure, sum(value) AS value, count(*) FILTER (WHERE masked) AS masked
FROM published.daily
WHERE phase = 'inscription' AND breakdown = 'age'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND {{figure}}]]
GROUP BY age, figure
ORDER BY age, figure

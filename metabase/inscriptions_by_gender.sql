-- title: Inscriptions by gender
-- answers: Inscriptions by gender over a period; `masked` tells the days of which the count is withheld.
-- shows: bar, by figure
-- variables: {from: date, to: date, figure: {field: published.daily.figure}}
SELECT gender, figure, sum(value) AS value, count(*) FILTER (WHERE masked) AS masked
FROM published.daily
WHERE phase = 'inscription' AND breakdown = 'gender'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND {{figure}}]]
GROUP BY gender, figure
ORDER BY gender, figure

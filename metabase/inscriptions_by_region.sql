-- title: Inscriptions by region
-- answers: Inscriptions by region over a period; `masked` tells the days of which the count is withheld.
-- shows: map of regions, by figure
-- variables: {from: date, to: date, figure: {field: published.daily.figure}, region: {field: published.daily.region}}
SELECT region, figure, sum(value) AS value, count(*) FILTER (WHERE masked) AS masked
FROM published.daily
WHERE phase = 'inscription' AND breakdown = 'region'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND {{figure}}]]
[[AND {{region}}]]
GROUP BY region, figure
ORDER BY region, figure

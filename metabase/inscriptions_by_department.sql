-- title: Inscriptions by department
-- answers: Inscriptions by department over a period; `masked` tells the days of which the count is withheld.
-- shows: table, by figure
-- variables: {from: date, to: date, figure: {field: published.daily.figure}, department: {field: published.daily.department}}
SELECT department, figure, sum(value) AS value, count(*) FILTER (WHERE masked) AS masked
FROM published.daily
WHERE phase = 'inscription' AND breakdown = 'department'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND {{figure}}]]
[[AND {{department}}]]
GROUP BY department, figure
ORDER BY department, figure

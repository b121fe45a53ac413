-- title: Inscriptions by academy
-- answers: Departments added up by academy; `masked` tells the cells that are withheld.
-- shows: row chart, by figure
-- variables: {from: date, to: date, figure: text, zone: text}
SELECT academy, school_zone, figure, sum(value) AS value,
       count(*) FILTER (WHERE masked) AS masked
FROM published.daily
JOIN published.dim_department USING (department)
WHERE phase = 'inscription' AND breakdown = 'department'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND figure = {{figure}}]]
[[AND school_zone = {{zone}}]]
GROUP BY academy, school_zone, figure
ORDER BY academy, figure

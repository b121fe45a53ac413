-- title: Inscriptions by academy
-- answers: >-
--   Departments of a month added up by academy, over the months that are closed. An academy with a
--   masked cell has no sum: `masked` counts the cells, and `at_least` is what the others hold.
-- shows: row chart, by figure
-- variables: {from: date, to: date, figure: text, zone: text}
SELECT academy, school_zone, figure, CASE WHEN bool_and(NOT masked) THEN sum(value) END AS value,
       sum(value) AS at_least, count(*) FILTER (WHERE masked) AS masked
FROM published.breakdown
JOIN published.dim_department USING (department)
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'department'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND figure = {{figure}}]]
[[AND school_zone = {{zone}}]]
GROUP BY academy, school_zone, figure
ORDER BY academy, figure

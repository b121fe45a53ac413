-- title: What was revised
-- answers: Final numbers that were revised, with the former and the new count, by the month.
-- shows: table
-- variables: {from: date, to: date, figure: text}
SELECT revised_in, kind, period, phase, figure, breakdown,
       concat_ws(' ', gender, age_group, region, department, cohort) AS of_whom, former, value
FROM published.revised_cell
WHERE true
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND figure = {{figure}}]]
ORDER BY revised_in DESC, kind, period, phase, figure, breakdown

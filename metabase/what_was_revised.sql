-- title: What was revised
-- answers: Published figures of past days that have changed, with the former and the new count.
-- shows: table
-- variables: {from: date, to: date, figure: text}
SELECT revised_at, kind, period, phase, figure, breakdown,
       concat_ws(' ', gender, age, region, department, cohort) AS of_whom, former, value, cause
FROM published.revision
WHERE true
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND figure = {{figure}}]]
ORDER BY revised_at DESC, kind, period, phase, figure, breakdown

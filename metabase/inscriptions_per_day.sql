-- title: Inscriptions per day
-- answers: Inscriptions created, completed, processed, validated and refused on each day.
-- shows: line, day by figure
-- variables: {from: date, to: date, figure: {field: published.daily.figure}}
SELECT day, figure, value
FROM published.daily
WHERE phase = 'inscription' AND breakdown = 'total'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND {{figure}}]]
ORDER BY day, figure

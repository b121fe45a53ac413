-- title: Applications to missions per day
-- answers: Applications created, completed, processed, validated and refused on each day.
-- shows: line, day by figure
-- variables: {from: date, to: date, figure: {field: published.daily_total.figure}}
SELECT day, figure, value
FROM published.daily_total
WHERE phase = 'mission'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND {{figure}}]]
ORDER BY day, figure

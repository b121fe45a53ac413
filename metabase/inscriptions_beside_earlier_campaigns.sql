-- title: Inscriptions beside earlier campaigns
-- answers: >-
--   A figure's mean of 7 days, and its count on the same day of the campaigns one and two years
--   before.
-- shows: line, day by mean_7, year_before, two_years_before
-- variables: {from: date, to: date, figure: text}
SELECT day, figure, value, mean_7, year_before, two_years_before
FROM published.flow
WHERE phase = 'inscription'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND figure = {{figure}}]]
ORDER BY figure, day

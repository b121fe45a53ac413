-- title: Inscriptions beside earlier campaigns
-- answers: >-
--   A figure's mean of 7 days (a lower bound where some of them are masked), and its count on the
--   same day of the campaigns one and two years before.
-- shows: line, day by mean_7, year_before, two_years_before
-- variables: {from: date, to: date, figure: text}
SELECT day, figure, value, mean_7, masked_7, year_before, two_years_before
FROM published.flow
WHERE phase = 'inscription' AND breakdown = 'total'
[[AND day >= {{from}}]]
[[AND day <= {{to}}]]
[[AND figure = {{figure}}]]
ORDER BY figure, day

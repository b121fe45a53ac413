-- title: Inscriptions per week by gender and region
-- answers: Counts of the weeks that are over, gender and region told apart together.
-- shows: pivot table, week by gender
-- variables: {from: date, to: date, figure: {field: published.weekly.figure}, region: {field: published.weekly.region}}
SELECT week, region, gender, figure, value, masked
FROM published.weekly
WHERE phase = 'inscription' AND breakdown = 'gender × region'
[[AND week >= {{from}}]]
[[AND week <= {{to}}]]
[[AND {{figure}}]]
[[AND {{region}}]]
ORDER BY week, region, gender, figure

-- title: Inscriptions per month by gender, age and region
-- answers: Counts of the months that are over, three dimensions told apart together.
-- shows: pivot table, month by age
-- variables: {from: date, to: date, figure: {field: published.monthly.figure}, region: {field: published.monthly.region}}
SELECT month, region, gender, age, figure, value, masked
FROM published.monthly
WHERE phase = 'inscription' AND breakdown = 'gender × age × region'
[[AND month >= {{from}}]]
[[AND month <= {{to}}]]
[[AND {{figure}}]]
[[AND {{region}}]]
ORDER BY month, region, gender, age, figure

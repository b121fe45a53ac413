-- title: Inscriptions per month by gender and region
-- answers: Counts of the months that are closed; a masked one is null, never zero.
-- shows: pivot table, month by gender
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}, region: {field: published.breakdown.region}}
SELECT period AS month, region, gender, figure, value, mask
FROM published.breakdown
WHERE kind = 'month' AND phase = 'inscription' AND breakdown = 'gender,region'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
[[AND {{region}}]]
ORDER BY period, region, gender, figure

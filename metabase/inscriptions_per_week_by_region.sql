-- title: Inscriptions per week by region
-- answers: Counts of the weeks within closed months; a masked one is null, never zero.
-- shows: pivot table, week by region
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}, region: {field: published.breakdown.region}}
SELECT period AS week, region, figure, value, mask
FROM published.breakdown
WHERE kind = 'week' AND phase = 'inscription' AND breakdown = 'region'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
[[AND {{region}}]]
ORDER BY period, region, figure

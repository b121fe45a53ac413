-- title: Inscriptions per campaign by gender, age group and region
-- answers: Counts of the campaigns all of whose months are closed; a masked one is null, never zero.
-- shows: pivot table, campaign by age group
-- variables: {from: date, to: date, figure: {field: published.breakdown.figure}, region: {field: published.breakdown.region}}
SELECT period AS campaign, region, gender, age_group, figure, value, mask
FROM published.breakdown
WHERE kind = 'campaign' AND phase = 'inscription' AND breakdown = 'gender,age_group,region'
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
[[AND {{figure}}]]
[[AND {{region}}]]
ORDER BY period, region, gender, age_group, figure

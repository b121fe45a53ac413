-- title: Campaigns compared
-- answers: >-
--   Figures of each campaign (September to August, by the year it ends) summed up day by day. Masked
--   days count as nothing: the sum is a lower bound where there are some.
-- shows: line, day of the campaign by campaign
-- variables: {figure: text}
SELECT campaign, campaign_day, figure, cumulated, masked_so_far
FROM published.flow
WHERE phase = 'inscription' AND breakdown = 'total'
[[AND figure = {{figure}}]]
ORDER BY campaign, figure, campaign_day

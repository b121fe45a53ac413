-- title: Campaigns compared
-- answers: >-
--   Figures of each campaign (September to August, by the year it ends) summed up day by day; null
--   from a day on that was not loaded.
-- shows: line, day of the campaign by campaign
-- variables: {figure: text}
SELECT campaign, campaign_day, figure, cumulated
FROM published.flow
WHERE phase = 'inscription'
[[AND figure = {{figure}}]]
ORDER BY campaign, figure, campaign_day

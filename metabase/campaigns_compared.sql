-- title: Campaigns compared
-- answers: Figures of each campaign (September to August, by the year it ends) added up day by day.
-- shows: line, day of the campaign by campaign
-- variables: {figure: text}
SELECT campaign, day - make_date(campaign - 1, 9, 1) + 1 AS day_of_campaign, figure,
       sum(value) OVER (PARTITION BY campaign, figure ORDER BY day) AS value_so_far
FROM published.daily
JOIN published.dim_calendar USING (day)
WHERE phase = 'inscription' AND breakdown = 'total'
[[AND figure = {{figure}}]]
ORDER BY campaign, figure, day_of_campaign

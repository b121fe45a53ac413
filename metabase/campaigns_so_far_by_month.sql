-- title: Campaigns so far, month by month
-- answers: >-
--   Figures of each campaign (September to August, by the year it ends) summed up month by month, of
--   the days that are loaded.
-- shows: line, month by figure
-- variables: {figure: text}
SELECT extract(year FROM month + interval '4 months')::int AS campaign, month, figure,
       sum(value) OVER so_far AS value_so_far
FROM published.monthly_total
WHERE phase = 'inscription'
[[AND figure = {{figure}}]]
WINDOW so_far AS (
    PARTITION BY figure, extract(year FROM month + interval '4 months') ORDER BY month
)
ORDER BY campaign, figure, month

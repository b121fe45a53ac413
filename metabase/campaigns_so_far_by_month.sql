-- title: Campaigns so far, month by month
-- answers: >-
--   Figures of each campaign (September to August, by the year it ends) summed up over the months
--   that are over. Where few days are large enough to be shown, months tell more. Masked months
--   count as nothing: the sum is a lower bound where there are some.
-- shows: line, month by figure
-- variables: {figure: text}
SELECT extract(year FROM month + interval '4 months')::int AS campaign, month, figure,
       sum(coalesce(value, 0)) OVER so_far AS value_so_far,
       count(*) FILTER (WHERE masked) OVER so_far AS masked_months
FROM published.monthly
WHERE phase = 'inscription' AND breakdown = 'total'
[[AND figure = {{figure}}]]
WINDOW so_far AS (
    PARTITION BY figure, extract(year FROM month + interval '4 months') ORDER BY month
)
ORDER BY campaign, figure, month

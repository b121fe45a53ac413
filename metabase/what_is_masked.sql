-- title: What is masked
-- answers: Share of cells that are withheld, by month and figure, and when they last changed.
-- shows: table
-- variables: {from: date, to: date}
SELECT kind, date_trunc('month', period)::date AS month, phase, figure, sum(shown) AS shown,
       sum(masked) AS masked, round(100.0 * sum(masked) / nullif(sum(shown + masked), 0), 1)
           AS masked_percent, bool_or(withheld) AS withheld, max(published_at) AS published_at
FROM published.publication
WHERE true
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4

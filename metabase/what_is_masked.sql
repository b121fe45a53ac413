-- title: What is masked
-- answers: >-
--   Share of cells that are masked, by period, figure and breakdown: by themselves (`cell`), or with
--   their whole group (`group`), since a coarser count has too few.
-- shows: table
-- variables: {from: date, to: date}
SELECT kind, period, phase, figure, breakdown, count(*) AS cells,
       count(*) FILTER (WHERE mask = 'cell') AS masked_cells,
       count(*) FILTER (WHERE mask = 'group') AS masked_with_their_group,
       round(100.0 * count(*) FILTER (WHERE masked) / count(*), 1) AS masked_percent
FROM published.breakdown
WHERE true
[[AND period >= {{from}}]]
[[AND period <= {{to}}]]
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5

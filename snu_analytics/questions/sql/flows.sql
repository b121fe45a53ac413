-- title: Flows with their 7-day mean, cumulated, and beside earlier campaigns
-- answers: >-
--   How each figure runs: the day's count by one dimension at a time, zeros included, the mean of
--   the last 7 days, the sum since the campaign began on 1 September, and the count on the same day
--   of the campaigns one and two years before. A mean or sum is null where a day it needs was not
--   counted. A group without a row has zero on that day. What each figure counts stands in
--   published.dim_figure.
-- unit: events
-- counts: {measures: [value, mean_7, cumulated, year_before, two_years_before]}
-- apart: [phase, figure]
-- breakdowns: [total, gender, age, region, department, cohort]
-- remark: >-
--   Inscriptions validated are events: who is validated twice counts twice. validated_reconciled
--   holds it against other counts.
-- columns:
--   day: Day in Europe/Paris
--   campaign: Campaign, September to August, by the year it ends
--   campaign_day: Day of the campaign, from 1 on 1 September
--   phase: inscription or mission
--   figure: What is counted, as published.dim_figure defines it
--   breakdown: Dimension of the row, or total
--   gender: Gender as declared; unknown if missing; null if not the dimension of the row
--   age: Age group on the day (under 15, 15, 16, 17, 18 and over years); likewise
--   region: Region of residence; likewise
--   department: Department of residence; likewise
--   cohort: Session of the cohesion stay; likewise
--   value: Number of events on the day (count)
--   mean_7: Mean of this day and the six before it, within the campaign (events a day)
--   cumulated: Events from the campaign's first day to this one (count)
--   year_before: Number on the same day of the campaign before (count)
--   two_years_before: Number on the same day of the campaign two years before (count)
SELECT f.day, f.campaign, f.campaign_day, f.phase, f.figure, f.breakdown,
       f.gender, f.age, f.region, f.department, f.cohort, f.value,
       CASE WHEN known.last_7 = 7 THEN round(f.sum_7 / 7.0, 2)::float8 END AS mean_7,
       CASE WHEN known.so_far = f.campaign_day THEN f.so_far END AS cumulated,
       CASE WHEN f.had_before THEN f.year_before WHEN known.before THEN 0 END AS year_before,
       CASE WHEN f.had_earlier THEN f.two_years_before
            WHEN known.earlier THEN 0 END AS two_years_before
FROM (
    SELECT *, make_date(campaign - 1, 9, 1) + campaign_day - 1 AS day,
           hashtextextended(phase || figure, campaign * 1000 + campaign_day) AS that_day,
           sum(value) OVER week AS sum_7, sum(value) OVER course AS so_far
    FROM (
        -- Each count thrice: on its own day, and on that day of the next two campaigns. Joins of
        -- the table with itself take twice as long.
        SELECT flow.campaign + later.years AS campaign, flow.campaign_day, flow.phase, flow.figure,
               flow.breakdown, flow.gender, flow.age, flow.region, flow.department, flow.cohort,
               max(flow.value) FILTER (WHERE years = 0) AS value,
               max(flow.value) FILTER (WHERE years = 1) AS year_before,
               max(flow.value) FILTER (WHERE years = 2) AS two_years_before,
               bool_or(years = 1) AS had_before, bool_or(years = 2) AS had_earlier,
               hashtextextended(concat_ws('/', flow.phase, flow.figure, flow.gender, flow.age,
                                          flow.region, flow.department, flow.cohort), 0) AS cell
        FROM analytics.flow AS flow
        CROSS JOIN (VALUES (0), (1), (2)) AS later (years)
        GROUP BY flow.campaign + later.years, flow.campaign_day, flow.phase, flow.figure,
                 flow.breakdown, flow.gender, flow.age, flow.region, flow.department, flow.cohort
        HAVING bool_or(years = 0)
    ) AS beside
    -- By number: sorted by texts alone the rows of a campaign take four times as long.
    WINDOW course AS (PARTITION BY campaign, cell, breakdown, phase, figure ORDER BY campaign_day),
           week AS (PARTITION BY campaign, cell, breakdown, phase, figure ORDER BY campaign_day
                    RANGE 6 PRECEDING)
) AS f
-- Every day that was counted has a total.
JOIN (
    SELECT hashtextextended(phase || figure, campaign * 1000 + campaign_day) AS that_day,
           count(*) OVER (PARTITION BY campaign, name ORDER BY campaign_day) AS so_far,
           count(*) OVER (PARTITION BY campaign, name ORDER BY campaign_day
                          RANGE 6 PRECEDING) AS last_7,
           count(*) OVER (PARTITION BY campaign_day, name ORDER BY campaign
                          RANGE BETWEEN 1 PRECEDING AND 1 PRECEDING) > 0 AS before,
           count(*) OVER (PARTITION BY campaign_day, name ORDER BY campaign
                          RANGE BETWEEN 2 PRECEDING AND 2 PRECEDING) > 0 AS earlier
    FROM (SELECT *, hashtextextended(phase || figure, 0) AS name FROM analytics.flow) AS flow
    WHERE breakdown = 'total'
) AS known USING (that_day)

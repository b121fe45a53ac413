-- title: Flows with their 7-day mean, cumulated, and beside earlier campaigns
-- answers: >-
--   How each figure runs: the day's count by one dimension at a time, zeros included, the mean of
--   the last 7 days, the sum since the campaign began on 1 September, and the count on the same day
--   of the campaigns one and two years before. A mean or sum is null where a day it needs was not
--   counted or is masked; a group without a row has zero on that day. What each figure counts is
--   told by published.dim_figure.
-- unit: events
-- counts: {told: [value, mean_7, cumulated, year_before, two_years_before]}
-- apart: [phase, figure]
-- breakdowns: [total, gender, age, region, department, cohort]
-- published: {view: flow, of: published.daily, instead_of: analytics.flow}
-- columns:
--   day: Day in Europe/Paris
--   campaign: Campaign, September to August, by the year it ends
--   campaign_day: Day of the campaign, from 1 on 1 September
--   phase: inscription or mission
--   figure: What is counted, as published.dim_figure defines it
--   breakdown: Dimension that is told apart, or total
--   gender: Gender as declared; unknown if not told; null if not told apart
--   age: Age group on the day (under 15, 15, 16, 17, 18 and over years); likewise
--   region: Region of residence; likewise
--   department: Department of residence; likewise
--   cohort: Session of the cohesion stay; likewise
--   value: Number of events on the day (count); null when masked
--   mean_7: Mean of this day and the six before it, within the campaign (events a day)
--   cumulated: Events from the campaign's first day to this one (count)
--   year_before: Number on the same day of the campaign before (count)
--   two_years_before: Number on the same day of the campaign two years before (count)
SELECT f.day, f.campaign, f.campaign_day, f.phase, f.figure, f.breakdown,
       f.gender, f.age, f.region, f.department, f.cohort, f.value,
       CASE WHEN known.last_7 = 7 AND NOT f.masked_7
            THEN round(f.sum_7 / 7.0, 2)::float8 END AS mean_7,
       CASE WHEN known.so_far = f.campaign_day AND NOT f.masked_so_far
            THEN f.so_far END AS cumulated,
       CASE WHEN before.day IS NULL THEN CASE WHEN known_before.day IS NOT NULL THEN 0 END
            ELSE before.value END AS year_before,
       CASE WHEN earlier.day IS NULL THEN CASE WHEN known_earlier.day IS NOT NULL THEN 0 END
            ELSE earlier.value END AS two_years_before
FROM (
    SELECT day, campaign, day - make_date(campaign - 1, 9, 1) + 1 AS campaign_day,
           make_date(campaign - 2, 9, 1) + (day - make_date(campaign - 1, 9, 1)) AS day_before,
           make_date(campaign - 3, 9, 1) + (day - make_date(campaign - 1, 9, 1)) AS day_earlier,
           phase, figure, breakdown, category, gender, age, region, department, cohort, value,
           sum(value) OVER week AS sum_7, bool_or(value IS NULL) OVER week AS masked_7,
           sum(value) OVER course AS so_far, bool_or(value IS NULL) OVER course AS masked_so_far
    FROM (
        SELECT *, extract(year FROM day + interval '4 months')::int AS campaign,
               coalesce(gender, age, region, department, cohort, '') AS category
        FROM analytics.flow
    ) AS told
    WINDOW course AS (PARTITION BY campaign, phase, figure, breakdown, category ORDER BY day),
           week AS (PARTITION BY campaign, phase, figure, breakdown, category ORDER BY day
                    RANGE '6 days' PRECEDING)
) AS f
-- Every day that was counted has a total.
JOIN (
    SELECT day, campaign, phase, figure,
           count(*) OVER (PARTITION BY campaign, phase, figure ORDER BY day) AS so_far,
           count(*) OVER (PARTITION BY campaign, phase, figure ORDER BY day
                          RANGE '6 days' PRECEDING) AS last_7
    FROM (
        SELECT day, phase, figure, extract(year FROM day + interval '4 months')::int AS campaign
        FROM analytics.flow
        WHERE breakdown = 'total'
    ) AS told
) AS known USING (campaign, day, phase, figure)
LEFT JOIN analytics.flow AS before
    ON before.day = f.day_before AND before.phase = f.phase AND before.figure = f.figure
    AND before.breakdown = f.breakdown
    AND coalesce(before.gender, before.age, before.region, before.department, before.cohort, '')
        = f.category
LEFT JOIN analytics.flow AS known_before
    ON known_before.day = f.day_before AND known_before.phase = f.phase
    AND known_before.figure = f.figure AND known_before.breakdown = 'total'
LEFT JOIN analytics.flow AS earlier
    ON earlier.day = f.day_earlier AND earlier.phase = f.phase AND earlier.figure = f.figure
    AND earlier.breakdown = f.breakdown
    AND coalesce(earlier.gender, earlier.age, earlier.region, earlier.department, earlier.cohort,
                 '') = f.category
LEFT JOIN analytics.flow AS known_earlier
    ON known_earlier.day = f.day_earlier AND known_earlier.phase = f.phase
    AND known_earlier.figure = f.figure AND known_earlier.breakdown = 'total'
